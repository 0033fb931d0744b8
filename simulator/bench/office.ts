import type { TotemConfig } from '../../contract/config.ts'
import type { Anpr } from '../anpr/index.ts'
import type { CardKind } from '../card/card.ts'
import type { CieOptions } from '../card/cie/cie.ts'
import type { CnsOptions } from '../card/cns.ts'
import type { InsertOptions } from '../card/insert.ts'
import type { Keypad, Pcscd } from '../card/pcscd.ts'
import type { MailServer } from '../mail/mail-server.ts'
import type { Pagopa } from '../pagopa/index.ts'
import type { VirtualPrinter } from '../printer/virtual-printer.ts'
import type { Cables } from '../usb/cables.ts'
import type { BenchGateway } from './gateway.ts'
import type { Line } from './line.ts'
import type { TotemPlace } from './totem.ts'

export interface BenchOptions {
  /** Serve the dock (simulator/dock), which the totem opens in a second window. */
  dock?: boolean
  /** Pace of the printer's link; default that of a full-speed HID printer. */
  printerBytesPerSecond?: number
  timings?: Partial<TotemConfig['timings']>
  /** Gives the reader a keypad of its own, and a person who types on it. */
  keypad?: Keypad
  /** Readers and printer are USB devices, for a machine whose kernel attaches them (`cables`). */
  usb?: boolean
  /** A PostgreSQL for the gateway; default its embedded database. */
  databaseUrl?: string
  /** Folder of an embedded database that the gateway begins with; default one that it makes. */
  database?: string
  /** Folder of the built console: operators work with a browser, and sign in at an issuer of the bench's. */
  console?: string
  /** The gateway has a registrar: machines can become totems of this office. */
  enrols?: boolean
  /** What its totems are to run: the gateway's settings of releases, with the totem in the first ring. */
  releases?: { list: string; releaseKey: string; folder: string }
  /** What certificates cost at the gateway (gateway/settings/terms.ts); default the State's bollo alone. */
  certificates?: object
}

/** A CNS unless `kind` says otherwise. */
export type CardChoice = (({ kind?: 'cns' } & CnsOptions) | ({ kind: 'cie' } & CieOptions)) & InsertOptions

export interface CardInReader {
  who: string
  kind: CardKind
}

/** One totem's office. The programs are real; the hardware is virtual: readers, cards, printer, line, gateway, ANPR. */
export interface Bench {
  folder: string
  totem: TotemPlace
  pki: string
  line: Line
  printer: VirtualPrinter
  gateway: BenchGateway
  /** The company's mail server: where links to documents go. */
  mail: MailServer
  anpr: Anpr
  pagopa: Pagopa
  /** Of this machine; a bench with cables has none. */
  readonly pcscd: Pcscd
  /** Reader and printer for a machine of its own; null: they are for programs of this machine. */
  cables: Cables | null
  /** Address of the dock, when there is one. */
  dockUrl: string | null
  /**
   * Puts a synthetic person's CNS into the slot, or their CIE on the contactless reader; `who` may also name a card
   * that never answers or one that is no identity card. A card that is there is taken away first.
   */
  insertCard(who: string, choice?: CardChoice): Promise<void>
  removeCard(): Promise<void>
  /** From now on this person's CNS is a technician's at this totem, as soon as the totem hears of it. */
  makesTechnician(who: string): Promise<number>
  /** Puts the last card back, as `removeCard` or a fault left it. */
  putBack(): Promise<void>
  /** The card in the reader now, and its holder. */
  readonly card: CardInReader | null
  /** The card that `putBack` would put back. */
  readonly takenCard: CardInReader | null
  /** The totem's main process, set by the starter of the totem, so that the dock can kill its parts. */
  electronPid: number | null
  /** The totem has just opened the dock in a window of its own. */
  dockOpened(): void
  /** SIGKILL, or another signal, for the device process of that Electron; true when there was one. */
  killDevice(electronPid: number, signal?: NodeJS.Signals): boolean
  /** SIGKILL for the citizen's renderer (the dock's is spared); true when there was one. */
  killRenderer(electronPid: number): boolean
  stop(): Promise<void>
}
