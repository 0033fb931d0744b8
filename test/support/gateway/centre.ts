import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pino } from 'pino'
import { ownFolder } from '../../../basics/temporary.ts'
import { type Gateway, type GatewayConfig, startGateway } from '../../../gateway/index.ts'
import { type Anpr, startAnpr } from '../../../simulator/anpr/index.ts'
import { registryIn } from '../../../simulator/anpr/pdnd/registry.ts'
import { type GatewayOperation, operationsOf, throughPdnd } from '../../../simulator/bench/gateway.ts'
import { withInad } from '../../../simulator/inad/registration.ts'
import { makePki } from '../../../simulator/pki/make.ts'
import { issueCrls } from '../../../simulator/pki/trust-list.ts'
import { PKI } from '../pki.ts'
import { layDatabase } from './database.ts'
import { ACCESS_LOG_KEY } from './requests.ts'
import { TotemClient } from './totem-client.ts'

const CRL_LIFE_MS = 100 * 86_400_000

/**
 * A real gateway with the simulated ANPR behind it, on the database of `databaseUrl` (null: embedded), with a clock
 * that a test can turn. `reusePdf`: for tests to which the certificates do not matter (simulator/anpr/issue.ts). `throughLine`: to ANPR through a line of
 * the test's own (anpr-line.ts). `inad`: INAD's address, where a test has one.
 */
export interface Centre {
  anpr: Anpr
  readonly gateway: Gateway
  /** Operations as an operator sees them. */
  operations(): Promise<GatewayOperation[]>
  /** The operations whose certificates ANPR has issued, each as often as it did. */
  issued(): Promise<string[]>
  /** Everything that the gateway has logged. */
  logged(): string
  clock: { now: Date }
  config: GatewayConfig
  /** Starts the gateway anew on the same database, at another port. */
  restartGateway(): Promise<void>
  stop(): Promise<void>
}

export async function openCentre(
  databaseUrl: string | null,
  more: Partial<GatewayConfig> = {},
  {
    reusePdf = false,
    throughLine = (direct) => direct,
    inad,
    prepare,
  }: {
    reusePdf?: boolean
    inad?: string
    /** Done to the installation before its gateway starts. */
    prepare?: (config: GatewayConfig) => Promise<void>
    throughLine?: (direct: GatewayConfig['anpr']) => GatewayConfig['anpr']
  } = {},
): Promise<Centre> {
  await makePki(PKI)
  const dataDir = ownFolder('totem-gateway')
  const clock = { now: new Date() }
  writeFileSync(join(dataDir, 'access-log.key'), ACCESS_LOG_KEY.toString('base64url'), { mode: 0o600 })
  if (databaseUrl === null) await layDatabase(dataDir)
  const crls = join(dataDir, 'crls')
  // The CRLs are good on every day to which a test turns the clock.
  await issueCrls(PKI, crls, { nextUpdate: new Date(+clock.now + CRL_LIFE_MS) })
  const anpr = await startAnpr({
    port: 0,
    pki: PKI,
    reusePdf,
    virtualBollo: '12345/2023',
    registry: withInad(await registryIn(PKI)),
  })
  const config: GatewayConfig = {
    listen: { host: '127.0.0.1', port: 0 },
    operator: { host: '127.0.0.1', port: 0, tokens: join(PKI, 'operators') },
    tls: {
      key: join(PKI, 'gateway.key.pem'),
      certificate: join(PKI, 'gateway.cert.pem'),
      clientCa: join(PKI, 'totem-ca.pem'),
    },
    dataDir,
    databaseUrl,
    trust: {
      list: join(PKI, 'trust-list.jws'),
      listKey: join(PKI, 'trust-list.pub.jwk.json'),
      crls,
      crlHosts: [],
      revocation: { maxAgeHours: CRL_LIFE_MS / 3_600_000, whenUnknown: 'refuse' },
    },
    anpr: throughLine(throughPdnd(anpr.access, inad)),
    keys: { folder: join(PKI, 'gateway-keys'), list: join(PKI, 'gateway-keys.jws') },
    totems: join(PKI, 'totems'),
    ...more,
  }
  await prepare?.(config)
  let log = ''
  const sink = new PassThrough().on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const start = () => startGateway(config, { now: () => clock.now, log: pino(sink) })
  let gateway = await start()
  const operations = async () => {
    const operator = new TotemClient(gateway.operatorUrl, null)
    const token = readFileSync(join(PKI, 'operator-token'), 'utf8').trim()
    const { body } = await operator.get('/v1/operator/operations', { authorization: `Bearer ${token}` })
    await operator.close()
    return body.operations
  }
  return {
    anpr,
    operations,
    issued: async () => operationsOf(anpr.issued(), await operations()),
    get gateway() {
      return gateway
    },
    logged: () => log,
    clock,
    config,
    restartGateway: async () => {
      await gateway.stop()
      gateway = await start()
    },
    stop: async () => {
      await gateway.stop()
      await anpr.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
