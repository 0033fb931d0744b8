import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { italianDay } from '../../basics/time.ts'
import { createAnprClient } from '../../gateway/anpr/client.ts'
import { signerIn } from '../../gateway/anpr/pdnd/signer.ts'
import { pdndTransport } from '../../gateway/anpr/pdnd/transport.ts'
import type { AnprAccess } from '../../simulator/anpr/index.ts'
import { endChild, startChild } from '../../simulator/bench/children.ts'
import { emptyPage } from '../../simulator/bench/console.ts'
import { consult, ended } from '../../simulator/bench/consultation.ts'
import { startGatewayProcess, throughPdnd } from '../../simulator/bench/gateway.ts'
import { Browser } from '../../simulator/issuer/browser.ts'
import { startIssuer } from '../../simulator/issuer/issuer.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { idOf } from '../support/console/officers.ts'
import { letConsoleIn, startPostgres } from '../support/gateway/postgres.ts'
import { PKI } from '../support/pki.ts'
import { memoryOf } from './memory.ts'
import type { Figure } from './report.ts'

/** Rows of the file. `BULK=2000 npm run bench -- bulk` asks about fewer. */
const ROWS = Number(process.env.BULK ?? 100_000)
/** Questions of the bare loop; as many at a time as the gateway asks (gateway/console/bulk/work.ts). */
const BARE = Math.min(ROWS, 4_000)
const LANES = 4
/** Looks at the gateway's memory on the way. */
const LOOKS = 10
const PATIENCE_MS = 60 * 60_000

/**
 * A list of as many rows as a file may have, from file to file: a gateway in a process of its own on a durable PostgreSQL,
 * each row a question to the simulated ANPR with voucher and signatures, an access log of each. Few of the people stand in
 * the register: ANPR says of the others that it does not know them.
 */
