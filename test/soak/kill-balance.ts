import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import pg from 'pg'
import { openJournal } from '../../main/journal/journal.ts'
import { openQueue } from '../../main/queue/queue.ts'
import type { Anpr } from '../../simulator/anpr/index.ts'
import { type BenchGateway, operationsOf } from '../../simulator/bench/gateway.ts'
import type { VirtualPrinter } from '../../simulator/printer/virtual-printer.ts'
import { unbalanced } from '../support/totem/balance.ts'

/** Compares totem, gateway, ANPR and paper when everybody has gone home. */
export async function balance({
  data,
  totem,
  gateway,
  databaseUrl,
  anpr,
  printer,
  recorded,
}: {
  data: string
  totem: string
  gateway: BenchGateway
  databaseUrl: string
  anpr: Anpr
  printer: VirtualPrinter
  recorded: ReadonlySet<string>
}) {
  const violations: string[] = []
  const wrong = (what: string) => void violations.push(what)
  const store = openQueue({ path: join(data, 'queue.db'), now: Date.now })
  const log = openJournal({ path: join(data, 'journal.db'), totem, now: Date.now })
  if (!store.ok || !log.ok) throw new Error('the stores cannot be opened')
  try {
    const operations = store.value.list({ limit: 1_000_000 })
    const onTotem = new Map(operations.map(({ operation, state }) => [operation, state]))
    const atGateway = await gateway.operations()
    violations.push(...unbalanced({ onTotem, atGateway, issued: operationsOf(anpr.issued(), atGateway) }))
    for (const operation of recorded) if (!onTotem.has(operation)) wrong(`${operation} was recorded and is lost`)

    await printer.settled()
    const ledger = operations.flatMap(({ operation }) => store.value.ledger.sheets(operation))
    const sheets = paperFaults(printer.sheets, ledger, operations.length, wrong)

    const checked = log.value.verify()
    if (!checked.ok) wrong(`the journal is ${checked.error.kind}: ${checked.error.reason}`)
    await gatewayJournal(databaseUrl, totem, wrong)
    return {
      repeats: [...anpr.asked().values()].reduce((sum, asked) => sum + asked - 1, 0),
      sheets,
      journal: checked.ok ? checked.value.count : 0,
      violations,
    }
  } finally {
    store.value.close()
    log.value.close()
  }
}

/**
 * Every certificate has its own protocol number and so its own picture. Two whole sheets with one picture are the same
 * paper twice, and the ledger must call one a reprint. The ledger counts only sheets that came out.
 */
function paperFaults(
  paper: readonly { path: string; kind: 'whole' | 'void' }[],
  ledger: readonly { operation: string; state: string; reprint: boolean; perhapsPrinted?: boolean }[],
  operations: number,
  wrong: (what: string) => void,
) {
  const whole = paper.filter(({ kind }) => kind === 'whole')
  const pictures = new Set(whole.map(({ path }) => createHash('sha256').update(readFileSync(path)).digest('hex')))
  const acknowledged = ledger.filter(({ state }) => ['acknowledged', 'taken', 'retracted'].includes(state))
  const perhaps = ledger.filter(({ state, perhapsPrinted }) => state === 'void' && perhapsPrinted)
  const reprinted = ledger.filter(({ reprint }) => reprint)
  const twice = whole.length - pictures.size
  if (acknowledged.length > whole.length) wrong(`${acknowledged.length} sheets counted, ${whole.length} came out`)
  if (whole.length > acknowledged.length + perhaps.length)
    wrong(`${whole.length} sheets came out, the ledger knows fewer`)
  if (twice > reprinted.length) wrong(`${twice} papers came out twice, ${reprinted.length} of them as a reprint`)
  if (pictures.size !== operations) wrong(`${operations} certificates, ${pictures.size} papers`)
  return { whole: whole.length, void: paper.length - whole.length, reprinted: reprinted.length }
}

/** The gateway holds each chain from its first entry, without a gap. */
async function gatewayJournal(url: string, totem: string, wrong: (what: string) => void): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ chain: string; entries: number; first: number; last: number }>(
      `select chain, count(*)::int entries, min(seq)::int first, max(seq)::int last
       from journal_entry where totem = $1 group by chain`,
      [totem],
    )
    if (rows.length !== 1) wrong(`the gateway holds ${rows.length} logs of one totem`)
    for (const { chain, entries, first, last } of rows) {
      if (first !== 1 || last !== entries)
        wrong(`the gateway holds ${entries} entries, ${first} to ${last}, of ${chain}`)
    }
    const troubles = await client.query<{ kind: string; seq: number }>('select kind, seq from journal_trouble')
    for (const { kind, seq } of troubles.rows) wrong(`the gateway finds a ${kind} in the log at ${seq}`)
  } finally {
    await client.end()
  }
}

/** Promises of main that its disk, as it is now, does not hold. */
export function brokenPromises(data: string, recorded: ReadonlySet<string>, collected: ReadonlySet<string>): string[] {
  const db = new Database(join(data, 'queue.db'), { readonly: true })
  try {
    const rows = db.prepare('SELECT operation, state FROM operation').all() as { operation: string; state: string }[]
    const states = new Map(rows.map(({ operation, state }) => [operation, state]))
    return [
      ...[...recorded].filter((id) => !states.has(id)).map((id) => `${id} was recorded and is not on the disk`),
      ...[...collected]
        .filter((id) => states.get(id) !== 'collected')
        .map((id) => `${id} was collected and is ${states.get(id)}`),
    ]
  } finally {
    db.close()
  }
}
