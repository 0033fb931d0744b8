import { dirname } from 'node:path'
import { ok, type Result } from '../../contract/result.ts'
import { freeBytes } from '../disk.ts'
import { type Commands, commandsOn } from './commands.ts'
import { healing } from './healing.ts'
import { type Inbox, inboxOn } from './inbox.ts'
import { type Ledger, ledgerOn } from './ledger.ts'
import { migrations } from './migrations.ts'
import { type Depth, type Listed, type Operation, operationOf, type Row, WITH_PAYLOAD } from './operation.ts'
import { type Outbox, outboxOn } from './outbox.ts'
import type { Repaired, Salvage } from './repair.ts'
import { salvageQueue } from './salvage.ts'
import { openStorage, readStorage, type Storage, type StorageFailure, salvageStorage } from './storage.ts'
import { logErasure, roomCheck, type Upkeep, upkeepOn } from './upkeep.ts'

export type { AddFailure, Depth, Listed, NewOperation, Operation, OperationIn, Settlement } from './operation.ts'
export { WITHDRAWN } from './outbox.ts'

/**
 * The totem's requests and their outcomes, in one SQLite file. Times are in ms since the epoch unless a text says
 * otherwise. Every change is on the disk before its call returns.
 */
export interface Queue extends Outbox, Inbox, Upkeep {
  get(operation: string): Operation | null
  depth(): Depth
  /** Operations after `after`, in the order of recording. */
  list(page: { after?: number; limit: number; states?: readonly Operation['state'][] }): Listed[]
  /** The print ledger, in the same file. */
  ledger: Ledger
  /** What operators have asked from afar, in the same file. */
  commands: Commands
  close(): void
}

/**
 * Pages of 4 KiB. 50,000 requests of 6 KB are 320 MB, and the rest is room for outcomes that nobody has fetched yet.
 */
const MOST_PAGES = 120_000
// FULL: the totem tells the citizen "your request is recorded" after the commit, so it must survive the power going.
const STORAGE = {
  synchronous: 'FULL',
  migrations,
  checked: ['operation', 'sheet', 'inbox', 'command'],
  salvage: salvageQueue,
} as const

/**
 * Reasons beside those of `storageFailure`: `queue-full` and `disk-low` refuse a request long before the disk is full.
 */
export type QueueOptions = {
  path: string
  /** `Date.now` or a test's clock. */
  now: () => number
  /** Bounds the file, in pages of 4 KiB. */
  maxPages?: number
  /** Bytes to leave free on the disk: a request that would take from them is refused. */
  minFreeBytes?: number
  /** Called when a damaged file was set aside, with what was saved of it. */
  onRepaired?: (repaired: Repaired) => void
}

/**
 * Opens the queue for its one writer, the totem's main process. A file that is damaged, now or later, is repaired from
 * what can be read of it.
 */
export const openQueue = ({
  path,
  now,
  maxPages = MOST_PAGES,
  minFreeBytes = 0,
  onRepaired = () => {},
}: QueueOptions): Result<Queue, StorageFailure> =>
  healing((damage) => {
    const opened = openStorage({ ...STORAGE, path, maxPages, onRepaired }, damage)
    if (!opened.ok) return opened
    const room = () => freeBytes(dirname(path)) - minFreeBytes
    return ok(queueOn(opened.value, { now, maxPages, room }))
  })

/**
 * For the command line, while the totem is stopped: brings what can be read of a file that was set aside back into the
 * queue. Nobody knows which outcomes came for those requests meanwhile, so the totem asks the gateway again for all
 * that it has.
 */
export const salvageFile = (path: string, damaged: string): Result<Repaired, StorageFailure> => {
  const salvage: Salvage = (rows, into) => {
    const { salvaged } = salvageQueue(rows, into)
    into.exec('UPDATE inbox SET cursor = 0')
    // Both files number the same operations, so gaps say nothing.
    return { salvaged, lost: null }
  }
  return salvageStorage({ ...STORAGE, salvage, path, maxPages: MOST_PAGES }, damaged)
}

/** The questions that the command line may ask beside the totem that writes. */
export type QueueReader = Pick<Queue, 'get' | 'list' | 'depth' | 'cursor' | 'verify' | 'close'>

export function readQueue(path: string): Result<QueueReader, StorageFailure> {
  const opened = readStorage(path, migrations)
  return opened.ok ? ok(queueOn(opened.value, { now: Date.now, maxPages: 0, room: () => 0 })) : opened
}

function queueOn(
  db: Storage,
  { now, maxPages, room }: { now: () => number; maxPages: number; room: () => number },
): Queue {
  const select = db.prepare(`${WITH_PAYLOAD} WHERE operation = ?`)
  const selectDepth = db.prepare(
    `SELECT (SELECT count(*) FROM operation WHERE state = 'queued') AS queued,
            (SELECT count(*) FROM operation WHERE state = 'submitted') AS submitted,
            (SELECT count(*) FROM operation WHERE state = 'issued') AS waiting,
            (SELECT count(*) FROM operation WHERE state = 'aside') AS aside,
            (SELECT requested_at FROM operation WHERE state IN ('queued', 'submitted') ORDER BY seq LIMIT 1)
              AS oldestQueuedAt`,
  )
  const selectList = db.prepare(
    `SELECT seq, operation, kind, session, requested_at AS requestedAt, state, attempts, reason, anpr,
       settled_at AS settledAt, told
     FROM operation WHERE seq > @after AND (@states IS NULL OR instr(@states, ',' || state || ',') > 0)
     ORDER BY seq LIMIT @limit`,
  )
  const get = (operation: string) => {
    const row = select.get(operation)
    return row ? operationOf(row as Row) : null
  }
  const erasure = logErasure(db)

  return {
    ...outboxOn(db, { now, get, erasure, noRoom: roomCheck(db, { maxPages, room }) }),
    ...inboxOn(db, { now, erasure }),
    ...upkeepOn(db, { now, erasure }),
    ledger: ledgerOn(db, now),
    commands: commandsOn(db, now),
    get,
    depth: () => selectDepth.get() as Depth,
    list: ({ after = 0, limit, states }) =>
      selectList
        .all({ after, limit, states: states ? `,${states.join(',')},` : null })
        .map((row) => row as Omit<Listed, 'told'> & { told: 0 | 1 })
        .map((row) => ({ ...row, told: row.told === 1 })),
    close() {
      erasure.stop()
      db.close()
    },
  }
}
