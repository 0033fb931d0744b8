import type { IpcMethod } from '../contract/bridge.ts'
import type { IpcParams, TotemBridge } from '../contract/ipc.ts'
import { type View, view } from '../contract/view.ts'

declare global {
  interface Window {
    totem: TotemBridge
  }
}

/** Methods that take nothing and answer nothing: what a plain button can ask for. */
export type PlainRequest = {
  [M in IpcMethod]: IpcParams<M> extends undefined ? M : never
}[Exclude<IpcMethod, 'current'>]

/** Asks main for something that has no argument; the answer comes as a new View. */
export function ask(method: PlainRequest): void {
  void window.totem[method](undefined).catch(refresh)
}

export function chooseLanguage(language: IpcParams<'chooseLanguage'>): void {
  void window.totem.chooseLanguage(language).catch(refresh)
}

export function chooseService(service: IpcParams<'chooseService'>): void {
  void window.totem.chooseService(service).catch(refresh)
}

export function choosePerson(index: IpcParams<'choosePerson'>): void {
  void window.totem.choosePerson(index).catch(refresh)
}

export function chooseCertificates(types: IpcParams<'chooseCertificates'>): void {
  void window.totem.chooseCertificates(types).catch(refresh)
}

export function choosePurpose(purpose: IpcParams<'choosePurpose'>): void {
  void window.totem.choosePurpose(purpose).catch(refresh)
}

export function printDeclaration(form: IpcParams<'printDeclaration'>): void {
  void window.totem.printDeclaration(form).catch(refresh)
}

/**
 * Hands the PIN on and overwrites it. The bridge copies the bytes before it returns, so the overwrite does not wait
 * for main's answer (invariant 3).
 */
export function enterPin(pin: Uint8Array): void {
  const sent = window.totem.enterPin(pin)
  pin.fill(0)
  void sent.catch(refresh)
}

export function enterCan(can: IpcParams<'enterCan'>): void {
  void window.totem.enterCan(can).catch(refresh)
}

/** Grey pixels of one page (from 1) of the preview; null where main has none. */
export function previewPage(page: number): ReturnType<TotemBridge['previewPage']> {
  return window.totem.previewPage(page)
}

let show: (view: View) => void = () => undefined

/** Receives every View that main pushes, and the current one at once. A View that is not one is a bug of main. */
export function connect(receive: (view: View) => void): () => void {
  show = receive
  const disconnect = window.totem.onView((pushed) => receive(view.parse(pushed)))
  refresh()
  return disconnect
}

/** After a refused request or a broken screen main is asked where the visit stands: main alone knows. */
export function refresh(): void {
  window.totem.current(undefined).then(
    (current) => show(view.parse(current)),
    // Main is gone or restarting: it will push its View when it is back.
    () => undefined,
  )
}
