import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import Fastify from 'fastify'
import { z } from 'zod'
import { CIE_CERTIFICATE_VARIANTS } from '../card/cie/cie.ts'
import { canOf } from '../card/cie/identity.ts'
import { CERTIFICATE_VARIANTS, DEFAULT_PIN } from '../card/cns.ts'
import { holderById } from '../population/holders.ts'
import { known } from '../population/known.ts'
import { FORME, type Scheda } from '../population/model.ts'
import { population } from '../population/registry.ts'
import type { Bench, CardChoice } from './office.ts'

export interface Control {
  /** The dock's page. The token in its path keeps other programs of the machine and other pages out. */
  url: string
  stop(): Promise<void>
}

const DOCK = fileURLToPath(new URL('../dock/', import.meta.url))
const FILES = {
  '': 'text/html',
  'dock.css': 'text/css',
  'dock.js': 'text/javascript',
  'icon.svg': 'image/svg+xml',
}
const REFRESH_MS = 1_000

/** The dock's names of cards: good ones, those that the totem must refuse, and those with a fault. */
const cardKinds = new Map<string, CardChoice>([
  ['CNS', {}],
  ['CNS, blocked', { blocked: true }],
  ['CNS, one try left', { faults: { verifyAnswers: 0x63c1 } }],
  ['CNS, truncated certificate', { truncatedCertificate: true }],
  ['CNS, unreadable personal data', { personalFileStart: '0000FFzz' }],
  ['CNS, header without its own length', { personalFile: { header: 'counts-content' } }],
  ...CERTIFICATE_VARIANTS.map((certificate) => [`CNS, ${variantLabel(certificate)}`, { certificate }] as const),
  ['CNS, PIN never activated', { faults: { verifyAnswers: 0x6984 } }],
  ['CNS, no certificate', { noCertificate: 'absent' }],
  ['CNS, ACe 2025', { profile: 'actalis2025' }],
  ['CIE', { kind: 'cie' }],
  ['CIE, SHA-512 and PSS', { kind: 'cie', sod: 'sha512pss' }],
  ['CIE, blocked', { kind: 'cie', triesLeft: 0 }],
  ['CIE, one try left', { kind: 'cie', triesLeft: 1 }],
  ['CIE, slow', { kind: 'cie', slowMs: 150 }],
  ['CIE, lifts itself during the log-in', { kind: 'cie', pullAtApdu: 20 }],
  ['CIE, no certificate', { kind: 'cie', noCertificate: 'absent' }],
  ['CIE, no short file identifiers', { kind: 'cie', faults: { withoutShortIds: 'offset' } }],
  ['CIE, copied chip', { kind: 'cie', clone: 'files-of-holder' }],
  ['CIE, altered number', { kind: 'cie', altered: 'documentNumber' }],
  ['CIE, foreign signer of its files', { kind: 'cie', foreignSodSigner: true }],
  ['CIE, wrong MAC', { kind: 'cie', faults: { wrongMacAt: 3 } }],
  ['CIE, garbage', { kind: 'cie', faults: { garbageFrom: 20 } }],
  ...CIE_CERTIFICATE_VARIANTS.map(
    (certificate) => [`CIE, ${variantLabel(certificate)}`, { kind: 'cie', certificate }] as const,
  ),
  ['CIE, expired document (CAN)', { kind: 'cie', travelDocument: { variant: 'expired' } }],
])
function variantLabel(variant: (typeof CERTIFICATE_VARIANTS | typeof CIE_CERTIFICATE_VARIANTS)[number]): string {
  return {
    expired: 'certificate expired',
    'not-yet-valid': 'certificate not yet valid',
    foreign: 'issuer on no trust list',
    'other-cf': 'certificate of another person',
    'wrong-policy': 'certificate not made for log-in',
    revoked: 'certificate revoked',
    sha1: 'certificate signed with SHA-1',
    '1024': 'RSA key of 1024 bits',
    '3072': 'RSA key of 3072 bits',
    ec: 'elliptic-curve key',
  }[variant]
}
/** People for whom simulator/pki makes variant certificates and signatures. */
const HAVE_VARIANTS = new Set(['anna-bianchi', 'mario-rossi'])
const isVariant = (choice: CardChoice): boolean =>
  choice.certificate !== undefined ||
  (choice.kind === 'cie' && (choice.foreignSodSigner === true || choice.travelDocument?.variant !== undefined))
