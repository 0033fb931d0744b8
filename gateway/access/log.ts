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

/** The access log. What several looks write at a time shares a commit (store/grouped.ts). */
export interface AccessLog {
  /** Writes a look down before it is made; it asks ANPR so many questions. */
  begin(looker: Looker, looked: Looked, at: Date, questions: number): Promise<Begun>
  /** Says in a line how its look ended. */
  end(line: string, ended: Ended): Promise<void>
  /** Writes down what the gateway refused by itself: nobody else was asked. */
  noteRefusal(looker: Looker, looked: Looked, at: Date, outcome: string): Promise<void>
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
    rest: { at: Date; outcome: string; questions: number },
  ) => {
    const who = { channel: caller.channel, caller: caller.id, actor: operatorOf(caller), requester }
    return write({ ...who, ...looked, operation: operation ?? null, ...rest })
  }
  return {
    begin: (looker, looked, at, questions) => add(looker, looked, { at, outcome: ASKED, questions }),
    async end(line, ended) {
      await write({ ...ended, line })
    },
    async noteRefusal(looker, looked, at, outcome) {
      await add(looker, looked, { at, outcome, questions: 0 })
    },
  }
}

/** A new line. */
type Line = Pick<
  Columns,
  'channel' | 'caller' | 'actor' | 'requester' | 'operation' | 'subject' | 'types' | 'exemption' | 'outcome' | 'at'
> & { questions: number }

/** Writes lines and ends in one statement: a commit costs more than what is in it. */
async function store(db: Database, items: readonly (Line | End)[]): Promise<Begun[]> {
  const lines = items.filter((item) => 'at' in item)
  const ends = items.filter((item) => 'line' in item)
  const ofLine = (name: Exclude<keyof Line, 'at'>) => sql`${lines.map((line) => line[name])}::text[]`
  const { rows } = await sql<{ line: string; ids: string[] }>`
    with line as materialized (
      select nextval(pg_get_serial_sequence('access_log', 'id')) as id, item.* from unnest(
        ${lines.map(({ at }) => at.toISOString())}::text[], ${ofLine('channel')}, ${ofLine('caller')},
        ${ofLine('actor')}, ${ofLine('requester')}, ${ofLine('operation')}, ${ofLine('subject')}, ${ofLine('types')},
        ${ofLine('exemption')}, ${ofLine('outcome')}, ${ofLine('questions')}
      ) with ordinality as item (at, channel, caller, actor, requester, operation, subject, types, exemption, outcome,
        questions, place)
    ), begun as (
      insert into access_log
        (id, at, channel, caller, actor, requester, operation, subject, types, exemption, outcome)
      overriding system value
      select id, at::timestamptz, channel, caller, actor, requester, operation, subject, types, exemption, outcome
      from line
    ), ended as (${endLines(ends)}
    )
    select id::text as line, array(select next_anpr_id() from generate_series(1, questions::integer)) as ids
    from line order by place`.execute(db)
  const begun = rows.values()
  return items.map((item) => ('line' in item ? { line: item.line, ids: [] } : (begun.next().value as Begun)))
}
