import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ownFolder } from '../../basics/temporary.ts'
import { startAnpr } from '../anpr/index.ts'
import { registryIn } from '../anpr/pdnd/registry.ts'
import { type CardKind, virtualCard } from '../card/card.ts'
import { type InsertedCard, type InsertOptions, insertCard } from '../card/insert.ts'
import { type Pcscd, startPcscd } from '../card/pcscd.ts'
import { muteCard, unknownCard, type VirtualCard } from '../card/virtual-card.ts'
import { withInad } from '../inad/registration.ts'
import { startInad } from '../inad/server.ts'
import { startIssuer } from '../issuer/issuer.ts'
import { startMailServer } from '../mail/mail-server.ts'
import { createPecProvider } from '../mail/pec.ts'
import { startPagopa } from '../pagopa/index.ts'
import { cardsFolderOf } from '../pki/on-demand.ts'
import { models } from '../printer/models.ts'
import { startVirtualPrinter } from '../printer/virtual-printer.ts'
import { startCables } from '../usb/cables.ts'
import { descendants } from './children.ts'
import { startControl } from './control.ts'
import { type BenchGateway, startGatewayProcess, throughPagopa, throughPdnd } from './gateway.ts'
import { startLine } from './line.ts'
import type { Bench, BenchOptions, CardChoice, CardInReader } from './office.ts'
import { provisionTotem } from './totem.ts'

/** Keys of every part of a bench, made once by simulator/pki (set-up). */
const PKI = fileURLToPath(new URL('../../.bench/pki', import.meta.url))

/** By which the bench's body pays bollo virtually (art. 15 DPR 642/1972). */
const AUTHORISATION = '12345/2023 TEST'

const PRINTER = 'a4-kiosk'
/** A real full-speed HID printer takes one report of 64 bytes a millisecond. */
const HID_BYTES_PER_SECOND = 64_000

/** Starts the office and provisions its totem; launch.ts starts the totem itself. Nothing outlives `stop`. */
export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const folder = ownFolder('totem-bench')
  // The totem's user may pass through to its own folder and sees nothing on the way.
  await chmod(folder, 0o711)
  const logs = join(folder, 'logs')
  mkdirSync(logs, { mode: 0o700 })
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })]
  const stop = async () => {
    // The part that started last stops first. One that fails must not keep the others alive.
    const failures: unknown[] = []
    for (const end of stops.splice(0).reverse()) await end().catch((error) => failures.push(error))
    if (failures.length > 0) throw new AggregateError(failures, 'the bench did not stop cleanly')
  }
  const started = async <T extends { stop(): Promise<void> }>(part: Promise<T>): Promise<T> => {
    const running = await part
    stops.push(() => running.stop())
    return running
  }

  try {
    const bytesPerSecond = options.printerBytesPerSecond ?? HID_BYTES_PER_SECOND
    const cables = options.usb ? await started(startCables(models[PRINTER])) : null
    const bed = cables && { bed: async () => cables.printer }
    const [pcscd, printer, anpr, pagopa, inad] = await Promise.all([
      cables ? null : started(startPcscd(options.keypad ? { keypad: options.keypad } : {})),
      started(startVirtualPrinter({ profile: PRINTER, outDir: join(folder, 'paper'), bytesPerSecond, ...bed })),
      started(startAnpr({ port: 0, pki: PKI, virtualBollo: AUTHORISATION, registry: withInad(await registryIn(PKI)) })),
      started(startPagopa({ port: 0, pki: PKI })),
      started(startInad({ pki: PKI })),
    ])
    let gateway: BenchGateway | null = null
    const pec = await createPecProvider()
    const pecAuthorities = join(folder, 'pec-ca.pem')
    await writeFile(pecAuthorities, pec.authority)
    const mail = await started(startMailServer({ pki: PKI, pec, returnsPort: () => gateway?.returnsPort ?? null }))
    const issuer = options.console ? await started(startIssuer({ pki: PKI })) : null
    // A totem that is enrolled is told the line's address, so that the line stands first.
    const line = await started(startLine(() => gateway?.port ?? 9))
    const running = await started(
      startGatewayProcess({
        folder: join(folder, 'gateway'),
        log: join(logs, 'gateway.log'),
        pki: PKI,
        anpr: throughPdnd(anpr.access, inad.url),
        pagopa: throughPagopa(pagopa.access),
        mail: { port: mail.port, pecAuthorities },
        ...(issuer && options.console && { console: { issuer, page: options.console } }),
        ...(options.certificates && { certificates: options.certificates }),
        ...(options.releases && { releases: options.releases }),
        ...(options.enrols && { enrols: true, gatewayUrl: `https://127.0.0.1:${line.port}` }),
        ...(options.databaseUrl && { databaseUrl: options.databaseUrl }),
        ...(options.database && { database: options.database }),
      }),
    )
    gateway = running
    pagopa.sendReceiptsTo(() =>
      running.receiptsUrl === null ? null : { url: running.receiptsUrl, ca: join(PKI, 'gateway-ca.pem') },
    )
    const slots = cables?.slots ?? pcscd?.ports
    if (!slots) throw new Error('a bench has readers')
    const slot = cardSlot(slots)
    stops.push(slot.remove)

    const control = options.dock ? await started(startControl(() => bench)) : null
    const dockUrl = control?.url ?? null
    const totem = await provisionTotem({
      folder: join(folder, 'totem'),
      pki: PKI,
      gatewayPort: line.port,
      deviceEnv: { ...printer.env, ...(pcscd && { PCSCLITE_CSOCK_NAME: pcscd.socket }) },
      dockUrl,
      ...(options.timings && { timings: options.timings }),
    })
    stops.push(async () => totem.sound.close())
    // The command line does not tell the renderers apart: Chromium cuts what /proc shows of its children's.
    let dockRenderer: number | null = null
    const bench: Bench = {
      folder,
      totem,
      pki: PKI,
      line,
      printer,
      gateway: running,
      mail,
      anpr,
      pagopa,
      get pcscd() {
        if (!pcscd) throw new Error('the machine on the cables has a pcscd of its own')
        return pcscd
      },
      cables,
      dockUrl,
      insertCard: slot.insert,
      removeCard: slot.remove,
      async makesTechnician(who) {
        const certificate = await readFile(join(await cardsFolderOf(who, PKI), 'cards', `${who}.cert.der`))
        return running.grant(createHash('sha256').update(certificate).digest('hex'), totem.config.totem)
      },
      putBack: slot.putBack,
      get card() {
        return slot.card
      },
      get takenCard() {
        return slot.takenCard
      },
      electronPid: null,
      dockOpened() {
        // The dock's page is requested when its renderer has just been made, so that renderer is the newest.
        if (bench.electronPid !== null) dockRenderer = Math.max(...childrenOf(bench.electronPid, isRenderer))
      },
      killDevice: (pid, signal) => killAll(childrenOf(pid, isDeviceProcess), signal),
      killRenderer: (pid) => killAll(childrenOf(pid, isRenderer).filter((renderer) => renderer !== dockRenderer)),
      stop,
    }
    return bench
  } catch (error) {
    await stop()
    throw error
  }
}

