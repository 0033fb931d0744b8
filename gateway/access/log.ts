import { sql } from 'kysely'
import { type Caller, operatorOf } from '../../contract/caller.ts'
import { type End, type Ended, endLines } from '../store/access-ends.ts'
import { grouped } from '../store/grouped.ts'
import type { Database, Tables } from '../store/schema.ts'

type Columns = Tables['access_log']
/** Who looks: the caller, the person in whose name (a reference), and the operation for which, if any. */
export interface Looker {
  caller: Caller
  requester: string | null
  operation?: string
}
/** What is looked at. `subject` is a reference (references.ts). */
export type Looked = Pick<Columns, 'subject' | 'types' | 'exemption'>

/** The number of a line, for `end` or the settlement, and an id of its own for each question of the look. */
export interface Begun {
  line: string
  ids: readonly string[]
}

/** In place of a service's code: what this log tells. */
export const ACCESSES = 'ACCESSI'

/** The access log. What several looks write at a time shares a commit (store/grouped.ts). */
export interface AccessLog {
  /** Writes a look down before it is made; it asks ANPR so many questions. */
  begin(looker: Looker, looked: Looked, at: Date, questions: number): Promise<Begun>
  /**
   * The same, for the issue of this operation. Null: the operation is settled, or its person has withdrawn it, so nothing
   * may be asked; no line is written.
   */
  beginIssue(looker: Looker & { operation: string }, looked: Looked, at: Date): Promise<Begun | null>
  /** Says in a line how its look ended. */
  end(line: string, ended: Ended): Promise<void>
  /** Lines of an operation whose looks by this service have not ended. */
  open(operation: string, types: string): Promise<{ line: string; subject: string | null }[]>
  /** Writes down what the gateway refused, or told of this log, by itself: nobody else was asked. */
  note(looker: Looker, looked: Looked, at: Date, outcome: string): Promise<void>
}

/**
 * The outcome of a line whose look has not ended: its answer is still awaited, or its gateway died before it could show
 * anybody what came of one.
 */
const ASKED = 'asked'

export function createAccessLog(db: Database): AccessLog {
  const write = grouped((items: readonly (Line | End)[]) => store(db, items))
  const add = (
    { caller, requester, operation }: Looker,
    looked: Looked,
    { ifPending = '', ...rest }: { at: Date; outcome: string; questions: number; ifPending?: string },
  ) => {
    const who = { channel: caller.channel, caller: caller.id, actor: operatorOf(caller), requester }
    return write({ ...who, ...looked, operation: operation ?? null, ifPending, ...rest })
  }
  return {
    async begin(looker, looked, at, questions) {
      return required(await add(looker, looked, { at, outcome: ASKED, questions }))
    },
    beginIssue: (looker, looked, at) => add(looker, looked, { at, outcome: ASKED, questions: 0, ifPending: 'yes' }),
    async end(line, ended) {
      await write({ ...ended, line })
    },
    async open(operation, types) {
      const { rows } = await sql<{ line: string; subject: string | null }>`
        select id::text as line, subject from access_log
        where operation = ${operation} and types = ${types} and channel = 'console' and outcome = ${ASKED}`.execute(db)
      return rows
    },
    async note(looker, looked, at, outcome) {
      await add(looker, looked, { at, outcome, questions: 0 })
    },
  }
}

function required(begun: Begun | null): Begun {
  if (begun === null) throw new Error('a line that nothing forbids was not written')
  return begun
}

/** A new line. `ifPending`: 'yes': only while its operation is not settled. */
type Line = Pick<
  Columns,
  'channel' | 'caller' | 'actor' | 'requester' | 'operation' | 'subject' | 'types' | 'exemption' | 'outcome' | 'at'
> & { questions: number; ifPending: string }

/** Writes lines and ends in one statement: a commit costs more than what is in it. */
async function store(db: Database, items: readonly (Line | End)[]): Promise<(Begun | null)[]> {
  const lines = items.filter((item) => 'at' in item)
  const ends = items.filter((item) => 'line' in item)
  const ofLine = (name: Exclude<keyof Line, 'at'>) => sql`${lines.map((line) => line[name])}::text[]`
  // SECURITY: the lock waits for a withdrawal under way (operations/withdraw.ts), which looks for this line under its own.
  const { rows } = await sql<{ place: string; line: string; ids: string[] }>`
    with given as materialized (
      select item.* from unnest(
        ${lines.map(({ at }) => at.toISOString())}::text[], ${ofLine('channel')}, ${ofLine('caller')},
        ${ofLine('actor')}, ${ofLine('requester')}, ${ofLine('operation')}, ${ofLine('subject')}, ${ofLine('types')},
        ${ofLine('exemption')}, ${ofLine('outcome')}, ${ofLine('questions')}, ${ofLine('ifPending')}
      ) with ordinality as item (at, channel, caller, actor, requester, operation, subject, types, exemption, outcome,
        questions, if_pending, place)
    ), pending as materialized (
      select totem, id from operation
      where (totem, id) in (select caller, operation from given where if_pending = 'yes') and state = 'pending'
      order by totem, id for share
    ), line as materialized (
      select nextval(pg_get_serial_sequence('access_log', 'id')) as id, given.* from given
      where if_pending = '' or (caller, operation) in (select totem, id from pending)
    ), begun as (
      insert into access_log
        (id, at, channel, caller, actor, requester, operation, subject, types, exemption, outcome)
      overriding system value
      select id, at::timestamptz, channel, caller, actor, requester, operation, subject, types, exemption, outcome
      from line
    ), ended as (${endLines(ends)}
    )
    select place::text, id::text as line, array(select next_anpr_id() from generate_series(1, questions::integer)) as ids
    from line order by place`.execute(db)
  const begun = new Map(rows.map(({ place, line, ids }) => [Number(place), { line, ids }]))
  let place = 0
  return items.map((item) => ('line' in item ? { line: item.line, ids: [] } : (begun.get(++place) ?? null)))
}
