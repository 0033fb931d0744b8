// tsyringe, inside @peculiar/x509, needs it loaded first.
import 'reflect-metadata'
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ExtendedKeyUsage, ExtendedKeyUsageExtension, SubjectAlternativeNameExtension } from '@peculiar/x509'
import type { JWK } from 'jose'
import { ulid } from 'ulid'
import { Agent, request } from 'undici'
import { z } from 'zod'
import { DAY_MS } from '../../basics/time.ts'
import { type CertificateRequest, challengeGiven, REQUEST_VERSION, session } from '../../contract/gateway.ts'
import { handoverAad } from '../../contract/handover.ts'
import type { Heartbeat } from '../../contract/heartbeat.ts'
import { FIRST_PREVIOUS, type JournalEntry, journalHashInput } from '../../contract/journal.ts'
import { type JournalEventId, journalEvents } from '../../contract/journal-events.ts'
import { type NamedKey, sealLetter, sealRequest } from '../../main/queue/sealing.ts'
import { createGatewayClient, type GatewayClient } from '../../main/sync/client.ts'
import type { Anpr } from '../../simulator/anpr/index.ts'
import { fleetCards } from '../../simulator/fleet/cards.ts'
import { fleetTotem } from '../../simulator/fleet/plan.ts'
import { type MailServer, startMailServer } from '../../simulator/mail/mail-server.ts'
import { ecKeys, issue, privateKeyPem, type Validity } from '../../simulator/pki/issue.ts'
import { jwkPair } from '../../simulator/pki/jwk.ts'
import { authorityIn } from '../../simulator/pki/on-demand.ts'
import { GOOD } from '../../simulator/pki/plan.ts'
import { signTrustList, trustListOf } from '../../simulator/pki/trust-list.ts'
import { people } from '../../simulator/population/people.ts'

/** Totems of the stage: the first stand in Umbria, the others in Lazio, enough for an area. */
const [UMBRIA, LAZIO] = [16, 20]
const UMBRIA_TOTEMS = Array.from({ length: UMBRIA }, (_, index) => fleetTotem(index + 1))
export const AREA_TOTEMS = Array.from({ length: LAZIO }, (_, index) => fleetTotem(UMBRIA + index + 1))
const TOTEMS = [...UMBRIA_TOTEMS, ...AREA_TOTEMS]
/** The n-th totem of Umbria. */
export const stageTotem = (n: number): string => UMBRIA_TOTEMS[n - 1] ?? ''

/** Where they stand; each office is always open, so that a trouble can be tried at night. */
export const stageOffices = (): object =>
  Object.fromEntries(
    TOTEMS.map((totem, index) => [
      totem,
      index < UMBRIA
        ? { name: `Ufficio postale di Prova ${index + 1}`, office: `PG-${index + 1}`, comune: 'Spello', region: '10' }
        : { name: `Ufficio postale di Prova ${index + 1}`, office: `RM-${index + 1}`, comune: 'Roma', region: '12' },
    ]),
  )

/** Files that the stage's gateway reads, and that a trouble can change under it. */
export interface StageFiles {
  totems: string
  trustList: string
  tls: { key: string; certificate: string }
}

/** Lays a gateway's files of its own into `folder`: keys and certificates of the totems, the trust list, the TLS pair. */
export async function layStage(pki: string, folder: string): Promise<StageFiles> {
  const totems = join(folder, 'totems')
  mkdirSync(totems, { recursive: true })
  const ca = await authorityIn(pki, 'totem-ca')
  await Promise.all(
    TOTEMS.map(async (totem) => {
      const keys = await ecKeys()
      const usage = new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth], true)
      const certificate = await issue(ca, `CN=${totem}`, keys, GOOD, [usage])
      writeFileSync(join(totems, `${totem}.cert.pem`), certificate.toString('pem'))
      writeFileSync(join(totems, `${totem}.key.pem`), await privateKeyPem(keys), { mode: 0o600 })
      const outcome = await jwkPair('enc')
      writeFileSync(join(totems, `${totem}.outcome.pub.jwk.json`), JSON.stringify(outcome.public))
    }),
  )
  const files = {
    totems,
    trustList: join(folder, 'trust-list.jws'),
    tls: { key: join(folder, 'tls.key.pem'), certificate: join(folder, 'tls.cert.pem') },
  }
  copyFileSync(join(pki, 'trust-list.jws'), files.trustList)
  await writeTls(pki, files, GOOD)
  return files
}

async function writeTls(pki: string, { tls }: StageFiles, validity: Validity): Promise<void> {
  const ca = await authorityIn(pki, 'gateway-ca')
  const keys = await ecKeys()
  const names = new SubjectAlternativeNameExtension([
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
  ])
  const usage = new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth], true)
  const certificate = await issue(ca, 'CN=localhost', keys, validity, [usage, names])
  writeFileSync(`${tls.key}.new`, await privateKeyPem(keys), { mode: 0o600 })
  renameSync(`${tls.key}.new`, tls.key)
  writeFileSync(tls.certificate, certificate.toString('pem'))
}

