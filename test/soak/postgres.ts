import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startAnpr } from '../../simulator/anpr/index.ts'
import { type BenchGateway, startGatewayProcess, throughPdnd } from '../../simulator/bench/gateway.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { login, sealed, wish } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { PKI } from '../support/pki.ts'
import { startPostgresPair } from './postgres-pair.ts'

const TOTEMS = ['TT-0001', 'TT-0002'] as const
const WHO = 'anna-bianchi'
/** Time for all outcomes to arrive once the database is back for good. */
const SETTLE_MS = 120_000

export interface PostgresVerdict {
  /** Requests answered as pending or settled. */
  acknowledged: number
  /** Acknowledged requests without an outcome at /v1/outcomes. */
  lost: number
  /** Outcomes at two cursors, or certificates issued twice by ANPR. */
  twice: number
  /** Certificates of ANPR whose request was never acknowledged. */
  strangers: number
  /** Submissions without an answer, or answered with `later`, that were sent again. */
  troubled: number
  restarts: number
}

/**
 * Two gateways under load on a PostgreSQL with a synchronous standby. The primary restarts `restarts` times, then gets
 * SIGKILL, and the standby takes over. Each totem sends a batch of `batch` items as soon as the last is acknowledged.
 */
export async function postgresSoak({
  restarts,
  batch,
  betweenMs,
}: {
  restarts: number
  batch: number
  betweenMs: number
}): Promise<PostgresVerdict> {
  await makePki(PKI)
  const folder = mkdtempSync(join(tmpdir(), 'totem-soak-postgres-'))
  const anpr = await startAnpr({ port: 0, pki: PKI, reusePdf: true })
  const postgres = await startPostgresPair()
  const gateways: BenchGateway[] = []
  const stopping = new AbortController()
  try {
    for (const name of ['a', 'b']) {
      gateways.push(
        await startGatewayProcess({
          folder: join(folder, name),
          log: join(folder, `${name}.log`),
          pki: PKI,
          anpr: throughPdnd(anpr.access),
          databaseUrl: postgres.url,
          bounds: { pendingPerTotem: 50_000, requestsPerTotemDay: 500_000 },
        }),
      )
    }
    const totems = TOTEMS.map((totem, index) => {
      const url = `https://127.0.0.1:${gateways[index]?.port}`
      return loadOf(totem, url, batch, stopping.signal)
    })
    for (let round = 0; round < restarts; round++) {
      await delay(betweenMs)
      await postgres.restart()
    }
    await delay(betweenMs)
    await postgres.failOver()
    await delay(betweenMs)
    stopping.abort()
    const loads = await Promise.all(totems.map((load) => load()))

    const acknowledged = new Set(loads.flatMap((load) => [...load.acknowledged]))
    const issued = anpr.issued()
    return {
      acknowledged: acknowledged.size,
      lost: loads.reduce((sum, load) => sum + [...load.acknowledged].filter((id) => !load.told.has(id)).length, 0),
      twice: loads.reduce((sum, load) => sum + load.repeated, 0) + issued.length - new Set(issued).size,
      strangers: Math.max(0, new Set(issued).size - acknowledged.size),
      troubled: loads.reduce((sum, load) => sum + load.troubled, 0),
      restarts,
    }
  } finally {
    stopping.abort()
    for (const gateway of gateways) await gateway.stop()
    await anpr.stop()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Load {
  acknowledged: Set<string>
  told: Set<string>
  repeated: number
  troubled: number
}

/** A totem that submits and listens from now on; it ends when everything promised to it has come. */
function loadOf(totem: string, url: string, batch: number, stopping: AbortSignal): () => Promise<Load> {
  const load: Load = { acknowledged: new Set(), told: new Set(), repeated: 0, troubled: 0 }
  const [sender, listener] = [new TotemClient(url, totem), new TotemClient(url, totem)]
  const deadline = new AbortController()

  async function send(): Promise<void> {
    while (!stopping.aborted) {
      const answered = await sender.post('/v1/challenges', {}).catch(() => null)
      if (answered?.status !== 200) continue
      const evidence = () => login(WHO, { totem, challenge: answered.body.challenge })
      let items = await Promise.all(Array.from({ length: batch }, () => sealed(wish(WHO, { evidence: evidence() }))))
      // A submission that was begun is finished, as a totem's queue would.
      while (items.length > 0 && !deadline.signal.aborted) {
        const answer = await sender.submit(...items).catch(() => null)
        const states = new Map<string, string>(
          answer?.status === 200
            ? answer.body.results.map((one: { operation: string; state: string }) => [one.operation, one.state])
            : [],
        )
        const done = items.filter(({ operation }) => ['pending', 'issued'].includes(states.get(operation) ?? ''))
        for (const { operation } of done) load.acknowledged.add(operation)
        if (done.length === items.length) break
        load.troubled++
        items = items.filter((item) => !done.includes(item))
        await delay(200)
      }
    }
  }

  async function listen(): Promise<void> {
    let cursor = 0
    const isOver = () =>
      deadline.signal.aborted || (sent && [...load.acknowledged].every((operation) => load.told.has(operation)))
    while (!isOver()) {
      const answer = await listener.get(`/v1/outcomes?after=${cursor}&wait=2`).catch(() => null)
      if (answer?.status !== 200) {
        await delay(200)
        continue
      }
      cursor = answer.body.cursor
      for (const { operation } of answer.body.outcomes) {
        if (load.told.has(operation)) load.repeated++
        load.told.add(operation)
      }
    }
  }

  let sent = false
  const sending = send().then(() => {
    sent = true
  })
  const listening = listen()
  return async () => {
    const timer = setTimeout(() => deadline.abort(), SETTLE_MS)
    await Promise.all([sending, listening])
    clearTimeout(timer)
    await Promise.all([sender.close(), listener.close()])
    return load
  }
}

const isSound = ({ acknowledged, lost, twice, strangers }: PostgresVerdict): boolean =>
  acknowledged > 0 && lost === 0 && twice === 0 && strangers === 0

// node test/soak/postgres.ts [restarts]: some five seconds a restart.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--help')) {
    console.log('node test/soak/postgres.ts [RESTARTS, 10]')
    process.exit(0)
  }
  const verdict = await postgresSoak({ restarts: Number(process.argv[2] ?? 10), batch: 20, betweenMs: 5_000 })
  console.log(JSON.stringify({ sound: isSound(verdict), ...verdict }, null, 2))
  process.exit(isSound(verdict) ? 0 : 1)
}
