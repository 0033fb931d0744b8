import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { destination, pino } from 'pino'
import { z } from 'zod'
import { csvLine } from '../basics/csv.ts'
import { italianDay } from '../basics/time.ts'
import { caller } from '../contract/caller.ts'
import { isCodiceFiscale } from '../contract/identity.ts'
import { accessReferences } from './access/references.ts'
import { createRegister } from './access/register.ts'
import { askingAnpr, wayToAnpr } from './anpr/open.ts'
import { consultationOf, listed } from './anpr/services.ts'
import { askList, cellsOf, namesOf } from './lists/ask.ts'
import { throughBulk } from './lists/job.ts'
import { rowsIn } from './lists/rows.ts'
import { gatewayConfig, readConfig } from './settings/config.ts'
import { requireSafeDatabase, requireTlsChecked } from './settings/line.ts'
import { operatorBy, operatorsIn } from './settings/operators.ts'
import { trustedText } from './settings/secret.ts'
import { bug, CONFIG, TEMPORARY, Unusable } from './settings/unusable.ts'
import { openStore } from './store/database.ts'

/** sysexits(3): the command line cannot be understood; the input is not what it should be; it may not be done. */
const [USAGE, DATA, NO_PERMISSION] = [64, 65, 77]
const HELP = `node gateway/consult.ts --service C007 --station PG-0001-01 --reason REFERENCE [--day 2026-11-29] < LIST > ANSWERS

Asks ANPR about each person of a list (CSV), beside a gateway on the same PostgreSQL, and writes a line of CSV for each
row, in its order. Each question has its line in the access log.
  LIST           its first line names the columns: codice fiscale or ID ANPR, then for C003 to C014 what is declared, by its
                 way in \`verifica\`, e.g. generalita.cognome
  --service      one that anpr.lists.services of the configuration names; from anpr.lists.bulkFrom rows on its bulk twin is
                 asked, where anpr.pdnd.services has it
  --station      the machine at which the operator works
  --reason       reference of the file for which it is asked; the Ministry logs it, so it names nobody
  --day          the register as it was on that day; default today
GATEWAY_CONFIG names the gateway's file, DATABASE_URL its database, OPERATOR_TOKEN the token of an operator who may write.
stato of a row: trovato, non_trovato, ambiguo (several people), errore (of ANPR), non_risposto (ask again later), formale
(no codice fiscale or ID ANPR, or nothing declared), doppione (motivo: of which row).
Ends with 0 when each row has an answer, with 75 when some have none.`

const reference = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N} ./:_-]{1,100}$/u)
  .refine((told) => !told.split(/[^A-Za-z0-9]+/).some((word) => isCodiceFiscale(word.toUpperCase())))

function given(args: string[]) {
  const one = { type: 'string', default: '' } as const
  const options = {
    service: one,
    station: one,
    reason: one,
    day: one,
    help: { type: 'boolean', default: false },
  } as const
  try {
    return parseArgs({ args, options }).values
  } catch {
    throw new Unusable(USAGE, HELP)
  }
}

async function run(args: string[]): Promise<number> {
  const wanted = given(args)
  if (wanted.help) throw new Unusable(USAGE, HELP)
  requireTlsChecked(process.env)
  const { GATEWAY_CONFIG: path, DATABASE_URL: databaseUrl, OPERATOR_TOKEN: token = '' } = process.env
  if (!path) throw new Unusable(CONFIG, 'GATEWAY_CONFIG is to name the file of the gateway')
  if (!databaseUrl) throw new Unusable(CONFIG, 'DATABASE_URL: an embedded database is its gateway’s alone')
  requireSafeDatabase(databaseUrl)
  const config = gatewayConfig.parse(await readConfig(path))
  const { lists, quotas, pdnd } = config.anpr

  const operators = operatorsIn(await trustedText('operator.tokens', config.operator.tokens))
  const operator = operators.ok ? operatorBy(operators.value, token) : null
  if (operator?.role !== 'write')
    throw new Unusable(NO_PERMISSION, 'OPERATOR_TOKEN is to be the token of an operator who may write')
  const at = caller.safeParse({ channel: 'console', id: wanted.station, person: operator.name })
  if (!at.success) throw new Unusable(USAGE, '--station is the id of a workstation, e.g. PG-0001-01')
  const service = listed.safeParse(wanted.service)
  if (!service.success) throw new Unusable(USAGE, `--service is one of ${listed.options.join(', ')}`)
  const code = service.data
  if (!lists.services.includes(code) || !pdnd.services[code] || !pdnd.services.C030)
    throw new Unusable(NO_PERMISSION, `${code} about a list: anpr.lists.services and anpr.pdnd.services are to name it`)
  const reason = reference.safeParse(wanted.reason)
  if (!reason.success)
    throw new Unusable(USAGE, '--reason is the reference of a file, up to 100 letters, and names nobody')
  const now = () => new Date()
  const day = z.iso.date().safeParse(wanted.day || italianDay(now()))
  if (!day.success || day.data > italianDay(now()))
    throw new Unusable(USAGE, '--day is a day that has begun, YYYY-MM-DD')
  const rows = rowsIn(await text(process.stdin), code, lists.rows)
  if (!rows.ok)
    throw new Unusable(DATA, `the list: ${Object.values(rows.error).join(' ')} (--help says what stands in it)`)

  const log = pino(destination(2))
  const stopped = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopped.abort())
  const transport = await wayToAnpr(config.anpr, log)
  const store = await openStore({ databaseUrl, dataDir: config.dataDir }, log)
  try {
    const { db } = store
    const metrics = { anprOpen() {}, anprAnswered() {} }
    const { anpr, mayBegin } = askingAnpr(transport, { db, limits: quotas, metrics, log, now })
    const named = await accessReferences(db, config.accessLogKey ?? join(config.dataDir, 'access-log.key'))
    const register = createRegister({ db, anpr, reference: named, loa: pdnd.loa, now })
    const looks = register.askedBy({ caller: at.data, requester: null, operation: reason.data })
    const question = { day: day.data, reason: reason.data }
    const twin = consultationOf(code).bulk?.service
    const goesInBulk = twin !== undefined && pdnd.services[twin] && rows.value.length >= lists.bulkFrom
    const pause = (ms: number) => delay(ms, undefined, { signal: stopped.signal })
    const counts: Record<string, number> = {}
    const answers = askList(rows.value, {
      ...{ looks, code, question },
      mayAsk: async () => !stopped.signal.aborted && mayBegin(code, 'C030'),
      inBulk: goesInBulk
        ? (keys) => throughBulk({ db, looks, now, pause }, { service: twin, code, keys, question })
        : null,
    })
    await write(csvLine(namesOf(code)))
    for await (const answer of answers) {
      counts[answer.state] = (counts[answer.state] ?? 0) + 1
      await write(csvLine(cellsOf(answer, code)))
    }
    log.info({ kind: 'list-answered', service: code, rows: rows.value.length, ...counts })
    return counts.non_risposto ? TEMPORARY : 0
  } finally {
    await transport.close()
    await store.close()
  }
}

async function write(line: string): Promise<void> {
  if (!process.stdout.write(line)) await once(process.stdout, 'drain')
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (fault) {
  const { message, exitCode } = fault instanceof Unusable ? fault : bug(fault)
  console.error(message)
  process.exitCode = exitCode
}
