import { create } from 'zustand'
import type { Scanning } from '../../contract/pad.ts'
import type { View } from '../../contract/visit.ts'

type Scan = { scanning: Scanning; stepSeconds: number }

/** What the person has chosen in place of the totem's own setting; it ends with the renderer, that is with the visit. */
const useChosen = create<{ chosen: Scan | null }>()(() => ({ chosen: null }))

/** How the focus is moved by switches now. */
export function useScan(view: View | null): Scan {
  const chosen = useChosen((state) => state.chosen)
  const { scanning, stepSeconds } = chosen ?? view?.totem.pad ?? { scanning: 'off', stepSeconds: 0 }
  return { scanning, stepSeconds }
}

/** The next of the ways to scan: none, two switches, one at the totem's pace, one at half of it. */
export function scanNext({ scanning, stepSeconds }: Scan, usual: number): void {
  const ways: Scan[] = [
    { scanning: 'off', stepSeconds: usual },
    { scanning: 'two', stepSeconds: usual },
    { scanning: 'one', stepSeconds: usual },
    { scanning: 'one', stepSeconds: 2 * usual },
  ]
  const now = ways.findIndex(
    (way) => way.scanning === scanning && (scanning !== 'one' || way.stepSeconds === stepSeconds),
  )
  useChosen.setState({ chosen: ways[(now + 1) % ways.length] ?? null })
}
