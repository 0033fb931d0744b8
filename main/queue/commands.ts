import { jsonOf } from '../../basics/json.ts'
import { DAY_MS } from '../../basics/time.ts'
import type { CommandOutcome, CommandRefusal } from '../../contract/command.ts'
import type { Result } from '../../contract/result.ts'
import type { KnownCommand } from '../../trust/command.ts'
import { inOneCommit, type Storage, type StorageFailure, written } from './database.ts'

/** How long a command is remembered beside the newest of its kind. */
const KEPT_MS = 90 * DAY_MS

/** A command that this totem has taken. */
export interface Taken {
  serial: number
  id: string
  kind: string
  args: Record<string, unknown>
  /** In ms. */
  expires: number
  state: 'taken' | 'begun' | 'done' | 'refused'
  endedAt: number | null
}

type Stored = Result<unknown, StorageFailure>

/**
 * The commands of operators, each done once. Whether the totem is withdrawn, and what its first screen says, follow from these
 * rows and stand nowhere else.
 */
export interface Commands {
  /** The highest serial that was spent. */
  last(): number
  has(serial: number): boolean
  /** Spends the serial, before anything is done. Where the disk is full or fails, here and below, nothing may be done. */
  take(command: KnownCommand): Stored
  /** Spends the serial of one that is refused unread. */
  turnAway(command: { serial: number; id: string; kind: string }, refusal: CommandRefusal): Stored
  /** Not ended yet, in their order. */
  open(): Taken[]
  begin(serial: number): Stored
  end(serial: number, outcome: { refusal: CommandRefusal | null; found?: CommandOutcome['found'] }): Stored
  /** What the gateway does not know yet of what became of them. */
  untold(): CommandOutcome[]
  told(ids: readonly string[]): Stored
  /** The newest of these kinds that counts: done, or a withdrawal that is under way. */
  newest(...kinds: KnownCommand['kind'][]): Taken | null
  /** How many of this kind were begun since. */
  since(kind: KnownCommand['kind'], at: number): number
}

type Row = Omit<Taken, 'args' | 'endedAt'> & { args: string; ended_at: number | null }
const takenOf = ({ args, ended_at: endedAt, ...row }: Row): Taken => ({
  ...row,
  endedAt,
  args: (jsonOf(args) ?? {}) as Record<string, unknown>,
})

const COLUMNS = 'serial, id, kind, args, expires, state, ended_at'

export function commandsOn(db: Storage, now: () => number): Commands {
  const selectLast = db.prepare('SELECT coalesce(max(serial), 0) AS last FROM command')
  const selectOne = db.prepare('SELECT 1 FROM command WHERE serial = ?')
  const insert = db.prepare(
    `INSERT INTO command (serial, id, kind, args, expires, taken_at, state, refusal, ended_at)
     VALUES (@serial, @id, @kind, @args, @expires, @now, @state, @refusal, @endedAt)`,
  )
  const selectOpen = db.prepare(`SELECT ${COLUMNS} FROM command WHERE state IN ('taken', 'begun') ORDER BY serial`)
  const begin = db.prepare(`UPDATE command SET state = 'begun' WHERE serial = ? AND state = 'taken'`)
  const end = db.prepare(
    `UPDATE command SET state = @state, refusal = @refusal, found = @found, ended_at = @now
     WHERE serial = @serial AND state IN ('taken', 'begun')`,
  )
  const selectUntold = db.prepare(
    `SELECT id, refusal, found FROM command WHERE ended_at IS NOT NULL AND told = 0 ORDER BY serial LIMIT 20`,
  )
  const tell = db.prepare('UPDATE command SET told = 1 WHERE id = ? AND ended_at IS NOT NULL')
  const forget = db.prepare(
    `DELETE FROM command WHERE told = 1 AND ended_at < ?
       AND serial < (SELECT max(serial) FROM command other WHERE other.kind = command.kind AND other.state = command.state)`,
  )
  const selectNewest = db.prepare(
    `SELECT ${COLUMNS} FROM command WHERE instr(@kinds, ' ' || kind || ' ') > 0
       AND (state = 'done' OR (kind = 'withdraw' AND state IN ('taken', 'begun'))) ORDER BY serial DESC LIMIT 1`,
  )
  const selectSince = db.prepare(
    `SELECT count(*) AS times FROM command WHERE kind = ? AND state IN ('begun', 'done') AND taken_at > ?`,
  )

  return {
    last: () => (selectLast.get() as { last: number }).last,
    has: (serial) => selectOne.get(serial) !== undefined,
    take({ serial, id, kind, args, expires }) {
      const row = { serial, id, kind, args: JSON.stringify(args), expires: Date.parse(expires), now: now() }
      return written(() => insert.run({ ...row, state: 'taken', refusal: null, endedAt: null }))
    },
    turnAway({ serial, id, kind }, refusal) {
      const at = now()
      const row = { serial, id, kind, args: '{}', expires: at, now: at, state: 'refused', refusal, endedAt: at }
      return written(() => insert.run(row))
    },
    open: () => (selectOpen.all() as Row[]).map(takenOf),
    begin: (serial) => written(() => begin.run(serial)),
    end: (serial, { refusal, found = [] }) =>
      written(() =>
        end.run({
          ...{ serial, refusal, found: JSON.stringify(found), now: now() },
          state: refusal === null ? 'done' : 'refused',
        }),
      ),
    untold: () =>
      (selectUntold.all() as { id: string; refusal: CommandRefusal | null; found: string }[]).map(
        ({ id, refusal, found }) => ({ id, refusal, found: (jsonOf(found) ?? []) as CommandOutcome['found'] }),
      ),
    told: (ids) =>
      inOneCommit(db, () => {
        for (const id of ids) tell.run(id)
        forget.run(now() - KEPT_MS)
      }),
    newest(...kinds) {
      const row = selectNewest.get({ kinds: ` ${kinds.join(' ')} ` }) as Row | undefined
      return row ? takenOf(row) : null
    },
    since: (kind, at) => (selectSince.get(kind, at) as { times: number }).times,
  }
}
