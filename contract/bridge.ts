/**
 * Names of everything that the renderer can ask of main; contract/ipc.ts says what each takes and gives. This file does
 * without zod, so that the preload script stays a few lines long.
 */
export const ipcMethodNames = ['current', 'answer', 'enterPin', 'previewPage', 'stay', 'speech', 'service'] as const
export type IpcMethod = (typeof ipcMethodNames)[number]

/** One channel for all calls, so that a name outside the contract reaches the check and is journalled. */
export const CALL_CHANNEL = 'totem:call'
/** The one channel by which main pushes views. */
export const VIEW_CHANNEL = 'totem:view'
