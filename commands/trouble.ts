import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type ConditionId, conditionIds, conditionOf } from '../contract/console/conditions.ts'
import { startAnpr } from '../simulator/anpr/index.ts'
import { registryIn } from '../simulator/anpr/pdnd/registry.ts'
import { startGatewayProcess, throughPdnd } from '../simulator/bench/gateway.ts'
import { startIssuer } from '../simulator/issuer/issuer.ts'
import { createPecProvider } from '../simulator/mail/pec.ts'
import { makePki } from '../simulator/pki/make.ts'
import { Failure, NO_INPUT, noSuch, options, usage } from './command.ts'
import { layStage, openStage, type Stage, stageOffices } from './fleet/stage.ts'
import { troubles } from './fleet/troubles.ts'

const WIDTH = Math.max(...conditionIds.map((id) => id.length))
const HELP = `totem simulator trouble CONDITION

Opens a gateway with its console, thirty-six simulated totems and a simulated ANPR, and makes one of the conditions of
which operators are told (contract/console/conditions.ts). Prints the console's address; there one signs in as Olga Bruni,
without a password. Enter ends the trouble, Enter again the command.
${conditionIds.map((id) => `  ${id.padEnd(WIDTH)}  ${troubles[id].does}`).join('\n')}`

const PAGE = fileURLToPath(new URL('../dist/console', import.meta.url))
/** As often as totems call. */
const BEAT_MS = 30_000

/** `totem simulator trouble`: resolves to the exit code. */
export async function trouble([what = '', ...args]: string[], pki: string): Promise<number> {
  const id = conditionIds.find((each) => each === what)
  if (!id) return usage(HELP, noSuch('simulator trouble', what))
  options(HELP, args, {})
  if (!existsSync(PAGE))
    throw new Failure(NO_INPUT, { kind: 'not-built' }, `${PAGE} is not there: node scripts/build.ts makes it`)
  await makePki(pki)
  const folder = mkdtempSync(join(tmpdir(), 'totem-trouble-'))
  const ends: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true, force: true })]
  try {
    const { stage, console: address } = await open(pki, folder, ends)
    await play(id, stage, address)
    return 0
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

async function open(pki: string, folder: string, ends: (() => Promise<unknown>)[]) {
  console.log('A gateway and its totems are made ready; some ten seconds.')
  const files = await layStage(pki, folder)
  const anpr = await startAnpr({ port: 0, pki, registry: await registryIn(pki) })
  ends.push(anpr.stop)
  const issuer = await startIssuer({ pki })
  ends.push(issuer.stop)
  const pecAuthorities = join(folder, 'pec-ca.pem')
  writeFileSync(pecAuthorities, (await createPecProvider()).authority)
  const port = await freePort()
  mkdirSync(join(folder, 'logs'))
  const gateway = await startGatewayProcess({
    ...{ folder: join(folder, 'gateway'), log: join(folder, 'logs/gateway.log'), pki },
    ...{ totems: files.totems, trustList: files.trustList, tls: files.tls, offices: stageOffices() },
    anpr: throughPdnd(anpr.access),
    mail: { port, pecAuthorities },
    console: { issuer, page: PAGE },
  })
  ends.push(gateway.stop)
  const stage = await openStage({
    ...{ pki, files, anpr, now: () => new Date() },
    urls: () => ({ totems: `https://127.0.0.1:${gateway.port}`, operators: gateway.operatorUrl ?? '' }),
    mail: { port, returnsPort: () => gateway.returnsPort },
  })
  ends.push(stage.stop)
  return { stage, console: gateway.consoleUrl ?? '' }
}

async function play(id: ConditionId, stage: Stage, address: string): Promise<void> {
  const { does, showsAfterMin, endsAfterMin, begin, end } = troubles[id]
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  const late = (minutes: number | undefined) => (minutes ? `within ${minutes} minutes` : 'within ten seconds')
  await stage.beat()
  const beating = setInterval(() => void stage.beat().catch(() => undefined), BEAT_MS)
  console.log(`Console: ${address}allarmi  (sign in as Olga Bruni)`)
  await begin(stage)
  console.log(`${does}: “${conditionOf(id).name}” stands at the console ${late(showsAfterMin)}. Enter ends it.`)
  await lines.next()
  await end(stage)
  console.log(`It is over; the alarm ends ${late(endsAfterMin)}. Enter ends the command.`)
  await lines.next()
  clearInterval(beating)
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
