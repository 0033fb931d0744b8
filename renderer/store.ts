import { create } from 'zustand'
import type { View } from '../contract/visit.ts'

/** The mirror of main's last View. The visit's truth is never here. */
export const useView = create<{ view: View | null }>()(() => ({ view: null }))

/** A late message is never shown over a newer one. */
export function newest(shown: View | null, received: View): View {
  return shown && shown.revision > received.revision ? shown : received
}

export function receive(received: View): void {
  useView.setState(({ view }) => ({ view: newest(view, received) }))
}
