import { create } from 'zustand'
import type { View } from '../contract/visit.ts'
import { isRead, readMessages } from './i18n/messages.ts'

/** The mirror of main's last View. The visit's truth is never here. */
export const useView = create<{ view: View | null }>()(() => ({ view: null }))

/** A late message is never shown over a newer one. */
export function newest(shown: View | null, received: View): View {
  return shown && shown.revision > received.revision ? shown : received
}

const shown = (received: View) => useView.setState(({ view }) => ({ view: newest(view, received) }))

/** A view comes to the glass together with its texts: no key is ever seen, nor a language that was not chosen. */
export function receive(received: View): void {
  const missing = languagesOn(received).filter((one) => !isRead(one))
  if (missing.length === 0) shown(received)
  // A text that cannot be read stands in Italian.
  else void Promise.allSettled(missing.map(readMessages)).then(() => shown(received))
}

/** On the screen that asks for a language each is called in its own. */
const languagesOn = ({ language, screen, totem }: View) =>
  screen.screen === 'language' ? [...totem.languages, 'en' as const] : [language]
