import { type ChildProcess, execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { dirname, join } from 'node:path'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { AnprAccess } from '../anpr/index.ts'
import { fleetPlan } from '../fleet/places.ts'
import { INAD } from '../inad/registration.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { PagopaAccess } from '../pagopa/index.ts'
import { issueCrls } from '../pki/trust-list.ts'
import { endChild, startChild } from './children.ts'
import { firstGrants, throughConsole } from './console.ts'

/** The gateway's line when it is ready: the addresses for totems, for operators and for the public. */
const readyLine = z.looseObject({
  listening: z.string(),
  operator: z.string(),
  public: z.string(),
  returns: z.number().nullish(),
  receipts: z.string().optional(),
  enrolment: z.string().optional(),
  console: z.string().optional(),
})

const operationRow = z.looseObject({ operation: z.string(), totem: z.string(), state: z.string(), anprId: z.string() })
export type GatewayOperation = z.infer<typeof operationRow>

/** The operations that ANPR knows by these ids, in their order; an id of none stays. */
export function operationsOf(ids: readonly string[], operations: readonly GatewayOperation[]): string[] {
  const known = new Map(operations.map(({ anprId, operation }) => [anprId, operation]))
  return ids.map((id) => known.get(id) ?? id)
}

/** The gateway's settings of ANPR (gateway/settings/pdnd.ts): vouchers and signatures, as with the Ministry's; `inad`: INAD's address. */
export function throughPdnd({ tokenUrl, tokenAudience, ca, client, eServices }: AnprAccess, inad?: string) {
  const services = Object.entries(eServices)
    .filter(([code]) => /^(C0(?!01|02|31)\d\d|ANPR-Certificazione|ElabMassiva\w+)$/.test(code))
    .map(([code, { url, audience, purposeId, dpop }]) => [code, { url, audience, purposeId, dpop }])
  if (inad) services.push([INAD.code, { url: inad, audience: INAD.audience, purposeId: INAD.purposeId, dpop: false }])
  const { clientId, keyFile: key } = client
  const own = { tokenUrl, tokenAudience, clientId, key, tokenCa: ca, gateCa: ca }
  // What the bench's agreements let offices ask about lists (tenancy.ts).
  const asked: ('C007' | 'C008' | 'C020' | 'C030')[] = ['C007', 'C008', 'C020', 'C030']
  const lists = { services: asked, rows: 100_000 }
  return { pdnd: { ...own, services: Object.fromEntries(services) }, lists }
}

/** The gateway's settings of pagoPA (gateway/settings/pagopa.ts). */
export function throughPagopa({
  positionsUrl,
  receiptsUrl,
  checkoutUrl,
  subscriptionKey: key,
  ca,
  nodeCa,
  creditor,
}: PagopaAccess) {
  const { segregationCode, ...body } = creditor
  return {
    positions: { url: positionsUrl, key },
    receipts: { url: receiptsUrl, key },
    checkout: { url: checkoutUrl, key },
    ...{ ca, creditor: body, segregationCode },
    returnUrl: 'https://ente.example.test/pagamento',
    door: { host: '127.0.0.1', port: 0, clientCa: nodeCa },
  }
}

/** The registrar's settings (gateway/settings/enrolment.ts), with the office of the bench; `urls`: where its totems call. */
export const throughRegistrar = (pki: string, urls: { gatewayUrl: string; enrolmentUrl: string }) => ({
  door: { host: '127.0.0.1', port: 0, connections: { perAddress: null } },
  ca: { key: join(pki, 'totem-ca.key.pem'), certificate: join(pki, 'totem-ca.pem') },
  signer: { key: join(pki, 'registrar.key.pem'), certificate: join(pki, 'registrar.cert.pem') },
  makers: join(pki, 'tpm-maker.pem'),
  gatewayCa: join(pki, 'gateway-ca.pem'),
  cieKey: join(pki, 'cie/external-key.bin'),
  totems: {
    ...urls,
    verificationPage: 'https://verifica.totem.example/',
    panel: { mmPerPixel: 0.311, bottomMm: 700 },
    timings: { idleMs: 60_000, warningMs: 30_000, goodbyeMs: 8_000, lineProbeMs: 5_000 },
    minFreeBytes: 200 * 1_048_576,
  },
})

/** Where the bench's totem stands. Its door never closes: a bench runs at night too. */
const SPELLO = {
  ...{
    name: 'Ufficio postale di Spello (PG)',
    office: 'PG-101',
    comune: 'Spello',
    region: '10',
    address: 'Via Garibaldi 4',
  },
  hours: [{ from: 'mon', to: 'sun', opens: '00:00', closes: '23:59' }],
}

/** How far a release is (contract/operators.ts), as much of it as a bench looks at. */
const facts = z.looseObject({ confirmed: z.number(), rolledBack: z.number() })
const rollout = z.looseObject({ number: z.number(), facts })

export interface BenchGateway {
  /** The port where it listens now; another one after a restart. */
  readonly port: number
  readonly running: boolean
  /** Null while it does not run. */
  readonly pid: number | null
  /** The page on which anybody verifies a paper; null while the gateway does not run. */
  readonly publicUrl: string | null
  /** Where operators' programs call; null while the gateway does not run. */
  readonly operatorUrl: string | null
  /** Where a mail server brings what came back; null: nowhere, or while the gateway does not run. */
  readonly returnsPort: number | null
  /** Where pagoPA sends receipts; null while the gateway does not run, or takes no payments. */
  readonly receiptsUrl: string | null
  /** Where operators work with a browser; null: nowhere, or while the gateway does not run. */
  readonly consoleUrl: string | null
  /** Where operators order new totems, and where machines become totems; null while the gateway does not run, or enrols nobody. */
  readonly registrar: { operators: string; door: string; ca: Buffer; authorization: string } | null
  /** Two operators let this card (SHA-256 of its certificate) work on that totem for twelve hours. */
  grant(card: string, totem: string): Promise<number>
  /** An operator orders a new totem (contract/enrolment.ts); the code that its technician types. */
  order(order: object): Promise<string>
  /** An operator begins a release that closes a hole; how releases stand. */
  release(number: number): Promise<void>
  rollouts(): Promise<z.output<typeof rollout>[]>
  /** SIGKILL, as when its machine dies. */
  kill(): Promise<void>
  restart(): Promise<void>
  /** All operations that it holds, by its operator's interface. */
  operations(): Promise<GatewayOperation[]>
  stop(): Promise<void>
}

/** The real gateway as a process of its own, on the embedded database unless `databaseUrl` names a PostgreSQL. */
export async function startGatewayProcess(options: {
  folder: string
  log: string
  pki: string
  /** The gateway's settings of ANPR: `throughPdnd`, or those of a test's own stub. */
  anpr: object
  /** The gateway's settings of pagoPA: `throughPagopa`. Without them it takes no payments. */
  pagopa?: object
  databaseUrl?: string
  /** Folder of an embedded database to begin with; without it the gateway makes one, which takes seconds. */
  database?: string
  /** Folder of the provisioned totems; default those of the PKI. */
  totems?: string
  /** Where totems stand (gateway/fleet/offices.ts), a trust list and a TLS pair, where they are not the bench's own. */
  offices?: object
  trustList?: string
  tls?: { key: string; certificate: string }
  /** What one totem may leave at the gateway, where a load needs more than an office does. */
  bounds?: Record<string, number>
  /** The gateway's settings of certificates, where they differ from its own. */
  certificates?: object
  /** What totems are to run: the list, who signed it, and the files. The bench's totem gets a release first. */
  releases?: { list: string; releaseKey: string; folder: string }
  /** New totems may be ordered and enrolled. */
  enrols?: boolean
  /** Where a totem that it enrols finds it; default nowhere: a fleet brings lines of its own. */
  gatewayUrl?: string
  /** The company's mail server, and the PEM file of who vouches for PEC providers; without it nothing goes by mail. */
  mail?: { port: number; pecAuthorities: string }
  /** The company's identity provider, and the folder of the built console; without it operators have no browser here. */
  console?: { databaseUrl?: string; issuer: Issuer; page: string }
}): Promise<BenchGateway> {
  const { folder, pki } = options
  mkdirSync(folder, { mode: 0o700 })
  if (options.database) cpSync(options.database, join(folder, 'database'), { recursive: true })
  const configFile = join(folder, 'gateway.json')
  const crls = join(folder, 'crls')
  await issueCrls(pki, crls)
  const token = join(pki, 'operator-token')
  // Nobody lets a technician in alone.
  const second = randomBytes(32).toString('base64url')
  const operators = join(folder, 'operators')
  const line = `bench-second write ${createHash('sha256').update(second).digest('hex')}\n`
  writeFileSync(operators, readFileSync(join(pki, 'operators'), 'utf8') + line, { mode: 0o600 })
  const config = {
    // A whole fleet may call from this machine.
    listen: { host: '127.0.0.1', port: 0, connections: { perAddress: null } },
    operator: { host: '127.0.0.1', port: 0, tokens: operators },
    public: {
      ...{ host: '127.0.0.1', port: 0 },
      tls: { key: join(pki, 'gateway.key.pem'), certificate: join(pki, 'gateway.cert.pem') },
      page: await verificationPage(pki),
      keysSigner: join(pki, 'verification-keys.pub.jwk.json'),
    },
    delivery: { mail: options.mail ? mailThrough(options.mail, pki) : null },
    tls: {
      key: join(pki, 'gateway.key.pem'),
      certificate: join(pki, 'gateway.cert.pem'),
      ...options.tls,
      clientCa: join(pki, 'totem-ca.pem'),
    },
    dataDir: folder,
    // Gateways on one database share the secret by which they recognise persons.
    accessLogKey: options.databaseUrl ? join(dirname(folder), 'access-log.key') : null,
    trust: {
      list: options.trustList ?? join(pki, 'trust-list.jws'),
      listKey: join(pki, 'trust-list.pub.jwk.json'),
      crls,
      crlHosts: [],
      revocation: { maxAgeHours: 72, whenUnknown: 'refuse' },
    },
    anpr: options.anpr,
    ...(options.pagopa && { pagopa: options.pagopa }),
    keys: { folder: join(pki, 'gateway-keys'), list: join(pki, 'gateway-keys.jws') },
    totems: options.totems ?? join(pki, 'totems'),
    offices: join(folder, 'offices.json'),
    ...(options.console && {
      console: throughConsole(options.console.issuer, { pki, page: options.console.page, folder, crls }),
      polis: { plan: join(folder, 'polis.json'), page: join(dirname(options.console.page), 'polis') },
    }),
    ...(options.bounds && { bounds: options.bounds }),
    ...(options.certificates && { certificates: options.certificates }),
    ...(options.releases && { releases: { ...options.releases, laboratory: ['TT-0001'] } }),
    ...(options.enrols && {
      enrolment: throughRegistrar(pki, {
        gatewayUrl: options.gatewayUrl ?? 'https://localhost:9',
        enrolmentUrl: 'https://localhost:9',
      }),
    }),
  }
  writeFileSync(join(folder, 'polis.json'), JSON.stringify(fleetPlan()))
  writeFileSync(config.offices, JSON.stringify(options.offices ?? { 'TT-0001': SPELLO }))
  writeFileSync(configFile, JSON.stringify(config, null, 2), { mode: 0o600 })
  const program = fileURLToPath(new URL('../../gateway/index.ts', import.meta.url))
  const ca = readFileSync(join(pki, 'gateway-ca.pem'))
  const authorization = `Bearer ${readFileSync(token, 'utf8').trim()}`

  let running: {
    child: ChildProcess
    port: number
    operator: string
    publicUrl: string
    returns: number | null
    receipts: string | null
    enrolment: string | null
    console: string | null
  } | null = null
  const start = async () => {
    const env = {
      GATEWAY_CONFIG: configFile,
      ...(options.databaseUrl && { DATABASE_URL: options.databaseUrl }),
      ...(options.console?.databaseUrl && { CONSOLE_DATABASE_URL: options.console.databaseUrl }),
    }
    const { child, firstLine } = await startChild(process.execPath, [program], { env, log: options.log })
    const {
      listening,
      operator,
      public: publicUrl,
      receipts = null,
      returns = null,
      enrolment = null,
      console = null,
    } = readyLine.parse(JSON.parse(firstLine))
    const now = {
      child,
      port: Number(new URL(listening).port),
      operator,
      publicUrl,
      receipts,
      returns,
      enrolment,
      console,
    }
    running = now
    child.once('exit', () => {
      if (running === now) running = null
    })
  }
  const end = async (signal: NodeJS.Signals) => {
    if (running) await endChild(running.child, signal)
  }
  const ask = async (path: string, token: string, body: object) => {
    if (!running) throw new Error('the gateway does not run')
    const headers = { authorization: token, 'content-type': 'application/json' }
    return await postJson(new URL(path, running.operator), body, { ca, headers })
  }
  if (options.console) await firstGrants(configFile, options.databaseUrl)
  await start()

  return {
    // 9 is the discard port: calls to a gateway that does not run are refused.
    get port() {
      return running?.port ?? 9
    },
    get running() {
      return running !== null
    },
    get pid() {
      return running?.child.pid ?? null
    },
    get publicUrl() {
      return running?.publicUrl ?? null
    },
    get operatorUrl() {
      return running?.operator ?? null
    },
    get returnsPort() {
      return running?.returns ?? null
    },
    get receiptsUrl() {
      return running?.receipts ?? null
    },
    get consoleUrl() {
      return running?.console ? `https://localhost:${new URL(running.console).port}/` : null
    },
    get registrar() {
      return running?.enrolment ? { operators: running.operator, door: running.enrolment, ca, authorization } : null
    },
    async grant(card, totem) {
      const grants = '/v1/operator/service/grants'
      const { number } = z
        .object({ number: z.number() })
        .parse(await ask(grants, authorization, { card, totem, hours: 12 }))
      await ask(`${grants}/approve`, `Bearer ${second}`, { number })
      return number
    },
    async order(order) {
      const made = z.looseObject({ orders: z.tuple([z.looseObject({ code: z.string() })]) })
      return made.parse(await ask('/v1/operator/orders', authorization, { orders: [order] })).orders[0].code
    },
    async release(number) {
      await ask('/v1/operator/releases', authorization, { order: 'begin', number, urgent: true })
    },
    async rollouts() {
      if (!running) return []
      const answer = await getJson(new URL('/v1/operator/releases', running.operator), {
        ca,
        headers: { authorization },
      })
      return z.looseObject({ rollouts: z.array(rollout) }).parse(answer).rollouts
    },
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM')
      await start()
    },
    async operations() {
      if (!running) return []
      const { operations } = z
        .looseObject({ operations: z.array(operationRow) })
        .parse(await getJson(new URL('/v1/operator/operations', running.operator), { ca, headers: { authorization } }))
      return operations
    },
    stop: () => end('SIGTERM'),
  }
}

