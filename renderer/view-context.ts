import { createContext, use } from 'react'
import type { View } from '../contract/visit.ts'

export const ViewContext = createContext<View | null>(null)

/** The view that is on the screen. Only for what is drawn inside the frame. */
export function useShownView(): View {
  const view = use(ViewContext)
  if (!view) throw new Error('no view is shown')
  return view
}
