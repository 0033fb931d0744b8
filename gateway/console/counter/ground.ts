import type { Clock } from '../../../basics/time.ts'
import type { Charges } from '../../../contract/bollo.ts'
import type { Previewing } from '../../citizen/preview.ts'
import type { Sessions as Citizens } from '../../citizen/session.ts'
import type { Offices } from '../../fleet/offices.ts'
import type { Settler } from '../../operations/settler.ts'
import type { Means } from '../../payments/means.ts'
import type { Terms } from '../../settings/terms.ts'
import type { Database } from '../../store/schema.ts'
import type { ConsoleDatabase } from '../tables.ts'

/** What the counter needs of the rooms that serve totems' citizens: the same rules, through the same code. */
export interface CounterGround {
  db: ConsoleDatabase
  citizens: Pick<Citizens, 'openFor' | 'holder' | 'end'>
  looking: Previewing & { db: Database; means: Means }
  settler: Settler
  terms: Terms
  /** What a certificate costs where somebody lives, by their comune's ISTAT code. */
  chargesIn(comune: string | null): Charges
  reference(text: string): string
  offices: Offices
  now: Clock
}
