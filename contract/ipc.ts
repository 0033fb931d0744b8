import { z } from 'zod'
import type { IpcMethod } from './bridge.ts'
import { bytes } from './bytes.ts'
import { answer } from './journeys/index.ts'
import { isPin } from './pin.ts'
import { serviceAnswer } from './service-screen.ts'
import { toSpeech } from './speech.ts'
import { view } from './visit.ts'

/**
 * Everything that the renderer can ask of main, by name. A call has one argument or none, of plain data. Main parses
 * it, and takes it from the main frame of app:// alone (invariant 5).
 */
const nothing = z.undefined()

export const ipcMethods = {
  /** The current view, for a renderer that has just loaded. */
  current: { params: nothing, result: view },
  /**
   * The person's answer on the screen that is shown (contract/journeys). Main ignores an answer that comes too late.
   */
  answer: { params: answer, result: nothing },
  /** 5 to 8 ASCII digits, apart from the answers, so that renderer and main can overwrite them. */
  enterPin: { params: bytes.refine(isPin, 'not a PIN'), result: nothing },
  /** Pixels of the preview: page from 1. Null where there is none. */
  previewPage: {
    params: z.number().int().min(1).max(20),
    result: z.strictObject({ width: z.number(), height: z.number(), grey: bytes }).nullable(),
  },
  /** "I am still here": takes the idle warning away, as any answer does; a lost card has its whole time again. */
  stay: { params: nothing, result: nothing },
  /** What the screen says, for a person who does not see it. */
  speech: { params: toSpeech, result: nothing },
  /** What a technician does; main ignores it while none is at work. */
  service: { params: serviceAnswer, result: nothing },
} as const satisfies Record<IpcMethod, { params: z.ZodType; result: z.ZodType }>

export type IpcParams<M extends IpcMethod> = z.infer<(typeof ipcMethods)[M]['params']>
export type IpcResult<M extends IpcMethod> = z.infer<(typeof ipcMethods)[M]['result']>

/** Preload puts this on `window.totem`: the named methods and `onView`, nothing else. */
export type TotemBridge = {
  [M in IpcMethod]: (argument: IpcParams<M>) => Promise<IpcResult<M>>
} & { onView(listener: (view: unknown) => void): () => void }
