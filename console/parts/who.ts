import { createContext, useContext } from 'react'
import type { Answer } from '../../contract/console/api.ts'
import type { Action } from '../../contract/console/people.ts'

export const MeContext = createContext<Answer<'me'> | null>(null)

/** Who is here. Only inside the frame, which shows nothing before it knows. */
export function useMe(): Answer<'me'> {
  const me = useContext(MeContext)
  if (!me) throw new Error('a screen outside the frame')
  return me
}
export const useMay = (action: Action): boolean => useMe().may.includes(action)
