import { readerCycles } from '../support/card/reader-cycles.ts'
import type { Figure } from './report.ts'

const CYCLES = 10_000

/** Cards put in, read and taken out for some two minutes: a month of a totem. */
export async function readerFigures(): Promise<Figure[]> {
  const { lostEvents, failedReads, seconds, pssKiB } = await readerCycles(CYCLES)
  return [
    {
      what: `Reader: events lost and reads failed in ${CYCLES} cards`,
      value: lostEvents + failedReads,
      unit: '',
      goal: { at: 'most', value: 0 },
      references: [],
    },
    {
      what: 'Reader: card put in, read and taken out',
      value: (1000 * seconds) / CYCLES,
      unit: 'ms',
      goal: null,
      references: [],
    },
    {
      what: 'Device process: memory (PSS) that a card leaves behind',
      value: pssKiB.slopePer1000Cycles / 1000,
      unit: 'KiB',
      // pcsc-mini 0.1.3 itself keeps about 1 KiB an insertion.
      goal: { at: 'most', value: 1 },
      references: [],
    },
  ]
}
