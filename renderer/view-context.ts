import { createContext, use } from 'react'
import { type Preferences, usual } from '../contract/preferences.ts'
import type { View } from '../contract/visit.ts'

export const ViewContext = createContext<View | null>(null)

/** The view that is on the screen. Only components inside the frame may ask for it. */
export function useShownView(): View {
  const view = use(ViewContext)
  if (!view) throw new Error('no view is shown')
  return view
}

/** What the person has set; outside of a view, what is usual. */
export const usePreferences = (): Preferences => use(ViewContext)?.preferences ?? usual
