import { sql } from 'kysely'
import type { Answer, Query } from '../../../contract/console/api.ts'
import { type ExportedLine, FIRST_PREVIOUS, JOURNAL_ANCHOR_TYP, type JournalEntry } from '../../../contract/journal.ts'
import { beginCheck, entryHash } from '../../../trust/sync-log.ts'
import type { Keyring } from '../../keys/keyring.ts'
import type { ConsoleTransaction } from '../tables.ts'

const PAGE = 1_000
/** Entries that one verdict looks at: some five seconds of work. */
const MOST = 200_000

export interface Proving {
  totem: string
  range: Query<'verifyLog'>
  seen: <T>(work: (transaction: ConsoleTransaction) => Promise<T>) => Promise<T>
  keys: Pick<Keyring, 'sign'>
  now(): Date
}

/**
 * A totem's entries of a time as its own export has them (contract/journal.ts), so that the same command verifies both:
 * `totem journal verify`. Each chain begins with the gateway's signature of the entry before, where there is one, and ends
 * with the signature of its last entry. What does not fit is written as it is held, and the verifier finds it.
 */
export async function* proofLines({ totem, range, seen, keys, now }: Proving): AsyncGenerator<ExportedLine> {
  const chains = await seen((transaction) => chainsOf(transaction, totem, range))
  for (const { chain, first, last } of chains) {
    // What entries of this number may hang on: two where the totem was there twice.
    let ends = await seen((transaction) => endsOf(transaction, totem, chain, first - 1))
    let own: string[] = []
    let end = { seq: first, hash: '' }
    for (let page = await next(); page.length > 0; page = await next())
      for (const row of page) {
        if (row.seq > end.seq) {
          const isNext = row.seq === end.seq + 1
          ends = isNext ? own : await seen((transaction) => endsOf(transaction, totem, chain, row.seq - 1))
          own = []
        }
        const entry = entryOf(row, ends)
        if (end.hash === '' && first > 1 && ends.length > 0) yield { anchor: await anchorOf(first - 1, entry.previous) }
        own.push(entry.hash)
        end = { seq: row.seq, hash: entry.hash }
        yield entry
      }
    yield { anchor: await anchorOf(end.seq, end.hash) }

    function next() {
      return seen((transaction) => pageOf(transaction, { totem, chain, after: end, last }))
    }
    function anchorOf(seq: number, hash: string) {
      return keys.sign(JOURNAL_ANCHOR_TYP, { totem, chain, seq, hash, at: now().toISOString() })
    }
  }
}

/** The verdict of the same lines, as whoever has the file finds it. */
export async function judgeLog(proving: Proving): Promise<Answer<'verifyLog'>> {
  const { take, log } = beginCheck()
  let isWhole = true
  for await (const line of proofLines(proving)) {
    take(line)
    isWhole = log.count < MOST
    if (!isWhole) break
  }
  return {
    kind: log.faults.length === 0 ? 'sound' : 'broken',
    entries: log.count,
    isWhole,
    chains: log.chains.map(({ chain, from, upTo }) => ({ chain, from, upTo })),
    faults: log.faults.map(({ chain, seq, reason }) => ({ chain, seq, reason })),
  }
}

type Row = Omit<JournalEntry, 'at' | 'previous'> & { at: Date }

function entryOf({ at, ...row }: Row, ends: readonly string[]): JournalEntry {
  const entry = { ...row, at: at.toISOString() }
  const previous = ends.find((each) => entryHash({ ...entry, previous: each }) === row.hash)
  return { ...entry, previous: previous ?? ends[0] ?? FIRST_PREVIOUS }
}

async function chainsOf(transaction: ConsoleTransaction, totem: string, { from, until }: Proving['range']) {
  const { rows } = await sql<{ chain: string; first: number; last: number }>`
    select chain, min(seq) as first, max(seq) as last from journal_entry
    where totem = ${totem} and received_at >= ${from ?? '0001-01-01T00:00:00Z'}::timestamptz
      and received_at < ${until ?? '9999-01-01T00:00:00Z'}::timestamptz
    group by chain order by min(received_at), chain`.execute(transaction)
  return rows
}

async function pageOf(
  transaction: ConsoleTransaction,
  { totem, chain, after, last }: { totem: string; chain: string; after: { seq: number; hash: string }; last: number },
): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select totem, chain, seq, hash, at, event, severity, fields from journal_entry
    where totem = ${totem} and chain = ${chain} and seq >= ${after.seq}::integer and seq <= ${last}::integer
      and (seq, hash) > (${after.seq}::integer, ${after.hash})
    order by seq, hash limit ${PAGE}`.execute(transaction)
  return rows
}

/** The entries of this number, and what stands for those that are not here any more. */
async function endsOf(transaction: ConsoleTransaction, totem: string, chain: string, seq: number): Promise<string[]> {
  if (seq === 0) return [FIRST_PREVIOUS]
  const { rows } = await sql<{ hash: string }>`
    select hash from journal_entry where totem = ${totem} and chain = ${chain} and seq = ${seq}::integer
    union select hash from journal_base where totem = ${totem} and chain = ${chain} and seq = ${seq}::integer`.execute(
    transaction,
  )
  return rows.map(({ hash }) => hash)
}
