import { createHash, createPrivateKey, randomBytes, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose'
import { pino } from 'pino'
import { ulid } from 'ulid'
import { Agent, request } from 'undici'
import { atTotem, type Caller, callerText } from '../../contract/caller.ts'
import { type CardEvidence, statementBytes, statementOf } from '../../contract/evidence.ts'
import {
  type CertificateRequest,
  type IssuedOutcome,
  issuedOutcome,
  REQUEST_VERSION,
  requestHeader,
  sealing,
} from '../../contract/gateway.ts'
import { type JournalEntry, journalHashInput } from '../../contract/journal.ts'
import { type Gateway, type GatewayConfig, startGateway } from '../../gateway/index.ts'
import { type Anpr, startAnpr } from '../../simulator/anpr/index.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { issueCrls } from '../../simulator/pki/trust-list.ts'
import { personById } from '../../simulator/population/people.ts'

export const PKI = join(import.meta.dirname, '../../.bench/pki')
const pki = (name: string) => readFileSync(join(PKI, name))
const text = (name: string) => pki(name).toString()

/** Much shorter than it asks a totem to stay away: here nobody else waits. */
const BUSY_MS = 250
const CRL_LIFE_MS = 100 * 86_400_000

/**
 * A real gateway with a real ANPR behind it, on the database of `databaseUrl` (null: embedded), with a clock to turn.
 * `reusePdf`: where the certificates do not matter (simulator/anpr/issue.ts).
 */
export interface Office {
  anpr: Anpr
  readonly gateway: Gateway
  /** Everything that the gateway has logged. */
  logged(): string
  clock: { now: Date }
  config: GatewayConfig
  /** The gateway anew on the same database, at another port. */
  restartGateway(): Promise<void>
  stop(): Promise<void>
}

export async function openOffice(
  databaseUrl: string | null,
  more: Partial<GatewayConfig> = {},
  { reusePdf = false } = {},
): Promise<Office> {
  await makePki(PKI)
  const dataDir = mkdtempSync(join(tmpdir(), 'totem-gateway-'))
  const clock = { now: new Date() }
  const crls = join(dataDir, 'crls')
  // Good for every day to which a test turns the clock.
  await issueCrls(PKI, crls, { nextUpdate: new Date(+clock.now + CRL_LIFE_MS) })
  const anpr = await startAnpr({ port: 0, pki: PKI, reusePdf })
  const config: GatewayConfig = {
    listen: { host: '127.0.0.1', port: 0 },
    operator: { host: '127.0.0.1', port: 0, token: join(PKI, 'operator-token') },
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
    anpr: { url: anpr.url },
    keys: { folder: join(PKI, 'gateway-keys'), list: join(PKI, 'gateway-keys.jws') },
    totems: join(PKI, 'totems'),
    ...more,
  }
  let log = ''
  const sink = new PassThrough().on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const start = () => startGateway(config, { now: () => clock.now, log: pino(sink) })
  let gateway = await start()
  return {
    anpr,
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

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of the body
  body: any
}

/** A totem as the gateway sees it: a client certificate and JSON. `as` null calls without a certificate. */
export class TotemClient {
  readonly #agent: Agent
  readonly #url: string
  #cursor = 0
  readonly #told = new Map<string, unknown>()
  #poll: Promise<void> | null = null

  constructor(url: string, as: string | null) {
    this.#url = url
    const own = as === null ? {} : { cert: text(`totems/${as}.cert.pem`), key: text(`totems/${as}.key.pem`) }
    this.#agent = new Agent({ connect: { ca: text('gateway-ca.pem'), ...own } })
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#ask('GET', path, undefined, headers)
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#ask('POST', path, typeof body === 'string' ? body : JSON.stringify(body), headers)
  }

  submit(...items: { operation: string; sealed: string }[]): Promise<Answer> {
    return this.post('/v1/operations', { items })
  }

  /** Submits and waits until all is settled: as the answer to a submission that comes again then. */
  async settled(...items: { operation: string; sealed: string }[]): Promise<Answer> {
    let answer = await this.submit(...items)
    // A gateway that has just started on a machine that is busy says so, as to every totem.
    while (answer.status === 429) {
      await delay(BUSY_MS)
      answer = await this.submit(...items)
    }
    const { status, body } = answer
    const results = await Promise.all(
      body.results.map((result: { operation: string; state: string }) =>
        result.state === 'pending' ? this.#outcomeOf(result.operation) : result,
      ),
    )
    return { status, body: { results } }
  }

  /** `told`: what came by /v1/outcomes so far. Calls that wait at once share one poll. */
  async #outcomeOf(operation: string): Promise<unknown> {
    while (!this.#told.has(operation)) {
      this.#poll ??= this.#pollOnce().finally(() => {
        this.#poll = null
      })
      await this.#poll
    }
    return this.#told.get(operation)
  }

  async #pollOnce(): Promise<void> {
    const { body } = await this.get(`/v1/outcomes?after=${this.#cursor}&wait=25`)
    this.#cursor = body.cursor
    for (const outcome of body.outcomes) this.#told.set(outcome.operation, outcome)
  }

  async bytes(path: string): Promise<Buffer> {
    const { body } = await request(`${this.#url}${path}`, { dispatcher: this.#agent })
    return Buffer.from(await body.arrayBuffer())
  }

  close(): Promise<void> {
    return this.#agent.close()
  }

  async #ask(method: 'GET' | 'POST', path: string, body: string | undefined, given: Record<string, string>) {
    const headers = body === undefined ? given : { 'content-type': 'application/json', ...given }
    const response = await request(`${this.#url}${path}`, {
      method,
      dispatcher: this.#agent,
      headers,
      ...(body !== undefined && { body }),
    })
    const answered = await response.body.text()
    return { status: response.statusCode, body: answered === '' ? null : JSON.parse(answered) }
  }
}

