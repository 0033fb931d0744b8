import { createContext, use } from 'react'
import type { View } from '../contract/visit.ts'

export const ViewContext = createContext<View | null>(null)

/** The view that is on the screen. Only components inside the frame may ask for it. */
export function useShownView(): View {
  const view = use(ViewContext)
  if (!view) throw new Error('no view is shown')
  return view
}