/** The dual reader: its card, and all cards that were in it. Each card remembers its own wrong tries. */
function cardSlot([contact, contactless]: Pcscd['ports']) {
  const cards = new Map<string, VirtualCard>()
  let last: { who: string; kind: CardKind; card: VirtualCard; inserted: InsertedCard | null } | null = null

  const cardOf = async (who: string, { kind = 'cns', ...choice }: CardChoice): Promise<VirtualCard> => {
    if (who === 'mute') return muteCard
    if (who === 'unknown') return unknownCard
    const key = JSON.stringify([who, kind, choice])
    const card = cards.get(key) ?? virtualCard(kind, who, await cardsFolderOf(who, PKI), choice)
    cards.set(key, card)
    return card
  }
  const put = async (who: string, kind: CardKind, card: VirtualCard, handling: InsertOptions) => {
    const now: NonNullable<typeof last> = { who, kind, card, inserted: null }
    last = now
    const inserted = await insertCard(card, kind === 'cie' ? contactless : contact, handling)
    now.inserted = inserted
    void inserted.removed.then(() => {
      now.inserted = null
    })
  }
  const remove = async () => {
    await last?.inserted?.remove()
  }
  const named = (inside: boolean): CardInReader | null =>
    last && (last.inserted !== null) === inside ? { who: last.who, kind: last.kind } : null
  return {
    get card() {
      return named(true)
    },
    get takenCard() {
      return named(false)
    },
    remove,
    async insert(who: string, { pullAtApdu, slowMs, ...choice }: CardChoice = {}) {
      await remove()
      const handling = { ...(pullAtApdu && { pullAtApdu }), ...(slowMs && { slowMs }) }
      await put(who, choice.kind ?? 'cns', await cardOf(who, choice), handling)
    },
    async putBack() {
      if (last && !last.inserted) await put(last.who, last.kind, last.card, {})
    },
  }
}

const isDeviceProcess = (commandLine: string[]): boolean =>
  commandLine.includes('--type=utility') && commandLine.includes('--utility-sub-type=node.mojom.NodeService')

const isRenderer = (commandLine: string[]): boolean => commandLine.includes('--type=renderer')

const childrenOf = (electronPid: number, matches: (commandLine: string[]) => boolean): number[] =>
  descendants(electronPid)
    .filter(({ commandLine }) => matches(commandLine))
    .map(({ pid }) => pid)

function killAll(pids: number[], signal: NodeJS.Signals = 'SIGKILL'): boolean {
  for (const pid of pids) process.kill(pid, signal)
  return pids.length > 0
}
