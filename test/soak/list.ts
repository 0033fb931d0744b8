import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { startAnpr } from '../../simulator/anpr/index.ts'
import { emptyPage } from '../../simulator/bench/console.ts'
import { consult } from '../../simulator/bench/consultation.ts'
import { startGatewayProcess, throughPdnd } from '../../simulator/bench/gateway.ts'
import { Browser } from '../../simulator/issuer/browser.ts'
import { startIssuer } from '../../simulator/issuer/issuer.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { idOf } from '../support/console/officers.ts'
import { letConsoleIn } from '../support/gateway/postgres.ts'
import { PKI } from '../support/pki.ts'
import { startPostgresPair } from './postgres-pair.ts'

const SETTLE_MS = 120_000
const LOOK_MS = 100
/** So long nothing is asked where nobody works on the list. */
const STILL_MS = 2_000
/** Rows that a gateway asks before it writes what they came to (gateway/console/bulk/work.ts). */
const BATCH = 100

export interface ListVerdict {
  rows: number
  /** How the list and its rows ended. */
  state: string
  counts: Record<string, number>
  /** Questions that ANPR has heard and that no line of the access log stands for. */
  unlogged: number
  /** Lines of the access log for which no entry of the audit vouches. */
  unvouched: number
  /** Questions beyond one for each row: what a gateway that died had asked and not written. */
  again: number
  /** So many may be asked again. */
  mayBeAgain: number
}

/**
 * A list of `rows` people on a PostgreSQL with a synchronous standby. The gateway gets SIGKILL `kills` times, each time in the
 * middle of a batch; then the primary does, and the standby takes over. The minutes until a dead gateway's lease runs out are
 * passed over.
 */
export async function listSoak({ rows, kills }: { rows: number; kills: number }): Promise<ListVerdict> {
  await makePki(PKI)
  const folder = mkdtempSync(path.join(tmpdir(), 'totem-soak-list-'))
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  try {
    let heard = 0
    const anpr = await startAnpr({
      ...{ port: 0, pki: PKI },
      logTo: ({ where, outcome, service }) => {
        if (where === 'gate' && outcome === 'accepted' && service === 'C007') heard++
      },
    })
    ends.push(anpr.stop)
    const issuer = await startIssuer({ pki: PKI })
    ends.push(issuer.stop)
    const postgres = await startPostgresPair()
    ends.push(postgres.stop)
    const consoleUrl = await letConsoleIn(postgres.url)
    const page = emptyPage(folder)
    cpSync(page, path.join(path.dirname(page), 'polis'), { recursive: true })
    const gateway = await startGatewayProcess({
      ...{ folder: path.join(folder, 'gateway'), log: path.join(folder, 'gateway.log'), pki: PKI },
      ...{ anpr: throughPdnd(anpr.access), databaseUrl: postgres.url },
      console: { issuer, page, databaseUrl: consoleUrl },
    })
    ends.push(gateway.stop)
    const database = await asking(postgres.url)
    ends.push(database.end)
    const request = await sent(gateway.consoleUrl ?? '', rows, ends)
    // The three minutes of a dead gateway's lease, and the one after a failure, are passed over.
    const timePasses = () =>
      database.one('update richiesta set presa_fino = now(), riprova_at = null where id = $1 returning id', request)

    for (let kill = 0; kill < kills; kill++) {
      await inABatch()
      await gateway.kill()
      await timePasses()
      await gateway.restart()
    }
    await inABatch()
    await postgres.failOver()
    for (let seen = -1; (await ended()) === undefined; seen = heard) {
      if (heard === seen) await timePasses()
      await delay(STILL_MS)
    }
    const whole = await ended()
    const told = await database.one<{ lines: number; vouched: number }>(
      `select (select count(*)::int from access_log where operation = $1) as lines,
        (select coalesce(sum((detail->>'lines')::int), 0)::int from console_audit where object = $1) as vouched`,
      request,
    )
    return {
      ...{ rows, state: whole?.stato ?? '', counts: whole?.conteggi ?? {} },
      unlogged: Math.max(0, heard - told.lines),
      unvouched: told.lines - told.vouched,
      again: heard - rows,
      mayBeAgain: BATCH * (kills + 1),
    }

    async function ended() {
      const now = await database.one<{ stato: string; conteggi: Record<string, number> }>(
        'select stato, conteggi from richiesta where id = $1',
        request,
      )
      return now.stato === 'convalidata' || now.stato === 'in_lavorazione' ? undefined : now
    }

    /** What a gateway has asked by then is written nowhere but in the access log. */
    async function inABatch(): Promise<void> {
      const before = heard
      while (heard < before + BATCH / 3) await delay(5)
    }
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

/** Sends a list of people, few of whom ANPR knows, and has it let pass. */
async function sent(url: string, rows: number, ends: (() => unknown)[]): Promise<string> {
  const [office, comune] = [new Browser(url, PKI), new Browser(url, PKI)]
  ends.push(() => Promise.all([office.close(), comune.close()]))
  await office.logIn('contributi')
  await comune.logIn('top')
  const keys = Array.from({ length: rows }, (_, at) => idOf(at + 1))
  const one = await consult({
    ...{ office, comune, file: Buffer.from(`idANPR\n${keys.join('\n')}\n`), servizio: 'C007' },
    ...{ wayFor: () => 'singole', say: () => undefined },
  })
  if (one === null) throw new Error('the file is not taken')
  return one.request
}

/** Asks the database until it has a row; where it is away, again. */
async function asking(connectionString: string) {
  const pool = new pg.Pool({ connectionString, max: 1 })
  pool.on('error', () => undefined)
  return {
    async one<T extends pg.QueryResultRow>(question: string, request: string): Promise<T> {
      for (const until = Date.now() + SETTLE_MS; Date.now() < until; await delay(LOOK_MS)) {
        const { rows } = await pool.query<T>(question, [request]).catch(() => ({ rows: [] as T[] }))
        if (rows[0]) return rows[0]
      }
      throw new Error('the list does not end')
    },
    end: () => pool.end(),
  }
}

const isSound = ({ rows, state, counts, unlogged, unvouched, again, mayBeAgain }: ListVerdict): boolean =>
  state === 'completata' &&
  (counts.trovato ?? 0) + (counts.non_trovato ?? 0) === rows &&
  unlogged === 0 &&
  unvouched === 0 &&
  again >= 0 &&
  again <= mayBeAgain

// node test/soak/list.ts [kills]: some eight seconds each.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--help')) {
    console.log('node test/soak/list.ts [KILLS, 10]')
    process.exit(0)
  }
  const kills = Number(process.argv[2] ?? 10)
  const verdict = await listSoak({ rows: 250 * (kills + 2), kills })
  console.log(JSON.stringify({ sound: isSound(verdict), ...verdict }, null, 2))
  process.exit(isSound(verdict) ? 0 : 1)
}