/** The kinds of card that a person can have: none without a codice fiscale. */
const kindsOf = ({ id, generalita }: Scheda): string[] =>
  generalita.codiceFiscale
    ? [...cardKinds].filter(([, choice]) => HAVE_VARIANTS.has(id) || !isVariant(choice)).map(([kind]) => kind)
    : []

/** Cards of nobody, which have no kind. */
const NOBODYS = ['unknown', 'mute']

const insert = z
  .strictObject({ do: z.literal('insert'), who: z.string(), kind: z.string() })
  .superRefine(({ who, kind }, context) => {
    if (NOBODYS.includes(who)) return
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    const scheda = population.byId(who)
    if (!scheda) refuse('who', `nobody is called ${who}`)
    else if (!kindsOf(scheda).includes(kind)) refuse('kind', `${who} has no card “${kind}”`)
  })

export const action = z.discriminatedUnion('do', [
  insert,
  z.strictObject({ do: z.literal('remove') }),
  z.strictObject({ do: z.literal('put-back') }),
  z.strictObject({ do: z.literal('line'), to: z.enum(['up', 'down', 'cut', 'stalled']) }),
  z.strictObject({ do: z.literal('latency'), ms: z.number().int().min(0).max(10_000) }),
  z.strictObject({ do: z.literal('paper'), to: z.enum(['ok', 'low', 'out']) }),
  z.strictObject({ do: z.literal('cover'), open: z.boolean() }),
  z.strictObject({ do: z.literal('error'), to: z.enum(['none', 'jam', 'overheated']) }),
  z.strictObject({ do: z.literal('take') }),
  /** The newest notice of pagoPA: somebody pays it, pays it twice, or nobody does in time. */
  z.strictObject({ do: z.literal('notice'), to: z.enum(['pay', 'pay-twice', 'expire']) }),
  z.strictObject({ do: z.literal('kill'), what: z.enum(['device', 'renderer', 'gateway', 'reader']) }),
  z.strictObject({ do: z.literal('restart'), what: z.enum(['gateway', 'reader']) }),
])
type Action = z.infer<typeof action>

/** A person as the dock shows one. */
function shown(scheda: Scheda) {
  const holder = holderById(scheda.id)
  const { id, name, surname, born, codiceFiscale } = holder
  const about = scheda.forme.map((forma) => forma.replaceAll('-', ' ')).join(', ')
  return { id, name, surname, born, codiceFiscale, about, can: canOf(holder), kinds: kindsOf(scheda) }
}
const HAND_MADE = known().flatMap(({ schede }) => schede.map(shown))
const MOST_FOUND = 20

/** People of the rest whose name, code, ID ANPR, key or kind holds each word, most of them left out. */
export function find(text: string) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = []
  for (const scheda of population.all()) {
    const { id, forme, identificativi, generalita } = scheda
    const { cognome, nome, codiceFiscale } = generalita
    const own = [id, identificativi.idANPR, cognome, nome, codiceFiscale?.codFiscale, ...forme].join(' ').toLowerCase()
    if (words.every((word) => own.includes(word))) found.push(shown(scheda))
    if (found.length === MOST_FOUND) break
  }
  return found
}

/**
 * The bench's control page and its interface: loopback only, for development. `bench` is called once the bench is
 * whole.
 */