interface Entry {
  event: JournalEventId
  fields: Record<string, string | number>
}

/** What troubles are made with: totems on the real routes of a real gateway, and what stands behind it. */
export interface Stage {
  readonly anpr: Pick<Anpr, 'setFault'>
  /** What this totem says of itself from now on, and at once. */
  says(totem: string, change: (healthy: Heartbeat) => Partial<Heartbeat>): Promise<void>
  /** These totems do not call any more, until they say something. */
  silence(totems: readonly string[]): void
  /** Each totem that is not silent sends its heartbeat. */
  beat(): Promise<void>
  /** Goes on with this totem's sync log. */
  writes(totem: string, entries: readonly Entry[]): Promise<void>
  /** Sends a second history of its log, or one that does not fit. */
  forks(totem: string): Promise<void>
  breaks(totem: string): Promise<void>
  /** A person's card is recognised there; null: the gateway does not. */
  logsIn(totem: string): Promise<string | null>
  /** A person asks for a certificate there. */
  asksCertificate(totem: string): Promise<void>
  /** A person takes a document home by mail. */
  mails(totem: string, to: readonly string[]): Promise<void>
  mailServer(state: 'away' | 'back'): Promise<void>
  /** Puts a trust list into force that is so many days old. */
  trustList(ageDays: number): Promise<void>
  /** Gives the gateway a certificate that ends in so many days. */
  certificate(days: number): Promise<void>
  /** Operators have what was given up tried again. */
  redrive(): Promise<void>
  stop(): Promise<void>
}

