import { z } from 'zod'
import type { IpcMethod } from './bridge.ts'
import { bytes } from './bytes.ts'
import { certificateType, purpose } from './catalogue.ts'
import { language, service, view } from './view.ts'

/**
 * Everything that the renderer can ask of main, by name. One argument (or none), plain data, parsed by main; the
 * sender must be the main frame of app:// (invariant 5). Each answers why the renderer can't do without it.
 */
const nothing = z.undefined()

export const ipcMethods = {
  /** The current view, for a renderer that has just loaded. */
  current: { params: nothing, result: view },
  start: { params: nothing, result: nothing },
  chooseLanguage: { params: language, result: nothing },
  /** 5 to 8 ASCII digits. The renderer overwrites its copy at once, main after handing it on. */
  enterPin: { params: bytes.refine(isPin, 'not a PIN'), result: nothing },
  /** Have the reader ask for the PIN on its own keypad. */
  usePinPad: { params: nothing, result: nothing },
  /** From the PIN: see by the CAN when this CIE expires. */
  askExpiry: { params: nothing, result: nothing },
  /** Six digits. */
  enterCan: { params: z.string().regex(/^\d{6}$/), result: nothing },
  acceptLastTry: { params: nothing, result: nothing },
  collect: { params: nothing, result: nothing },
  /** Go on to a new request and leave what waits where it is. */
  collectLater: { params: nothing, result: nothing },
  chooseService: { params: service, result: nothing },
  choosePerson: { params: z.number().int().min(0).max(50), result: nothing },
  chooseCertificates: { params: z.array(certificateType).min(1).max(2), result: nothing },
  choosePurpose: { params: purpose, result: nothing },
  morePurposes: { params: nothing, result: nothing },
  /** Instead of a certificate: the holder's own declaration (art. 46) or the form for an atto notorio (art. 47), prefilled. */
  printDeclaration: { params: z.enum(['declaration', 'atto-notorio']), result: nothing },
  printVisura: { params: nothing, result: nothing },
  /** Page from 1. */
  previewPage: {
    params: z.number().int().min(1).max(20),
    result: z.strictObject({ width: z.number(), height: z.number(), grey: bytes }).nullable(),
  },
  acceptPreview: { params: nothing, result: nothing },
  confirm: { params: nothing, result: nothing },
  /** After a print fault: print the void page anew, or keep the document to be collected later. */
  printAgain: { params: nothing, result: nothing },
  keepForLater: { params: nothing, result: nothing },
  /** Another certificate in the same visit. */
  another: { params: nothing, result: nothing },
  back: { params: nothing, result: nothing },
  /** End the visit now. */
  leave: { params: nothing, result: nothing },
  /** "I am still here": takes the idle warning away; any other method does it too. */
  stay: { params: nothing, result: nothing },
} as const satisfies Record<IpcMethod, { params: z.ZodType; result: z.ZodType }>

export type IpcParams<M extends IpcMethod> = z.infer<(typeof ipcMethods)[M]['params']>
export type IpcResult<M extends IpcMethod> = z.infer<(typeof ipcMethods)[M]['result']>

/** What preload puts on `window.totem`: the named methods and `onView`, nothing else. */
export type TotemBridge = {
  [M in IpcMethod]: (argument: IpcParams<M>) => Promise<IpcResult<M>>
} & { onView(listener: (view: unknown) => void): () => void }

export function isPin(pin: Uint8Array): boolean {
  return pin.length >= 5 && pin.length <= 8 && pin.every((digit) => digit >= 0x30 && digit <= 0x39)
}