/** Settings of the mail (gateway/settings/mail.ts): no name server of this machine is asked about a made-up domain. */
const mailThrough = ({ port, pecAuthorities }: { port: number; pecAuthorities: string }, pki: string) => ({
  ...{ host: 'localhost', port, ca: join(pki, 'gateway-ca.pem') },
  from: { name: 'Totem Polis', address: 'totem@poste.example' },
  pec: { from: { name: 'Totem Polis', address: 'totem@pec.poste.example' }, authorities: pecAuthorities },
  returns: { address: 'ritorno@poste.example', listen: { host: '127.0.0.1', port: 0 } },
  nameServers: ['127.0.0.1:9'],
})

/** The page that verifies a paper, built again whenever the bench's key list or the page's sources have changed. */
export async function verificationPage(pki: string): Promise<string> {
  const page = join(pki, 'verification-page.html')
  const sources = fileURLToPath(new URL('../../gateway/verify', import.meta.url))
  const list = join(pki, 'verification-keys.jws')
  const made = statSync(page, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const inputs = [list, ...readdirSync(sources).map((name) => join(sources, name))]
  if (inputs.some((input) => statSync(input).mtimeMs > made)) {
    const signer = join(pki, 'verification-keys.pub.jwk.json')
    const build = [join(sources, 'build.ts'), '--keys', list, '--keys-signer', signer, '--out', page]
    await promisify(execFile)(process.execPath, build)
  }
  return page
}

function postJson(url: URL, body: object, options: { ca: Buffer; headers: Record<string, string> }): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request(url, { ...options, method: 'POST', agent: false }, (answer) => {
      if (answer.statusCode === 200) json(answer).then(resolve, reject)
      else reject(new Error(`${url.pathname}: HTTP ${answer.statusCode}`))
    })
      .on('error', reject)
      .end(JSON.stringify(body))
  })
}

async function getJson(url: URL, options: { ca: Buffer; headers: Record<string, string> }): Promise<unknown> {
  const [answer] = (await once(request(url, { ...options, agent: false }).end(), 'response')) as [IncomingMessage]
  if (answer.statusCode !== 200) throw new Error(`${url.pathname}: HTTP ${answer.statusCode}`)
  return json(answer)
}
