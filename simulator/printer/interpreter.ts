import QRCode from 'qrcode'
import { characterOf } from './code-pages.ts'
import { type Bitmap, glyph, type TypeStyle } from './glyphs.ts'
import type { Build } from './models.ts'
import type { Paper } from './paper.ts'

/** Effects of the stream beside printed dots. */
export interface InterpreterEvents {
  cut(): void
  answer(bytes: Uint8Array): void
  /** ESC @: the host has given up the sheet that is begun. */
  reset(): void
  /** GS e: 2 draws the sheet in, 3 holds it out, 5 lets it fall. */
  ejector(function_: number): void
  /** The host turns automatic status back on or off. */
  automaticStatus(on: boolean): void
}

export interface Interpreter {
  /** Executes one byte of the stream, in order. */
  take(byte: number): void
  /** Something is on the way: dots on the sheet, a line in the buffer, or a half-received command. */
  readonly busy: boolean
  /**
   * A fault struck. The work in progress is lost: bytes still count as the announced pixels or parameters. Nothing is
   * printed or answered until ESC @ arrives as a command.
   */
  fault(): void
}

type Parse<T> = Generator<undefined, T, number>
/** A part of the line buffer, set at `x` dots from the left edge of the head. */
interface Piece {
  x: number
  bitmap: Bitmap
}
interface Qr {
  moduleDots: number
  level: 'L' | 'M' | 'Q' | 'H'
  data: Uint8Array
}

// Motion units at power-on (Epson's for a 203 dpi head): 1/180 inch across, 1/360 inch down.
const DOTS_PER_INCH = 203
const DEFAULT_UNITS = { across: 180, down: 360 }
const DEFAULT_LINE_SPACING_DOTS = 34
/** ISO/IEC 18004, version 40, byte mode. */
const QR_MAX_BYTES = { L: 2953, M: 2331, Q: 1663, H: 1273 }
const QR_LEVELS = { 48: 'L', 49: 'M', 50: 'Q', 51: 'H' } as const

const defaultState = (headDots: number) => ({
  style: { font: 'A', wide: 1, high: 1, bold: false, underline: false, smooth: false } satisfies TypeStyle as TypeStyle,
  codePage: 0,
  align: 0,
  leftMargin: 0,
  areaWidth: headDots,
  lineSpacing: DEFAULT_LINE_SPACING_DOTS,
  units: DEFAULT_UNITS,
  packed: false,
  qr: { moduleDots: 3, level: 'L', data: new Uint8Array() } as Qr,
})