/** What a card and its holder's right PIN yield at a totem. `certificate` and `key` name files of the PKI's cards. */
export function login(
  person: string,
  {
    totem = 'TT-0001',
    caller = atTotem(totem),
    at = new Date(),
    card = 'cns',
    certificate = person,
    key = person,
  }: Login = {},
): CardEvidence {
  const cards = card === 'cie' ? 'cie/cards' : 'cards'
  const nonce = randomBytes(32).toString('base64')
  const statement = statementOf({ caller, session: ulid(), at: at.toISOString(), nonce })
  const challenge = createHash('sha256').update(statementBytes(statement)).digest()
  return {
    by: 'card',
    statement,
    certificate: pki(`${cards}/${certificate}.cert.der`).toString('base64'),
    signature: sign('sha256', challenge, createPrivateKey(pki(`${cards}/${key}.key.pem`))).toString('base64'),
  }
}

interface Login {
  totem?: string
  caller?: Caller
  at?: Date
  card?: 'cns' | 'cie'
  certificate?: string
  key?: string
}

export const idAnpr = (person: string): string => personById(person).idAnpr

export const wish = (
  person: string,
  { evidence = login(person), ...more }: Partial<CertificateRequest> = {},
): CertificateRequest => ({
  version: REQUEST_VERSION,
  operation: ulid(Date.parse(evidence.statement.at)),
  kind: 'certificate',
  subject: null,
  types: ['8'],
  exemption: 'processuale',
  language: 'IT',
  requestedAt: evidence.statement.at,
  evidence,
  ...more,
})

/** Seals as the totem does; `header` overrides, for what a forger would do. */
export const sealed = (request: CertificateRequest, header: Record<string, string> = {}) =>
  sealedText(request.operation, request, { caller: callerText(request.evidence.statement.caller), ...header })

/** Seals whatever it is under an operation's id; by TT-0001, unless `header` says otherwise. */
export async function sealedText(
  operation: string,
  content: object,
  header: Record<string, string> = {},
): Promise<{ operation: string; sealed: string }> {
  const jwk = JSON.parse(text('gateway.sealing.pub.jwk.json')) as JWK
  const own = requestHeader(String(jwk.kid), { operation, caller: atTotem('TT-0001'), kind: 'certificate' })
  const jwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(content)))
    .setProtectedHeader({ ...own, ...header })
    .encrypt(await importJWK(jwk, sealing.alg))
  return { operation, sealed: jwe }
}

/** A login as totems made it before evidence said how the person was proved. */
export function formerLogin({ by: _, statement, ...proof }: CardEvidence) {
  const { caller, ...same } = statement
  return { ...proof, statement: { ...same, purpose: 'totem-polis/login/1', totem: caller.id } }
}

/** A request as totems sealed it before requests had a version. */
export function formerRequest({ version: _, evidence, ...request }: CertificateRequest) {
  if (evidence.by !== 'card') throw new Error('cards alone proved a person then')
  return { ...request, evidence: formerLogin(evidence) }
}

/** Opens an outcome with a totem's key. */
export async function opened(outcome: string, totem = 'TT-0001'): Promise<{ header: unknown; outcome: IssuedOutcome }> {
  const key = await importJWK(JSON.parse(text(`totems/${totem}.outcome.jwk.json`)) as JWK, sealing.alg)
  const { plaintext, protectedHeader } = await compactDecrypt(outcome, key)
  return {
    header: protectedHeader,
    outcome: issuedOutcome.parse(JSON.parse(new TextDecoder().decode(plaintext))),
  }
}

/** A sound chain of `count` entries of a totem's sync log, going on from `from`. */
export function journal(
  totem: string,
  count: number,
  from: { seq: number; hash: string } = { seq: 0, hash: '0'.repeat(64) },
): JournalEntry[] {
  const entries: JournalEntry[] = []
  let { seq, hash: previous } = from
  for (let index = 0; index < count; index++) {
    seq++
    const entry = {
      totem,
      chain: '01KB0000000000000000000000',
      seq,
      at: new Date().toISOString(),
      event: 'line.changed' as const,
      severity: 'info' as const,
      fields: { state: 'up' },
      previous,
    }
    const hash = createHash('sha256').update(journalHashInput(entry)).digest('hex')
    entries.push({ ...entry, hash })
    previous = hash
  }
  return entries
}
