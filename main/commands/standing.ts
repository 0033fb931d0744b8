import { italianDay } from '../../basics/time.ts'
import { type CommandArgs, totemCommands } from '../../contract/command.ts'
import type { Commands } from '../queue/commands.ts'

// What holds at this totem follows from the commands that it has taken, and stands nowhere besides.

/** An operator has withdrawn the totem: no visit begins until one brings it back. */
export const isWithdrawn = (store: Pick<Commands, 'newest'>): boolean =>
  store.newest('withdraw', 'restore')?.kind === 'withdraw'

/** What the first screen says of a day; null: nothing, or the day is over. */
export function noticeOf(store: Pick<Commands, 'newest'>, now: Date): CommandArgs<'notice'> | null {
  const newest = store.newest('notice', 'notice-off')
  const read = newest?.kind === 'notice' ? totemCommands.notice.safeParse(newest.args) : null
  return read?.success && read.data.day >= italianDay(now) ? read.data : null
}