export async function openStage({
  pki,
  files,
  urls,
  anpr,
  mail,
  now,
}: {
  pki: string
  files: StageFiles
  /** Where totems, and operators, call; another after a restart. */
  urls(): { totems: string; operators: string }
  anpr: Pick<Anpr, 'setFault'>
  mail: { port: number; returnsPort(): number | null }
  now(): Date
}): Promise<Stage> {
  const text = (name: string) => readFileSync(join(pki, name), 'utf8')
  const ca = text('gateway-ca.pem')
  const gatewayKey = JSON.parse(text('gateway.sealing.pub.jwk.json')) as NamedKey
  const clients = new Map<string, GatewayClient>()
  const cards = fleetCards(pki)
  let mailServer: MailServer | null = await startMailServer({ pki, ...mail })
  const dispatcher = new Agent({ connect: { ca } })

  const healthy = (): Heartbeat => ({
    ...{
      at: now().toISOString(),
      uptimeS: 9_000,
      sheets: 40,
      faults: 0,
      office: null,
      lastOutage: null,
      release: null,
      out: null,
      commands: [],
    },
    versions: { totem: '0.1.0', electron: '45.4.1', node: '24.21.0', schema: 3 },
    devices: { available: true, restarts: 0, reader: 'empty', printer: 'ready' },
    queue: { queued: 0, submitted: 0, waiting: 0, aside: 0, oldestAgeS: null },
    journal: { unsent: 0 },
    disk: { freeMb: 90_000 },
    certificateEnds: new Date(+now() + 700 * DAY_MS).toISOString(),
  })
  const said = new Map<string, (healthy: Heartbeat) => Partial<Heartbeat>>()
  const silent = new Set<string>()
  const chains = new Map<string, JournalEntry[]>()

  function client(totem: string): GatewayClient {
    const known = clients.get(totem)
    if (known) return known
    const own = (name: string) => readFileSync(join(files.totems, `${totem}.${name}.pem`), 'utf8')
    const made = createGatewayClient({
      ...{ url: urls().totems, ca, certificate: own('cert'), key: own('key'), version: '0.1.0' },
      onMalformed: () => undefined,
    })
    clients.set(totem, made)
    return made
  }
  const heartbeat = (totem: string) => {
    const whole = healthy()
    return client(totem).heartbeat({ ...whole, ...said.get(totem)?.(whole) })
  }

  function entry(totem: string, { event, fields }: Entry, before: JournalEntry | undefined): JournalEntry {
    const body = {
      ...{ totem, chain: before?.chain ?? ulid(+now()), seq: (before?.seq ?? 0) + 1, at: now().toISOString() },
      ...{ event, severity: journalEvents[event].severity, fields, previous: before?.hash ?? FIRST_PREVIOUS },
    }
    return { ...body, hash: createHash('sha256').update(journalHashInput(body)).digest('hex') }
  }
  const send = async (totem: string, entries: JournalEntry[]) => {
    const sent = await client(totem).sendJournal({ entries, base: null })
    if (!sent.ok) throw new Error(`${totem} cannot send its log: ${sent.error.kind}`)
  }
  async function writes(totem: string, entries: readonly Entry[]): Promise<void> {
    const chain = chains.get(totem) ?? []
    const from = chain.length
    for (const each of entries) chain.push(entry(totem, each, chain.at(-1)))
    chains.set(totem, chain)
    await send(totem, chain.slice(from))
  }

  let came = 0
  async function evidence(totem: string) {
    const given = await client(totem).challenge()
    if (!given.ok) throw new Error(`no challenge for ${totem}: ${given.error.kind}`)
    const { challenge } = challengeGiven.parse(given.value)
    const person = PEOPLE[came++ % PEOPLE.length] ?? ''
    return cards.evidence({ person, totem, session: ulid(+now()), at: now(), challenge })
  }

  async function logsIn(totem: string): Promise<string | null> {
    const opened = await client(totem).ask(session, '/v1/sessions', { body: await evidence(totem) })
    return opened.ok ? opened.value.token : null
  }

  return {
    anpr,
    async says(totem, change) {
      silent.delete(totem)
      said.set(totem, change)
      const sent = await heartbeat(totem)
      if (!sent.ok) throw new Error(`${totem} cannot send its heartbeat: ${JSON.stringify(sent.error)}`)
    },
    silence(totems) {
      for (const totem of totems) silent.add(totem)
    },
    async beat() {
      await Promise.all(TOTEMS.filter((totem) => !silent.has(totem)).map(heartbeat))
    },
    writes,
    async forks(totem) {
      await writes(totem, [{ event: 'totem.stopped', fields: {} }])
      const other = entry(totem, { event: 'device.started', fields: { restarts: 0 } }, undefined)
      const [first] = chains.get(totem) ?? []
      if (!first) throw new Error('a log without an entry')
      const rival = { ...other, chain: first.chain }
      await send(totem, [{ ...rival, hash: createHash('sha256').update(journalHashInput(rival)).digest('hex') }])
    },
    async breaks(totem) {
      const sound = entry(totem, { event: 'totem.stopped', fields: {} }, undefined)
      const next = entry(totem, { event: 'device.started', fields: { restarts: 0 } }, sound)
      await send(totem, [sound, { ...next, hash: 'f'.repeat(64) }])
    },
    logsIn,
    async asksCertificate(totem) {
      const shown = await evidence(totem)
      const wish: CertificateRequest = {
        ...{ version: REQUEST_VERSION, operation: ulid(+now()), kind: 'certificate', subject: null, types: ['8'] },
        ...{ bollo: { kind: 'exempt', exemption: 'processuale' }, language: 'IT', evidence: shown },
        requestedAt: shown.statement.at,
      }
      const sealed = await sealRequest(wish, gatewayKey, totem)
      const taken = await client(totem).submit({ items: [{ operation: wish.operation, sealed }] })
      if (!taken.ok) throw new Error(`${totem} cannot submit: ${taken.error.kind}`)
    },
    async mails(totem, to) {
      let left = 0
      let token: string | null = null
      for (const address of to) {
        // A session asks for six things at most.
        if (left-- === 0) {
          token = await logsIn(totem)
          left = 4
        }
        const id = randomBytes(16).toString('base64url')
        const key = randomBytes(32)
        const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12)).setAAD(Buffer.from(handoverAad(id)))
        const document = Buffer.concat([cipher.update('%PDF-1.7'), cipher.final(), cipher.getAuthTag()])
        const content = {
          ...{ to: address, key: key.toString('base64url'), code: '482913', language: 'it' as const },
          office: 'Ufficio postale di Spello',
        }
        const letter = await sealLetter(content, gatewayKey, { id, totem })
        const body = { id, sealed: document.toString('base64'), letter }
        const answer = await client(totem).ask(z.looseObject({}), '/v1/letters', {
          ...{ body, ...(token !== null && { token }) },
        })
        if (!answer.ok) throw new Error(`${totem} cannot send a letter: ${JSON.stringify(answer.error)}`)
      }
    },
    async mailServer(state) {
      if (state === 'away') {
        await mailServer?.stop()
        mailServer = null
      } else mailServer ??= await startMailServer({ pki, ...mail })
    },
    async trustList(ageDays) {
      const before = readFileSync(files.trustList, 'utf8').split('.')[1] ?? ''
      const { sequence } = JSON.parse(Buffer.from(before, 'base64url').toString()) as { sequence: number }
      const list = await trustListOf(pki, sequence + 1, new Date(+now() - ageDays * DAY_MS))
      const jws = await signTrustList(list, JSON.parse(text('trust-list.key.jwk.json')) as JWK)
      writeFileSync(`${files.trustList}.new`, jws)
      renameSync(`${files.trustList}.new`, files.trustList)
    },
    certificate: (days) =>
      writeTls(pki, files, { notBefore: GOOD.notBefore, notAfter: new Date(+now() + days * DAY_MS) }),
    async redrive() {
      const authorization = `Bearer ${text('operator-token').trim()}`
      const answer = await request(`${urls().operators}/v1/operator/redrive`, {
        ...{ method: 'POST', dispatcher, body: '{}' },
        headers: { authorization, 'content-type': 'application/json' },
      })
      await answer.body.dump()
    },
    async stop() {
      for (const each of clients.values()) each.close()
      await dispatcher.close()
      await mailServer?.stop()
    },
  }
}

/** People who have a CNS among the test keys, and whose log-in ANPR knows. */
const PEOPLE = people.map(({ id }) => id)
