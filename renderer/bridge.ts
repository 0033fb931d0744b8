import type { TotemBridge } from '../contract/ipc.ts'
import type { Answer } from '../contract/journeys/index.ts'
import type { ServiceAnswer } from '../contract/service-screen.ts'
import type { ToSpeech } from '../contract/speech.ts'
import { type View, view } from '../contract/visit.ts'

declare global {
  interface Window {
    totem: TotemBridge
  }
}

/** Tells main what the person answers on this screen. Main answers with a new View. */
export function answer(given: Answer): void {
  void window.totem.answer(given).catch(refresh)
}

/** Tells main that the person is still there, and wants time. */
export function stay(): void {
  void window.totem.stay(undefined).catch(refresh)
}

/** Tells main what could be spoken. A visit does not depend on it. */
export function tellSpeech(told: ToSpeech): void {
  void window.totem.speech(told).catch(() => undefined)
}

/** Tells main what a technician does. */
export function tellService(given: ServiceAnswer): void {
  void window.totem.service(given).catch(refresh)
}

/**
 * SECURITY: hands the PIN on and overwrites it. The bridge copies the bytes before it returns, so the overwrite does
 * not wait for main's answer (invariant 3).
 */
export function enterPin(pin: Uint8Array): void {
  const sent = window.totem.enterPin(pin)
  pin.fill(0)
  void sent.catch(refresh)
}

/** Grey pixels of one page (from 1) of the preview; null where main has none. */
export function previewPage(page: number): ReturnType<TotemBridge['previewPage']> {
  return window.totem.previewPage(page)
}

let show: (view: View) => void = () => undefined

/** Receives the current View at once and every View that main pushes. One that does not parse is a bug of main. */
export function connect(receive: (view: View) => void): () => void {
  show = receive
  const disconnect = window.totem.onView((pushed) => receive(view.parse(pushed)))
  refresh()
  return disconnect
}

/** Asks main where the visit stands, after a refused request or a broken screen: main alone knows. */
export function refresh(): void {
  window.totem.current(undefined).then(
    (current) => show(view.parse(current)),
    // Main is gone or restarting: it will push its View when it is back.
    () => undefined,
  )
}