export async function bulkFigures(): Promise<Figure[]> {
  await makePki(PKI)
  const folder = mkdtempSync(path.join(tmpdir(), 'totem-bench-bulk-'))
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  try {
    const postgres = await startPostgres({ durable: true })
    ends.push(postgres.stop)
    const issuer = await startIssuer({ pki: PKI })
    ends.push(issuer.stop)
    const anpr = await startAnprProcess(folder)
    ends.push(anpr.stop)
    const bare = await bareLoop(anpr.access)
    const page = emptyPage(folder)
    cpSync(page, path.join(path.dirname(page), 'polis'), { recursive: true })
    const log = path.join(folder, 'gateway.log')
    // Any port: another program may have the usual one.
    process.env.NODE_OPTIONS = '--inspect-port=0'
    const gateway = await startGatewayProcess({
      ...{ folder: path.join(folder, 'gateway'), log, pki: PKI, anpr: throughPdnd(anpr.access) },
      ...{ databaseUrl: postgres.url, console: { issuer, page, databaseUrl: await letConsoleIn(postgres.url) } },
    })
    delete process.env.NODE_OPTIONS
    ends.push(gateway.stop)
    const signedIn = async (who: string) => {
      const browser = new Browser(gateway.consoleUrl ?? '', PKI)
      ends.push(() => browser.close())
      await browser.logIn(who)
      return browser
    }
    const [office, comune] = [await signedIn('contributi'), await signedIn('top')]
    const keys = Array.from({ length: ROWS }, (_, at) => idOf(at + 1))
    const sent = await consult({
      ...{ office, comune, file: Buffer.from(`idANPR\n${keys.join('\n')}\n`), servizio: 'C007' },
      wayFor: () => 'singole',
      say: (what, how) => console.error(`${what}: ${how}`),
    })
    if (sent === null) throw new Error('the file is not taken')
    const memory = await memoryOf(gateway.pid, log)
    const looks: { done: number; heap: number; resident: number }[] = []
    const began = performance.now()
    const whole = await ended(office, sent.request, PATIENCE_MS, async (counts) => {
      const done = ROWS - (counts.da_fare ?? 0) - (counts.chiesta ?? 0)
      if (done < ((looks.length + 1) * ROWS) / (LOOKS + 1)) return
      looks.push({ done, ...(await memory()) })
      console.error(`${done} rows, heap ${looks.at(-1)?.heap.toFixed(1)} MB`)
    })
    const rate = ROWS / ((performance.now() - began) / 1000)
    const { non_trovato: unknown = 0, trovato: found = 0 } = whole.counts
    if (whole.state !== 'completata' || unknown + found !== ROWS)
      throw new Error(`the list ends as ${whole.state}, ${JSON.stringify(whole.counts)}`)
    const heaps = looks.map(({ heap }) => heap)
    return [
      {
        ...{
          what: `bulk: ${ROWS.toLocaleString('en-GB')} rows asked one by one, from the file to the answers`,
          value: rate,
        },
        ...{ unit: 'rows/s', goal: null },
        references: [{ what: `a bare loop of the same questions, ${LANES} at a time`, value: bare }],
      },
      {
        ...{ what: 'bulk: what each further 10,000 rows add to the gateway’s heap', value: slope(looks) * 10_000 },
        ...{ unit: 'MB', goal: { at: 'most', value: 0.1 } },
        references: [
          { what: 'its heap at the first look, garbage collected', value: heaps[0] ?? Number.NaN },
          { what: 'at the last', value: heaps.at(-1) ?? Number.NaN },
          { what: 'the process at the last', value: looks.at(-1)?.resident ?? Number.NaN },
        ],
      },
    ]
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

/** MB of heap by row: the line of least squares. */
function slope(looks: readonly { done: number; heap: number }[]): number {
  const mean = (of: (look: { done: number; heap: number }) => number) =>
    looks.reduce((sum, look) => sum + of(look), 0) / looks.length
  const [x, y] = [mean(({ done }) => done), mean(({ heap }) => heap)]
  return mean(({ done, heap }) => (done - x) * (heap - y)) / mean(({ done }) => (done - x) ** 2)
}

/** ANPR has a machine of its own: here at least a process. */
async function startAnprProcess(folder: string): Promise<{ access: AnprAccess; stop(): Promise<void> }> {
  const program = fileURLToPath(new URL('../../simulator/anpr/index.ts', import.meta.url))
  const { child, firstLine } = await startChild(process.execPath, [program, '--pki', PKI], {
    log: path.join(folder, 'anpr.log'),
  })
  return { access: JSON.parse(firstLine).access, stop: () => endChild(child) }
}

/** Questions a second by the gateway's own client, with nothing written of them. */
async function bareLoop({ client, tokenUrl, tokenAudience, ca: caFile, eServices }: AnprAccess): Promise<number> {
  const ca = readFileSync(caFile, 'utf8')
  const C007 = eServices.C007
  if (!C007) throw new Error('the simulated ANPR has no C007')
  const transport = pdndTransport(
    {
      client: { clientId: client.clientId, signer: await signerIn(client.kid, client.keyFile, null) },
      token: { url: tokenUrl, audience: tokenAudience, keep: true },
      ca: { token: ca, gate: ca },
      services: { C007 },
    },
    { timeoutMs: 8_000 },
  )
  const now = () => new Date()
  const asker = { userId: 'bare', userLocation: 'BARE', loa: 'LOA3' }
  const day = italianDay(now())
  let [asked, id] = [0, BigInt(Date.now()) * 1_000_000n]
  function* ids(): Generator<string> {
    for (;;) yield String(id++)
  }
  const calls = createAnprClient({ transport, now }).as(asker, ids())
  const lane = async () => {
    while (asked < BARE) {
      const { result } = await calls.tell(
        'C007',
        { idAnpr: idOf(++asked), isTheirs: () => null },
        { day, reason: 'PROT 1/2026' },
      )
      if (!result.ok && result.error.kind !== 'anpr-refused') throw new Error(`C007: ${result.error.kind}`)
    }
  }
  try {
    const began = performance.now()
    await Promise.all(Array.from({ length: LANES }, lane))
    return BARE / ((performance.now() - began) / 1000)
  } finally {
    await transport.close()
  }
}
