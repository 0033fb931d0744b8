import { packBits } from './packbits.ts'
import type { PrinterProfile } from './profiles.ts'

/**
 * The ESC/POS commands that the product uses (Epson ESC/POS Command Reference, and what the kiosk printers of Custom
 * and Wincor Nixdorf add to it). Pure: this file makes the bytes that go out and parses those that come back.
 */
const ESC = 0x1b
const GS = 0x1d
const DLE = 0x10
const EOT = 0x04
const ENQ = 0x05

const word = (n: number): [number, number] => [n & 0xff, (n >> 8) & 0xff]
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

/**
 * Power-on defaults, then 1/203 inch as the unit of motion, so that every distance below is in dots; then smooth
 * letters. At last the printer is told to report each change of its state: GS a (Epson), GS E0h (Custom, "automatic
 * FULL STATUS back").
 */
export const initialise = ({ automaticStatus }: PrinterProfile) =>
  bytes(ESC, 0x40, GS, 0x50, 203, 203, GS, 0x62, 1, GS, ...(automaticStatus === 'gs-a' ? [0x61, 0x0e] : [0xe0, 0x0f]))

export const lineFeed = bytes(0x0a)
export const leftMargin = (dots: number) => bytes(GS, 0x4c, ...word(dots))
export const printWidth = (dots: number) => bytes(GS, 0x57, ...word(dots))
export const position = (dots: number) => bytes(ESC, 0x24, ...word(dots))
export const lineSpacing = (dots: number) => bytes(ESC, 0x33, dots)
export const align = (where: 'left' | 'center') => bytes(ESC, 0x61, where === 'center' ? 1 : 0)
export const bold = (on: boolean) => bytes(ESC, 0x45, on ? 1 : 0)
export const size = ({ wide, high }: { wide: number; high: number }) => bytes(GS, 0x21, ((wide - 1) << 4) | (high - 1))
export const codePage = (n: number) => bytes(ESC, 0x74, n)

/** Feeds the sheet past the blade and cuts it off; without a cutter, past the tear bar. */
export const cut = ({ cutter, cutterDots }: PrinterProfile) => (cutter ? bytes(GS, 0x56, 66, 0) : feed(cutterDots))

/**
 * GS e, Custom's ejector (KPM210/216 manual, chapter 3): it holds the sheet out, draws it back in, or lets it fall. A
 * step of `present` is 6.5 mm on the KPM216H; the sheet must stick out far enough for a stiff hand.
 */
export const present = bytes(GS, 0x65, 3, 12)
export const retract = bytes(GS, 0x65, 2)
export const eject = bytes(GS, 0x65, 5)

/** Blank paper. ESC J takes at most 255 dots at a time. */
export function feed(dots: number): Uint8Array {
  const full = Math.floor(dots / 255)
  const rest = dots % 255
  return concat([
    ...Array.from({ length: full }, () => bytes(ESC, 0x4a, 255)),
    ...(rest > 0 ? [bytes(ESC, 0x4a, rest)] : []),
  ])
}

/** GS v 0: `rows` of `widthBytes` bytes, a bit a dot, 1 is black. */
export function raster(widthBytes: number, rows: number, dots: Uint8Array): Uint8Array {
  return concat([bytes(GS, 0x76, 0x30, 0, ...word(widthBytes), ...word(rows)), dots])
}

/**
 * ESC * b m and ESC * 1, line graphics under TIFF compression (Wincor Nixdorf TH230/TH230+ Programmers Guide, 2013).
 * Each command is one row of dots from the left margin on, with the count of its bytes; the rest of the row stays
 * white.
 */
export const packLines = bytes(ESC, 0x2a, 0x62, 0x6d, 2)
export function packedLine(row: Uint8Array): Uint8Array {
  let end = row.length
  while (end > 1 && row[end - 1] === 0) end -= 1
  const packed = packBits(row.subarray(0, end))
  return concat([bytes(ESC, 0x2a, 0x31, ...word(packed.length)), packed])
}

/** GS ( k: model 2, level Q (receipts are folded and get dirty), data as bytes. */
export function qrSymbol(data: Uint8Array, moduleDots: number): Uint8Array {
  const symbol = (...parameters: number[]) => bytes(GS, 0x28, 0x6b, ...word(parameters.length + 1), 49, ...parameters)
  return concat([symbol(65, 50, 0), symbol(67, moduleDots), symbol(69, 50), symbol(80, 48, ...data), symbol(81, 48)])
}

/**
 * DLE EOT 1 to 4: printer, cause of being off line, cause of error, paper sensors. The printer answers at once, busy or
 * not. Custom answers DLE EOT 20 with FULL STATUS, which has the presenter's sensor.
 */