export async function startControl(bench: () => Bench): Promise<Control> {
  const token = randomBytes(16).toString('hex')
  const printer = { paper: 'ok', cover: false, error: 'none' }
  let latency = 0
  let reader = true
  const streams = new Set<(state: string) => void>()

  const state = async () => {
    const { line, card, takenCard, gateway, pagopa, printer: device, electronPid } = bench()
    return JSON.stringify({
      people: HAND_MADE,
      others: population.size,
      pin: DEFAULT_PIN,
      card,
      takenCard,
      reader,
      line: { state: line.state, latency },
      gateway: { running: gateway.running, operations: await gateway.operations().catch(() => []) },
      printer,
      sheets: device.sheets.map(({ kind, taken }, index) => ({ index, kind, taken })),
      totem: electronPid !== null,
      notice: pagopa.positions().at(-1)?.status ?? null,
    })
  }
  const tell = async () => {
    if (streams.size === 0) return
    const now = await state()
    for (const send of streams) send(now)
  }

  async function act(wanted: Action): Promise<void> {
    const {
      line,
      printer: device,
      gateway,
      pagopa,
      electronPid,
      insertCard,
      removeCard,
      putBack,
      killDevice,
      killRenderer,
    } = bench()
    switch (wanted.do) {
      case 'insert':
        return insertCard(wanted.who, cardKinds.get(wanted.kind))
      case 'remove':
        return removeCard()
      case 'put-back':
        return putBack()
      case 'line':
        if (wanted.to === 'stalled') line.stall()
        else line[wanted.to]()
        return
      case 'latency':
        latency = wanted.ms
        return line.latency(wanted.ms)
      case 'paper':
        printer.paper = wanted.to
        return device.setPaper(wanted.to)
      case 'cover':
        printer.cover = wanted.open
        return device.setCover(wanted.open)
      case 'error':
        printer.error = wanted.to
        return device.setError(wanted.to)
      case 'take':
        return device.tear()
      case 'notice':
        if (wanted.to === 'expire') pagopa.expire()
        else pagopa.pay({ times: wanted.to === 'pay' ? 1 : 2 })
        return
      case 'kill':
        if (wanted.what === 'gateway') return gateway.kill()
        if (wanted.what === 'reader') {
          reader = false
          return bench().pcscd.kill()
        }
        if (electronPid !== null) (wanted.what === 'device' ? killDevice : killRenderer)(electronPid)
        return
      case 'restart':
        if (wanted.what === 'gateway') return gateway.restart()
        await bench().pcscd.restart()
        reader = true
    }
  }

  const server = Fastify({ forceCloseConnections: true })
  for (const [name, type] of Object.entries(FILES)) {
    server.get(`/${token}/${name}`, ({ headers }, reply) => {
      if (name === '' && headers['user-agent']?.includes('Electron/')) bench().dockOpened()
      return reply
        .header('content-security-policy', "default-src 'self'")
        .header('cache-control', 'no-store')
        .type(`${type}; charset=utf-8`)
        .send(readFileSync(`${DOCK}${name || 'index.html'}`))
    })
  }
  server.get(`/${token}/people`, (request, reply) => {
    const { find: text = '' } = request.query as { find?: string }
    return reply.header('cache-control', 'no-store').send(find(text))
  })
  server.get(`/${token}/forme`, (_request, reply) => reply.send(FORME))
  server.get(`/${token}/state`, async (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    let last = ''
    const send = (now: string) => {
      if (now !== last) reply.raw.write(`data: ${now}\n\n`)
      last = now
    }
    streams.add(send)
    reply.raw.once('close', () => streams.delete(send))
    send(await state())
  })
  server.post(`/${token}/act`, async ({ body }, reply) => {
    const wanted = action.safeParse(body)
    if (!wanted.success) return reply.code(400).send({ message: z.prettifyError(wanted.error) })
    await act(wanted.data)
    await tell()
    return reply.code(204).send()
  })
  server.get(`/${token}/sheet/:index`, (request, reply) => {
    const { index } = request.params as { index: string }
    const sheet = bench().printer.sheets[Number(index)]
    return sheet ? reply.type('image/png').send(readFileSync(sheet.path)) : reply.code(404).send()
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  const refresh = setInterval(() => void tell(), REFRESH_MS)
  return {
    url: `http://127.0.0.1:${port}/${token}/`,
    async stop() {
      clearInterval(refresh)
      await server.close()
    },
  }
}
