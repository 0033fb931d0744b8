import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ulid } from 'ulid'
import type { Bollo } from '../../contract/bollo.ts'
import type { DeviceEvent, PrinterStatus } from '../../contract/device.ts'
import { superviseDevices } from '../../main/devices/index.ts'
import { openJournal } from '../../main/journal/journal.ts'
import { createCertificates } from '../../main/journeys/certificate/service.ts'
import { createSheets } from '../../main/journeys/certificate/sheets.ts'
import { createCollect } from '../../main/journeys/collect/service.ts'
import { createDomicilio } from '../../main/journeys/domicilio/service.ts'
import { createEmail } from '../../main/journeys/email/service.ts'
import { createEnter } from '../../main/journeys/identify/enter.ts'
import { createNotices } from '../../main/journeys/menu/service.ts'
import { createPayments, withPayments } from '../../main/journeys/pagopa/service.ts'
import { createHandover } from '../../main/journeys/phone/service.ts'
import { openGatewayKeys } from '../../main/lists/gateway-keys.ts'
import { createKeysRefresh } from '../../main/lists/gateway-keys-refresh.ts'
import { createPaper } from '../../main/print/paper.ts'
import { openQueue, type Queue } from '../../main/queue/queue.ts'
import type { NamedKey } from '../../main/queue/sealing.ts'
import { KEEP_MS } from '../../main/sync/answer.ts'
import { challengeFile, openChallenges } from '../../main/sync/challenges.ts'
import { createGatewayClient } from '../../main/sync/client.ts'
import { createDrain } from '../../main/sync/drain.ts'
import { createHealth } from '../../main/sync/health.ts'
import type { Entered, Recognised, VisitId, Waiting } from '../../main/visit/services.ts'
import { fleetCards } from '../../simulator/fleet/cards.ts'
import { personById } from '../../simulator/population/people.ts'
import { type Edge, isMail } from './kill-edges.ts'
import { MAIL_DOMAIN } from './kill-letters.ts'

// kill.ts runs and kills this: what main/start/ makes and joins, without the window. Citizens come one after the other until
// "finish" is read; then everybody with a waiting certificate fetches it. A line with an edge makes them want what leads
// there, until one of them has come to it. Each promise goes to stdout at once by a
// system call, so that a kill cannot take it back.

export interface KillTotem {
  /** With `queue.db` and `journal.db`. */
  data: string
  pki: string
  totem: string
  gatewayUrl: string
  /** Where the device process finds reader and printer. No card is used here: each citizen is recognised already. */
  deviceEnv: Record<string, string>
}

/** Few people, so that one who was left with a slip comes again soon. */
const CITIZENS = ['anna-bianchi', 'mario-rossi', 'nicolo-dangelo'] as const
const LINE_PROBE_MS = 250
/** After so many tries a person hears that the paper does not come, and comes again. */
const TRIES = 3
const PRINTER_PATIENCE_MS = 8_000
/** A person at the telephone is done sooner, or goes and comes again. */
const TELEPHONE_MS = 3_000
/** Of those who paid nothing, so many want the certificate by e-mail too. */
const BY_MAIL = 0.6
const exempt: Bollo = { kind: 'exempt', exemption: 'processuale' }

const { data, pki, totem, gatewayUrl, deviceEnv }: KillTotem = JSON.parse(process.argv[2] ?? '')
const say = (what: string, of = '') => void writeSync(1, `${what} ${of}\n`)
let wanted: Edge | null = null
function edge(name: Edge): void {
  say('edge', name)
  if (name === wanted) wanted = null
}
const read = (name: string) => readFileSync(join(pki, name), 'utf8')
const keyIn = (name: string): NamedKey => JSON.parse(read(name))
const now = () => new Date()
let finishing = false
createInterface(process.stdin).on('line', (line) => {
  if (line === 'finish') finishing = true
  else wanted = line as Edge
})

const journal = opened(openJournal({ path: join(data, 'journal.db'), totem, now: Date.now }))
const stored = opened(
  openQueue({ path: join(data, 'queue.db'), now: Date.now, onRepaired: ({ reason }) => say('repaired', reason) }),
)
const promising: Pick<Queue, 'add' | 'collected'> = {
  add(item) {
    const added = stored.add(item)
    if (added.ok) say('recorded', item.operation)
    return added
  },
  collected(operation) {
    const collected = stored.collected(operation)
    if (collected.ok && collected.value) say('collected', operation)
    return collected
  },
}
const queue = new Proxy(stored, {
  get: (_target, name: keyof Queue) => promising[name as keyof typeof promising] ?? stored[name],
})
const outcomeKey = keyIn(`totems/${totem}.outcome.jwk.json`)
const sealingKey = keyIn('gateway.sealing.pub.jwk.json')
const keys = {
  sealing: () => sealingKey,
  outcome: new Map([[outcomeKey.kid, outcomeKey]]),
  holder: Buffer.alloc(32, totem),
}
const client = createGatewayClient({
  url: gatewayUrl,
  ca: read('gateway-ca.pem'),
  certificate: read(`totems/${totem}.cert.pem`),
  key: read(`totems/${totem}.key.pem`),
  version: '0.0.0',
  onMalformed: (path, httpStatus) => journal.record('gateway.answer-malformed', { path, httpStatus }),
})
const store = opened(
  await openGatewayKeys({
    list: join(pki, 'gateway-keys.jws'),
    listKey: join(pki, 'trust-list.pub.jwk.json'),
    dataDir: data,
    journal,
    now: Date.now,
  }),
)
const keysRefresh = createKeysRefresh({ client, store, journal, random: Math.random })
let online = false
const challenges = openChallenges({
  file: challengeFile(data),
  client,
  online: () => online,
  onReady: () => undefined,
  now,
})
const drain = createDrain({
  queue,
  journal,
  client,
  outcomeKeys: keys.outcome,
  totem,
  isSigned: keysRefresh.isSigned,
  now: Date.now,
  random: Math.random,
  lineProbeMs: LINE_PROBE_MS,
  onSettled: () => {},
  onLine(state) {
    online = state === 'up'
    keysRefresh.line(state)
    challenges.prepare()
  },
  health: () => health.now(),
})

