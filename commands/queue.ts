import { existsSync } from 'node:fs'
import type { JournalEventId, JournalFields } from '../contract/journal-events.ts'
import { openJournal } from '../main/journal/journal.ts'
import { type Listed, openQueue, readQueue, salvageFile } from '../main/queue/queue.ts'
import { CONFIG, Failure, NO_INPUT, options, TEMPORARY, usage } from './command.ts'
import { DATA_HELP, DATA_OPTIONS, dataOf, openedOrFail, ownerOrFail } from './data.ts'

/** There is no such operation, or it was not set aside. */
const UNKNOWN = 10
const DAMAGED = 20
const PAGE = 500
const STATES = ['queued', 'submitted', 'issued', 'refused', 'collected', 'expired', 'aside'] as const

const HELP = `totem queue list             requests and their outcomes, without their content
totem queue show OPERATION   one request
totem queue verify           reads the whole file and checks it
totem queue retry OPERATION  sends a request again that was set aside; stop the totem first
totem queue salvage FILE     brings back the readable requests of a damaged queue that the totem has set aside
                             (queue.db.damaged-…) and had no room to repair; stop the totem first

${DATA_HELP}
  --state STATE       list: only requests in this state; may be given more than once: ${STATES.join(', ')}
  --json              one line of JSON per request, or the answer

The queue holds no names, and the requests are sealed to the gateway. list, show and verify can run beside the totem. retry and
salvage write: run them as the totem's user.
Exit codes: 0 good, ${UNKNOWN} no such operation, or it was not set aside, ${DAMAGED} the file is damaged, ${NO_INPUT} no such file,
${TEMPORARY} the totem is running, ${CONFIG} configuration refused, 64 wrong command`

const OPTIONS = {
  ...DATA_OPTIONS,
  state: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
} as const
type Given = ReturnType<typeof optionsOf>
const optionsOf = (args: string[]) => options(HELP, args, OPTIONS)

/** `totem queue …`: the outbox, for a technician at the totem or with its disk. */
export async function queue([what = '--help', ...rest]: string[]): Promise<number> {
  const named = rest[0] !== undefined && !rest[0].startsWith('-') ? rest[0] : null
  const given = what === '--help' ? usage(HELP) : optionsOf(named === null ? rest : rest.slice(1))
  if (what === 'list' && named === null) return list(given)
  if (what === 'verify' && named === null) return verify(given)
  if (what === 'show' && named !== null) return show(named, given)
  if (what === 'retry' && named !== null) return retry(named, given)
  if (what === 'salvage' && named !== null) return salvage(named, given)
  if (what === 'salvage') return usage(HELP, 'salvage needs the FILE that was set aside')
  return usage(HELP, ['show', 'retry'].includes(what) ? `${what} needs an OPERATION` : `no such command: queue ${what}`)
}

const queueOf = (given: Given) => openedOrFail(readQueue(dataOf(given).file('queue.db')))

function list(given: Given): number {
  const states = STATES.filter((state) => given.state?.includes(state))
  if (given.state && states.length !== new Set(given.state).size)
    return usage(HELP, `--state is one of: ${STATES.join(', ')}`)
  const found = queueOf(given)
  for (let after = 0; ; ) {
    const page = found.list({ after, limit: PAGE, ...(states.length > 0 && { states }) })
    for (const item of page) console.log(given.json ? JSON.stringify(item) : line(item))
    const end = page.at(-1)
    if (!end) break
    after = end.seq
  }
  if (!given.json) {
    const { queued, submitted, waiting, aside, oldestQueuedAt } = found.depth()
    console.log(
      `${queued} queued, ${submitted} at the gateway, ${waiting} to be collected, ${aside} set aside` +
        (oldestQueuedAt ? `; the oldest since ${oldestQueuedAt}` : ''),
    )
  }
  found.close()
  return 0
}

const line = ({ seq, operation, kind, requestedAt, state, attempts, reason, settledAt }: Listed): string =>
  [
    String(seq).padStart(6),
    operation,
    requestedAt,
    kind.padEnd(11),
    state.padEnd(9),
    `${attempts} sent`,
    reason ?? '',
    settledAt ?? '',
  ]
    .filter(Boolean)
    .join('  ')

function show(operation: string, given: Given): number {
  const found = queueOf(given)
  // The fields of the list, which are those that a technician may see.
  const seq = found.get(operation)?.seq
  const [item] = seq === undefined ? [] : found.list({ after: seq - 1, limit: 1 })
  found.close()
  if (!item) throw new Failure(UNKNOWN, { kind: 'operation-unknown' }, `there is no ${operation}`)
  console.log(
    given.json
      ? JSON.stringify(item)
      : Object.entries(item)
          .map(([name, value]) => `${name.padEnd(12)} ${value ?? '–'}`)
          .join('\n'),
  )
  return 0
}

function verify(given: Given): number {
  const found = queueOf(given)
  const verified = found.verify()
  found.close()
  if (!verified.ok) throw new Failure(DAMAGED, verified.error, `${verified.error.kind}: ${verified.error.reason}`)
  const { operations, bytes } = verified.value
  console.log(given.json ? JSON.stringify(verified.value) : `whole: ${operations} operations, ${bytes} bytes`)
  return 0
}

async function retry(operation: string, given: Given): Promise<number> {
  const { file, config } = dataOf(given)
  if (config) await ownerOrFail(config)
  const opened = openedOrFail(openQueue({ path: file('queue.db'), now: Date.now }))
  const retried = opened.retry(operation)
  opened.close()
  if (!openedOrFail(retried))
    throw new Failure(UNKNOWN, { kind: 'operation-not-aside' }, `${operation} was not set aside`)
  recordInJournal(given, 'request.redriven', { operation })
  console.log(given.json ? JSON.stringify({ operation, state: 'queued' }) : `${operation} is sent again`)
  return 0
}

async function salvage(damaged: string, given: Given): Promise<number> {
  const { file, config } = dataOf(given)
  if (config) await ownerOrFail(config)
  if (!existsSync(damaged)) throw new Failure(NO_INPUT, { kind: 'no-such-file' }, `there is no ${damaged}`)
  const repaired = openedOrFail(salvageFile(file('queue.db'), damaged))
  recordInJournal(given, 'storage.repaired', { store: 'queue', ...repaired })
  const { salvaged } = repaired
  console.log(given.json ? JSON.stringify({ salvaged }) : `${salvaged} requests are in the queue now`)
  return 0
}

/** Writes to the sync log of the totem whose configuration was given. A disk taken out of its totem gets no entry. */
function recordInJournal<I extends JournalEventId>(given: Given, event: I, fields: JournalFields<I>): void {
  const { file, config } = dataOf(given)
  if (!config) return
  const journal = openedOrFail(openJournal({ path: file('journal.db'), totem: config.totem, now: Date.now }))
  journal.record(event, fields)
  journal.close()
}