export const statusRequest = ({ presenter }: PrinterProfile) =>
  bytes(DLE, EOT, 1, DLE, EOT, 2, DLE, EOT, 3, DLE, EOT, 4, ...(presenter ? [DLE, EOT, 20] : []))

/** GS ( H function 48: the printer answers with the same id once everything before it is printed. `id` is 4 bytes, 20h-7Eh. */
export const processId = (id: string) => bytes(GS, 0x28, 0x48, ...word(6), 48, 48, ...new TextEncoder().encode(id))

/**
 * Id of the n-th request: four base-64 like characters. An answer to the last job's request cannot be taken for this
 * one's.
 */
export function processIdOf(n: number): string {
  return String.fromCharCode(...[18, 12, 6, 0].map((shift) => 0x30 + ((n >> shift) & 0x3f)))
}

/**
 * Brings a printer in any state back to the start of a command. DLE ENQ 2 clears an error and its buffer. A raster that
 * was cut short takes everything as pixels until its announced size is there (escpos-printer-android#415). So zero
 * bytes follow, as many as the largest band, which mean nothing outside a raster. Then ESC @.
 */
export const settle = (profile: PrinterProfile) =>
  concat([bytes(DLE, ENQ, 2), new Uint8Array(profile.bandBytes), initialise(profile)])

/** The same, and the void sheet is cut off so that nothing is printed over it. */
export const recovery = (profile: PrinterProfile) => concat([settle(profile), cut(profile)])

/** The same when nothing was sent since the last sheet was acknowledged, so that there is no sheet to cut off. */
export const wakeUp = (profile: PrinterProfile) => concat([bytes(DLE, ENQ, 2), initialise(profile)])

/**
 * Dots of a raster may spell a real-time command, which the printer would execute in the middle of an image (DLE DC4
 * empties its buffer). One white dot beside a black one is printed too: 1/8 mm, which nobody can see.
 */
export function withoutRealTimeCommands(dots: Uint8Array): Uint8Array {
  for (let i = 0; i + 1 < dots.length; i++) {
    const next = dots[i + 1]
    if (dots[i] === DLE && (next === EOT || next === ENQ || next === 0x14)) dots[i] = 0x18
  }
  return dots
}

/**
 * One answer or message of the printer. Status bytes come in the order of their requests. `full` is Custom's FULL
 * STATUS (paper, user, recoverable, unrecoverable), requested or automatic. `changed` is Epson's automatic status back.
 */
export type Answer =
  | { kind: 'status'; byte: number }
  | { kind: 'printed'; id: string }
  | { kind: 'full'; paper: number }
  | { kind: 'changed' }

/**
 * Takes the answers off the front of the received bytes; `rest` is an answer that is not complete yet. Every status
 * byte has bits 0 and 7 off, 1 and 4 on. A process id answer is 37h 22h, four bytes, NUL. FULL STATUS is DLE 0Fh and
 * four bytes. An automatic status has four bytes: the first with bit 4 on and 0, 1 and 7 off, the others with 4 and 7
 * off. Anything else is skipped: NULs that fill a report, noise of a faulty printer.
 */
export function parseAnswers(received: Uint8Array): { answers: Answer[]; rest: Uint8Array } {
  const answers: Answer[] = []
  let i = 0
  while (i < received.length) {
    const parsed = parseAnswer(received.subarray(i))
    if (parsed === 'incomplete') break
    if (parsed.answer) answers.push(parsed.answer)
    i += parsed.length
  }
  return { answers, rest: received.slice(i) }
}

function parseAnswer(from: Uint8Array): { answer: Answer | null; length: number } | 'incomplete' {
  const [byte = 0, second] = from
  if (byte === 0x37 && (second === 0x22 || second === undefined)) {
    if (from.length < 7) return 'incomplete'
    const id = from.subarray(2, 6)
    if (from[6] === 0 && id.every((b) => b >= 0x20 && b <= 0x7e)) {
      return { answer: { kind: 'printed', id: String.fromCharCode(...id) }, length: 7 }
    }
  }
  if (byte === DLE && (second === 0x0f || second === undefined)) {
    return from.length < 6 ? 'incomplete' : { answer: { kind: 'full', paper: from[2] ?? 0 }, length: 6 }
  }
  if ((byte & 0b1001_0011) === 0b0001_0000) {
    const others = from.subarray(1, 4)
    if (others.every((b) => (b & 0b1001_0000) === 0)) {
      return others.length < 3 ? 'incomplete' : { answer: { kind: 'changed' }, length: 4 }
    }
  }
  return { answer: (byte & 0b1001_0011) === 0b0001_0010 ? { kind: 'status', byte } : null, length: 1 }
}

export function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
