import type { Logger } from 'pino'
import type { Clock } from '../../basics/time.ts'
import type { Problem } from '../../contract/gateway.ts'
import type { JournalBatch, JournalReceipt } from '../../contract/journal.ts'
import { FIRST_PREVIOUS, JOURNAL_ANCHOR_TYP, type JournalEntry } from '../../contract/journal.ts'
import { journalEvents } from '../../contract/journal-events.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { openAnchor } from '../../trust/journal-anchor.ts'
import { entryHash } from '../../trust/sync-log.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { JournalBounds } from '../settings/config.ts'
import { broughtOn, countBrought, isSpent } from './quota.ts'
import type { JournalDatabase, JournalTables } from './tables.ts'

// A totem could forge the log since its last anchor, and must keep that much of it to get the next one.
const ANCHOR_EVERY_MS = 60_000
const ANCHOR_EVERY_ENTRIES = 500
/**
 * When the gateway does not hold the entry before a batch, it asks for so many earlier ones: as many as a batch may
 * bring.
 */
const STEP_BACK = 500
/** Troubles of one totem that are kept. */
const MOST_TROUBLES = 1_000

/** An entry's number and hash. */
export interface Point {
  seq: number
  hash: string
}

export interface JournalRoom {
  db: JournalDatabase
  keys: Pick<Keyring, 'sign' | 'anchors'>
  bounds: JournalBounds
  now: Clock
  log: Logger
}

type Trouble = Pick<JournalTables['journal_trouble'], 'kind' | 'seq' | 'chain'>

/**
 * The first entries of a batch, as long as each follows on the one before, has its own hash and says what the list
 * allows.
 */
export function soundPart(totem: string, batch: readonly JournalEntry[]): JournalEntry[] {
  const broken = batch.findIndex((entry, index) => {
    const before = batch[index - 1]
    const follows = !before || (entry.seq === before.seq + 1 && entry.previous === before.hash)
    return !follows || !isSound(entry, totem)
  })
  return broken < 0 ? [...batch] : batch.slice(0, broken)
}

function isSound(entry: JournalEntry, totem: string): boolean {
  const { severity, fields } = journalEvents[entry.event]
  return (
    entry.totem === totem &&
    entry.severity === severity &&
    fields.safeParse(entry.fields).success &&
    entryHash(entry) === entry.hash
  )
}

/**
 * Takes a totem's entries in and answers how much of their chain is held. Entries are taken when they hang on a held
 * entry, be it the last or not. Two entries that hang on one are two histories, and both are kept
 * (contract/gateway.ts).
 */
export async function takeIn(
  { db, keys, bounds, now, log }: JournalRoom,
  totem: string,
  { entries: batch, base }: JournalBatch,
): Promise<Result<JournalReceipt, Problem>> {
  const [first] = batch
  if (!first) throw new Error('a batch without an entry')
  const { chain } = first
  const before: Point = { seq: first.seq - 1, hash: first.previous }
  const own = base === null ? null : await openAnchor(base, keys.anchors)
  const proved = own?.totem === totem && own.chain === chain && own.seq === before.seq && own.hash === before.hash

  const taken = await db.transaction().execute(async (transaction) => {
    const isNew = !(await hasChain(transaction, totem, chain))
    // SECURITY: every entry is kept for 36 months, and the end of a chain for good.
    if (isSpent(await broughtOn(transaction, totem, now()), bounds, isNew)) return null
    const known = await lockedChain(transaction, totem, chain)
    const pointsIn = (table: 'journal_entry' | 'journal_base') =>
      transaction
        .selectFrom(table)
        .select(['seq', 'hash'])
        .where('totem', '=', totem)
        .where('chain', '=', chain)
        .where('seq', '>=', before.seq)
        .where('seq', '<=', before.seq + batch.length)
    const held = await pointsIn('journal_entry').unionAll(pointsIn('journal_base')).execute()
    const isHeld = ({ seq, hash }: Point) => held.some((point) => point.seq === seq && point.hash === hash)

    const hangs = before.seq === 0 ? before.hash === FIRST_PREVIOUS : isHeld(before)
    // A totem that has dropped the earlier entries cannot send them: the gateway records the gap and goes on.
    const skips = !hangs && base !== null && before.seq > 0
    const sound = soundPart(totem, batch)
    if (!hangs && !skips) {
      if (isNew) await countBrought(transaction, totem, { entries: 0, bytes: 0, chains: 1 })
      const upTo = known.seq < before.seq ? known.seq : Math.max(0, before.seq - STEP_BACK)
      return { upTo, end: null, known, troubles: [] as Trouble[] }
    }

    const fresh = sound.filter((entry) => !isHeld(entry))
    const troubles: Trouble[] = []
    const trouble = (kind: Trouble['kind'], seq: number, of = chain) => troubles.push({ kind, seq, chain: of })
    const rival = fresh.find(({ seq }) => held.some((point) => point.seq === seq))
    if (rival) trouble('fork', rival.seq)
    if (skips) trouble('gap', first.seq)
    if (sound.length < batch.length) trouble('broken', first.seq + sound.length)
    const newest = await transaction
      .selectFrom('journal_chain')
      .select(['chain', 'number', 'seq'])
      .where('totem', '=', totem)
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    const [older] = fresh
    if (older && newest.number > known.number) {
      trouble('older-chain', older.seq)
      trouble('older-chain', newest.seq, newest.chain)
    }
    if (skips) await keepBase(transaction, { totem, chain, ...before })
    await store(transaction, totem, fresh)
    const bytes = fresh.reduce((sum, entry) => sum + JSON.stringify(entry).length, 0)
    await countBrought(transaction, totem, { entries: fresh.length, bytes, chains: isNew ? 1 : 0 })
    const end = sound.at(-1) ?? null
    const upTo = end?.seq ?? before.seq
    if (upTo > known.seq) await update(transaction, totem, chain, { seq: upTo })
    return { upTo, end, known, troubles: await note(transaction, totem, troubles, now()) }
  })

  if (taken === null) {
    log.error({ kind: 'journal-too-much-today', totem })
    return err({ kind: 'journal-too-much-today', anpr: null })
  }
  for (const { kind, seq, chain: of } of taken.troubles) {
    const clone = kind === 'fork' || kind === 'older-chain'
    log[clone ? 'error' : 'warn']({ kind: `journal-${kind}`, totem, chain: of, seq, ...(kind === 'gap' && { proved }) })
  }
  return ok({
    upTo: taken.upTo,
    anchor: taken.end && (await anchorOf(taken.end, taken.known)),
    forked: await isForked(db, totem, chain),
  })

  async function anchorOf({ seq, hash }: Point, known: JournalTables['journal_chain']): Promise<string | null> {
    const at = now()
    const recent = known.anchored_at !== null && +at - +known.anchored_at < ANCHOR_EVERY_MS
    if (seq === known.anchored_seq || (recent && Math.abs(seq - known.anchored_seq) < ANCHOR_EVERY_ENTRIES)) return null
    const anchor = await keys.sign(JOURNAL_ANCHOR_TYP, { totem, chain, seq, hash, at: at.toISOString() })
    await update(db, totem, chain, { anchored_seq: seq, anchored_at: at })
    return anchor
  }
}