/** ESC/POS by its published command reference: the commands that a kiosk needs. Others are skipped byte by byte. */
export function createInterpreter(
  build: Pick<Build, 'headDots' | 'cutter' | 'presenter' | 'packBits' | 'automaticStatus'>,
  paper: Paper,
  events: InterpreterEvents,
): Interpreter {
  const { headDots } = build
  let state = defaultState(headDots)
  let line: Piece[] = []
  let cursor = 0
  let held = false
  let inCommand = false

  const lineEnd = () => Math.min(state.leftMargin + state.areaWidth, headDots)
  const dotsDown = (units: number) => Math.round((units * DOTS_PER_INCH) / state.units.down)
  const dotsAcross = (units: number) => Math.round((units * DOTS_PER_INCH) / state.units.across)

  function printLine(advance: number) {
    const height = Math.max(0, ...line.map(({ bitmap }) => bitmap.height))
    if (!held) {
      const used = cursor
      const shift = Math.round((Math.max(0, lineEnd() - state.leftMargin - used) * state.align) / 2)
      const rows = Array.from({ length: height }, () => new Uint8Array(headDots))
      for (const { x, bitmap } of line) {
        stamp(rows, bitmap, state.leftMargin + x + shift, height - bitmap.height)
      }
      paper.print(rows)
      paper.feed(Math.max(0, advance - height))
    }
    line = []
    cursor = 0
  }

  function put(bitmap: Bitmap) {
    if (state.leftMargin + cursor + bitmap.width > lineEnd() && cursor > 0) printLine(state.lineSpacing)
    line.push({ x: cursor, bitmap })
    cursor += bitmap.width
  }

  /** A bitmap between lines (raster, QR), under the current justification. */
  function putBlock(bitmap: Bitmap) {
    if (line.length > 0) printLine(state.lineSpacing)
    line = [{ x: 0, bitmap }]
    cursor = bitmap.width
    printLine(0)
  }

  function* raster(): Parse<void> {
    yield // m: 0, no scaling
    const widthBytes = (yield) + (yield) * 256
    const height = (yield) + (yield) * 256
    if (line.length > 0) printLine(state.lineSpacing)
    for (let y = 0; y < height; y++) {
      const row = new Uint8Array(widthBytes)
      for (let i = 0; i < widthBytes; i++) row[i] = yield
      printRow(row)
    }
  }

  /** A thermal head prints each row as it arrives: a fault in the middle leaves half an image on the paper. */
  function printRow(bytes: Uint8Array) {
    const row = new Uint8Array(headDots)
    for (let dot = state.leftMargin; dot < headDots; dot++) {
      const at = dot - state.leftMargin
      row[dot] = ((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1
    }
    if (!held) paper.print([row])
  }

  /** ESC * 1: one row of dots; ESC * b m: whether such rows are packed. */
  function* lineGraphics(): Parse<void> {
    const mode = yield
    if (mode === 0x62) {
      yield // 'm'
      state.packed = ((yield) & 2) === 2
    }
    if (mode !== 0x31) return
    if (line.length > 0) printLine(state.lineSpacing)
    const bytes = yield* parameters()
    printRow(state.packed ? unpackBits(bytes, Math.ceil(headDots / 8)) : bytes)
  }

  function* parameters(): Parse<Uint8Array> {
    const length = (yield) + (yield) * 256
    const bytes = new Uint8Array(length)
    for (let i = 0; i < length; i++) bytes[i] = yield
    return bytes
  }

  function symbol([cn = 0, fn = 0, ...rest]: Uint8Array) {
    if (cn !== 49) return
    if (fn === 67) state.qr.moduleDots = rest[0] ?? 3
    if (fn === 69) state.qr.level = QR_LEVELS[rest[0] as keyof typeof QR_LEVELS] ?? 'L'
    if (fn === 80) state.qr.data = Uint8Array.from(rest.slice(1))
    const made = fn === 81 ? qrBitmap(state.qr) : null
    if (made) putBlock(made)
  }

  function* afterEsc(): Parse<void> {
    const command = yield
    switch (command) {
      case 0x40: // @
        held = false
        events.reset()
        state = defaultState(headDots)
        line = []
        cursor = 0
        return
      case 0x21: {
        const n = yield
        Object.assign(state.style, { font: n & 1 ? 'B' : 'A', bold: (n & 8) > 0, underline: (n & 128) > 0 })
        Object.assign(state.style, { high: n & 16 ? 2 : 1, wide: n & 32 ? 2 : 1 })
        return
      }
      case 0x24: // absolute position
        cursor = dotsAcross((yield) + (yield) * 256)
        return
      case 0x2a:
        if (build.packBits) yield* lineGraphics()
        return
      case 0x2d:
        state.style.underline = ((yield) & 3) > 0
        return
      case 0x32:
        state.lineSpacing = DEFAULT_LINE_SPACING_DOTS
        return
      case 0x33:
        state.lineSpacing = dotsDown(yield)
        return
      case 0x45:
        state.style.bold = ((yield) & 1) === 1
        return
      case 0x4a: {
        const feed = dotsDown(yield)
        if (line.length > 0) printLine(feed)
        else if (!held) paper.feed(feed)
        return
      }
      case 0x4d:
        state.style.font = ((yield) & 1) === 1 ? 'B' : 'A'
        return
      case 0x61:
        state.align = (yield) & 3
        return
      case 0x64: {
        const lines = yield
        printLine(state.lineSpacing)
        if (!held) paper.feed(Math.max(0, lines - 1) * state.lineSpacing)
        return
      }
      case 0x74:
        state.codePage = yield
        return
    }
  }

  function* afterGs(): Parse<void> {
    const command = yield
    switch (command) {
      case 0x21: {
        const n = yield
        Object.assign(state.style, { wide: (n >> 4) + 1, high: (n & 15) + 1 })
        return
      }
      case 0x28: {
        const kind = yield
        const bytes = yield* parameters()
        if (kind === 0x6b) symbol(bytes)
        if (kind === 0x48 && bytes[0] === 48 && !held) {
          events.answer(Uint8Array.of(0x37, 0x22, ...bytes.subarray(2, 6), 0))
        }
        return
      }
      case 0x4c:
        state.leftMargin = dotsAcross((yield) + (yield) * 256)
        return
      case 0x50: {
        const [across, down] = [yield, yield]
        state.units = { across: across || DEFAULT_UNITS.across, down: down || DEFAULT_UNITS.down }
        return
      }
      case 0x56: {
        const mode = yield
        const feedFirst = mode === 65 || mode === 66
        const extra = feedFirst ? dotsDown(yield) : 0
        if (held || !build.cutter) return
        if (feedFirst) paper.feed(paper.cutterDots + extra)
        events.cut()
        return
      }
      case 0x61:
      case 0xe0: {
        const wanted = yield
        if ((command === 0x61) === (build.automaticStatus === 'gs-a')) events.automaticStatus(wanted !== 0)
        return
      }
      case 0x65: {
        if (!build.presenter) return
        const function_ = yield
        if (function_ === 3) yield // steps
        if (!held) events.ejector(function_)
        return
      }
      case 0x57:
        state.areaWidth = dotsAcross((yield) + (yield) * 256)
        return
      case 0x62:
        state.style.smooth = ((yield) & 1) === 1
        return
      case 0x76:
        yield // '0'
        yield* raster()
        return
    }
  }

  function* stream(): Parse<never> {
    while (true) {
      inCommand = false
      const byte = yield
      inCommand = true
      if (byte === 0x1b) yield* afterEsc()
      else if (byte === 0x1d) yield* afterGs()
      else if (byte === 0x10) {
        // Real-time commands were executed on arrival; here they only take up their place in the stream.
        const command = yield
        if (command === 0x04 || command === 0x05) yield
      } else if (byte === 0x0a) printLine(state.lineSpacing)
      else if (byte >= 0x20 && !held) put(glyph(characterOf(state.codePage, byte), state.style))
      // Everything else below 20h, first of all the NULs that fill a report, is ignored.
    }
  }

  const running = stream()
  running.next()
  return {
    take: (byte) => void running.next(byte),
    get busy() {
      return inCommand || line.length > 0 || paper.inked
    },
    fault() {
      held = true
    },
  }
}

/** TIFF 6.0, section 9. Bytes beyond `most` are dropped, as in the printer's line buffer. */
function unpackBits(packed: Uint8Array, most: number): Uint8Array {
  const out: number[] = []
  for (let i = 0; i < packed.length && out.length < most; ) {
    const head = packed[i] ?? 0
    if (head < 128) out.push(...packed.subarray(i + 1, i + 2 + head))
    else out.push(...Array<number>(257 - head).fill(packed[i + 1] ?? 0))
    i += head < 128 ? head + 2 : 2
  }
  return Uint8Array.from(out.slice(0, most))
}

function stamp(rows: Uint8Array[], { width, height, dots }: Bitmap, left: number, top: number) {
  for (let y = 0; y < height; y++) {
    const row = rows[top + y]
    if (!row) continue
    for (let x = 0; x < width; x++) if (dots[y * width + x] && left + x < row.length) row[left + x] = 1
  }
}

/** Null when there is no data, or more than the largest symbol holds: a printer prints nothing then. */
function qrBitmap({ moduleDots, level, data }: Qr): Bitmap | null {
  if (data.length === 0 || data.length > QR_MAX_BYTES[level]) return null
  const { modules } = QRCode.create([{ data, mode: 'byte' }], { errorCorrectionLevel: level })
  const width = modules.size * moduleDots
  const dots = new Uint8Array(width * width)
  for (let y = 0; y < width; y++) {
    for (let x = 0; x < width; x++) {
      dots[y * width + x] = modules.get(Math.floor(y / moduleDots), Math.floor(x / moduleDots))
    }
  }
  return { width, height: width, dots }
}
