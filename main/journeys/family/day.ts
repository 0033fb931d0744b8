import { z } from 'zod'
import type { WrongDay } from '../../../contract/journeys/family.ts'
import { err, ok, type Result } from '../../../contract/result.ts'

/** Nobody alive has data of an earlier day. */
const EARLIEST = '1900-01-01'

/** The day that was typed as DDMMYYYY. `born`: YYYY, YYYY-MM or YYYY-MM-DD, as far as the register knows it. */
export function dayIn(
  digits: string,
  { today, born }: { today: string; born: string | null },
): Result<string, { kind: WrongDay }> {
  const day = `${digits.slice(4)}-${digits.slice(2, 4)}-${digits.slice(0, 2)}`
  if (!z.iso.date().safeParse(day).success || day < EARLIEST) return err({ kind: 'no-day' })
  if (day > today) return err({ kind: 'future' })
  return born !== null && day.slice(0, born.length) < born ? err({ kind: 'before-birth' }) : ok(day)
}