const hasChain = async (db: JournalDatabase, totem: string, chain: string): Promise<boolean> =>
  (await db
    .selectFrom('journal_chain')
    .select('seq')
    .where('totem', '=', totem)
    .where('chain', '=', chain)
    .executeTakeFirst()) !== undefined

/** Two calls of one totem wait for each other at this row. */
async function lockedChain(db: JournalDatabase, totem: string, chain: string): Promise<JournalTables['journal_chain']> {
  const select = db
    .selectFrom('journal_chain')
    .selectAll()
    .where('totem', '=', totem)
    .where('chain', '=', chain)
    .forUpdate()
  const known = await select.executeTakeFirst()
  if (known) return known
  await db
    .insertInto('journal_chain')
    .values(({ selectFrom, fn }) => ({
      totem,
      chain,
      number: selectFrom('journal_chain')
        .where('totem', '=', totem)
        .select(({ eb }) => eb(fn.coalesce(fn.max<number>('number'), eb.lit(0)), '+', eb.lit(1)).as('next')),
      seq: 0,
      anchored_seq: 0,
    }))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  // Another chain of this totem may have taken the number in the meantime.
  return (await select.executeTakeFirst()) ?? lockedChain(db, totem, chain)
}

async function store(db: JournalDatabase, totem: string, entries: readonly JournalEntry[]): Promise<void> {
  if (entries.length === 0) return
  await db
    .insertInto('journal_entry')
    .values(
      entries.map(({ chain, seq, hash, at, event, severity, fields }) => ({
        totem,
        chain,
        seq,
        hash,
        at,
        event,
        severity,
        fields: JSON.stringify(fields),
      })),
    )
    .execute()
}

/** What the entries after a gap hang on: without it nobody could reckon their hashes again. */
const keepBase = (db: JournalDatabase, base: JournalTables['journal_base']) =>
  db
    .insertInto('journal_base')
    .values(base)
    .onConflict((conflict) => conflict.doNothing())
    .execute()

const update = (db: JournalDatabase, totem: string, chain: string, changed: Partial<JournalTables['journal_chain']>) =>
  db.updateTable('journal_chain').set(changed).where('totem', '=', totem).where('chain', '=', chain).execute()

/** Answers the new troubles: a totem that is there twice is told once, and not at each batch. */
async function note(db: JournalDatabase, totem: string, troubles: readonly Trouble[], at: Date): Promise<Trouble[]> {
  if (troubles.length === 0) return []
  const told = await db
    .selectFrom('journal_trouble')
    .select(['chain', 'kind'])
    .where('totem', '=', totem)
    .where('kind', 'in', ['fork', 'older-chain'])
    .execute()
  const fresh = troubles.filter(
    ({ chain, kind }) => !told.some((known) => known.chain === chain && known.kind === kind),
  )
  if (fresh.length === 0) return []
  // A totem of which so many are known is looked at anyway, and a hostile one could tell new ones all day.
  const { count } = await db
    .selectFrom('journal_trouble')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('totem', '=', totem)
    .executeTakeFirstOrThrow()
  if (Number(count) >= MOST_TROUBLES) return []
  return db
    .insertInto('journal_trouble')
    .values(fresh.map((trouble) => ({ ...trouble, totem, seen_at: at })))
    .onConflict((conflict) => conflict.doNothing())
    .returning(['chain', 'kind', 'seq'])
    .execute()
}

async function isForked(db: JournalDatabase, totem: string, chain: string): Promise<boolean> {
  const found = await db
    .selectFrom('journal_trouble')
    .select('seq')
    .where('totem', '=', totem)
    .where('chain', '=', chain)
    .where('kind', 'in', ['fork', 'older-chain'])
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}