const health = createHealth({
  versions: { totem: '0.0.0', electron: '0', node: process.versions.node },
  devices: () => devices,
  queue,
  journal,
  free: () => 0,
  certificateEnds: () => null,
  lastOutage: () => null,
  office: 'Ufficio postale di Spello (PG)',
})

const told = new EventTarget()
let printer: PrinterStatus = 'absent'
const devices = superviseDevices({
  spawn() {
    const program = fileURLToPath(new URL('../../native/index.ts', import.meta.url))
    const host = fork(program, ['--printer', 'receipt-80'], {
      env: { ...process.env, ...deviceEnv },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    say('device', String(host.pid))
    return {
      post: (message) => void host.send(message as object, () => undefined),
      onMessage: (listener) => void host.on('message', listener),
      onExit: (listener) => void host.on('exit', (code, signal) => listener(code ?? (signal ? 9 : 0))),
      kill: () => void host.kill('SIGKILL'),
    }
  },
})
const paper = createPaper({
  devices,
  journal,
  ledger: queue.ledger,
  sign: () => null,
})
paper.start()
const sheets = createSheets({ place: { totem, office: 'Spello' }, keepMs: KEEP_MS, now })
const { waitingFor, delivered } = createCollect({ devices, queue, journal, keys, totem, now })
const { noticesFor, pendingFor } = createNotices({ queue, keys })
const enter = createEnter({
  now: () => new Date(),
  client,
  online: () => online,
  waitingFor,
  noticesFor,
  pendingFor,
})
const certificates = createCertificates({
  devices,
  queue,
  journal,
  client,
  drain,
  keys,
  totem,
  online: () => online,
  now,
})
const place = { totem, office: 'Spello' }
const payments = createPayments({ client, place, now })
const handover = createHandover({ client, journal, now })
const letterOptions = { client, journal, keys, place, totem, now }
const email = createEmail(letterOptions)
const domicilio = createDomicilio(letterOptions)
const cards = fleetCards(pki)
keysRefresh.start()
drain.start()
devices.listen({
  onEvent(event: DeviceEvent) {
    if (event.event === 'print') paper.note(event)
    if (event.event === 'printer') {
      printer = event.status
      told.dispatchEvent(new Event('printer'))
    }
  },
  onStarted: (restarts) => journal.record('device.started', { restarts }),
  onDied: (death) => journal.record('device.died', death),
})
devices.start()
say('up')

// A process that is killed soon begins with anybody, and with any kind of visit.
for (let n = Math.floor(Math.random() * CITIZENS.length); !finishing; n++)
  await visit(CITIZENS[n % CITIZENS.length] ?? CITIZENS[0], true)
// Everybody fetches their waiting certificates.
for (let visits = 0; visits === 0 || !isQuiet(); visits++) {
  for (const person of CITIZENS) await visit(person, false)
  // Without a line a visit awaits nothing but promises: a loop of them would never let the line come back.
  await new Promise((resolve) => setTimeout(resolve, LINE_PROBE_MS))
}
// The gateway gets the rest of the log.
while (journal.unsentCount() > 0) await new Promise((resolve) => setTimeout(resolve, LINE_PROBE_MS))
await Promise.all([drain.stop(), keysRefresh.stop()])
client.close()
devices.stop()
journal.close()
queue.close()
say('finished')
process.exit(0)

function isQuiet(): boolean {
  const { queued, submitted, waiting } = queue.depth()
  return queued + submitted + waiting === 0
}

async function visit(person: string, asks: boolean): Promise<void> {
  const { name, surname, codiceFiscale } = personById(person)
  const id: VisitId = { session: ulid(), language: 'it' }
  challenges.prepare()
  let challenge = await challenges.forLogin()
  // No totem serves a card before it was online once.
  while (challenge === null) {
    await new Promise((resolve) => setTimeout(resolve, LINE_PROBE_MS))
    challenge = await challenges.forLogin()
  }
  const evidence = cards.evidence({ person, totem, session: id.session, at: now(), challenge })
  const recognised = { name, surname, codiceFiscale, evidence }
  const entered = await enter(id, recognised)
  if (entered.ok) for (const waiting of entered.value.waiting) await collect(id, waiting)
  if (!asks) {
    // The gateway asks pagoPA at once about what a person looks at.
    if (entered.ok) await withPayments(client, entered.value)
    return
  }
  const pays = wanted ? !isMail(wanted) : Math.random() < 0.6
  const bollo = pays ? await paid(entered) : exempt
  if (bollo !== null) await request(id, recognised, bollo, entered.ok ? entered.value : null)
  say('visited')
}

/** The person's notice, once it is paid; null: not now, and the next visit goes on with it. */
async function paid(entered: Awaited<ReturnType<typeof enter>>): Promise<Bollo | null> {
  // Who has a request on its way waits for that one.
  if (!entered.ok || entered.value.pending > 0) return exempt
  const person: Entered = await withPayments(client, entered.value)
  if (person.idAnpr === null || !person.pagopa?.offered) return exempt
  edge('opening')
  const opened = await payments.openPayment(person, { subject: person.idAnpr, types: ['8'] })
  if (!opened.ok) return null
  let { payment } = opened.value
  const until = new Date(+now() + TELEPHONE_MS).toISOString()
  while (payment.state === 'created' || payment.state === 'open') {
    if (payment.state === 'open') {
      say('notice', payment.notice)
      edge('open')
    }
    const became = await payments.paymentBecame(person, payment, until)
    if (became.state === payment.state) return null
    payment = became
  }
  if (payment.state !== 'paid') return null
  edge('paid')
  return { kind: 'pagopa', notice: payment.notice }
}

async function request(id: VisitId, recognised: Recognised, bollo: Bollo, entered: Entered | null): Promise<void> {
  const asked = certificates.request(id, recognised, { subject: null, types: ['8'], bollo, language: null }, null)
  if (bollo.kind === 'pagopa') edge('requested')
  const requested = await asked
  if (!requested.ok) return say('refused', requested.error.kind)
  if (requested.value.state !== 'issued') return
  if (bollo.kind === 'pagopa') edge('issued')
  await collect(id, requested.value)
  const pdf = Buffer.from(requested.value.outcome.pdf, 'base64')
  if (bollo.kind === 'pagopa') await takeHome(id, pdf)
  else if (entered && (wanted ? isMail(wanted) : Math.random() < BY_MAIL))
    await mailHome(id, entered, { operation: requested.value.outcome.operation, pdf, holder: recognised })
}

/** The certificate by e-mail, into a box of its own: so its mail is found again. Half of them go to the digital domicile. */
async function mailHome(
  id: VisitId,
  entered: Entered,
  { operation, pdf, holder }: { operation: string; pdf: Buffer; holder: Recognised },
): Promise<void> {
  const about = { document: 'certificate', operation } as const
  if (wanted ? wanted.startsWith('pec') : Math.random() < 0.5) {
    const known = await domicilio.domiciles(id, entered, holder.codiceFiscale)
    const [domicile] = known.ok ? known.value : []
    if (!domicile) return
    edge('pec-sending')
    const pec = await domicilio.sendToDomicile(id, entered, { pdf, about, domicile })
    if (pec.ok) edge('pec-sent')
    return
  }
  edge('mailing')
  const box = ulid()
  const sent = await email.sendByEmail(id, entered, { pdf, about, to: `${box}@${MAIL_DOMAIN}` })
  if (!sent.ok) return
  say('letter', `${box}/${sent.value.code}`)
  edge('mailed')
}

/** The certificate on the person's telephone too. */
async function takeHome(id: VisitId, pdf: Buffer): Promise<void> {
  edge('handing-over')
  const given = await handover.handOver(id, pdf)
  if (!given.ok) return
  say('phone', given.value.link)
  edge('handed-over')
  await handover.handoverBecame(id, { ...given.value, until: new Date(+now() + TELEPHONE_MS).toISOString() })
}

async function collect(id: VisitId, { outcome }: Pick<Waiting, 'outcome'>): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    await printerReady()
    const { operation } = outcome
    const sheet = sheets.certificate(outcome)
    const printed = await paper.print({ operation, document: 'certificate', session: id.session, fromPage: 1, sheet })
    if (!printed.ok) continue
    say('printed', operation)
    delivered(id, operation)
    return
  }
}

async function printerReady(): Promise<void> {
  const patience = AbortSignal.timeout(PRINTER_PATIENCE_MS)
  while (printer !== 'ready' && !patience.aborted) {
    await once(told, 'printer', { signal: patience }).catch(() => undefined)
  }
}

function opened<T>(store: { ok: true; value: T } | { ok: false; error: { kind: string; reason?: string } }): T {
  if (store.ok) return store.value
  say('unusable', `${store.error.kind} ${store.error.reason ?? ''}`)
  throw new Error(store.error.kind)
}
