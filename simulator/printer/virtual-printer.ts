import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bed, umockdevBed } from './cable.ts'
import type { Bitmap } from './glyphs.ts'
import { createInterpreter } from './interpreter.ts'
import { models, type PrinterModel } from './models.ts'
import { createPaper, pngOf } from './paper.ts'

/** A piece of paper that has come out. `void`: a fault struck while it was printed. */
export interface Sheet {
  path: string
  width: number
  height: number
  kind: 'whole' | 'void'
  /** Somebody has pulled it out of the slot. */
  taken: boolean
  /** The presenter has drawn it in again. */
  retracted: boolean
}

export interface VirtualPrinter {
  /** Environment of the device process (and its children), in which /dev/hidraw0 is this printer. */
  readonly env: Record<string, string>
  readonly sheets: readonly Sheet[]
  /** Rows of paper used so far. */
  readonly moved: number
  /** Calls the listener for each sheet once its picture is on disk; the answer ends it. */
  onSheet(listener: (sheet: Sheet) => void): () => void
  setPaper(paper: 'ok' | 'low' | 'out'): void
  /**
   * Plans a fault of this printer (a call of this interface), after the mechanism has executed this many more bytes.
   */
  after(bytes: number, fault: () => void): void
  /** The same for the most frequent fault. */
  paperOutAfter(bytes: number): void
  setCover(open: boolean): void
  setError(error: 'none' | 'jam' | 'overheated'): void
  /** Reads and answers nothing. */
  deaf(on: boolean): void
  /** Answers status requests with bytes that no status has. */
  garbageStatus(on: boolean): void
  /** Paces the link from now on; null: unpaced. */
  pace(bytesPerSecond: number | null): void
  /** Resolves when the device is gone from, or back in, the bed. */
  unplug(): Promise<void>
  plug(): Promise<void>
  /** The bin for sheets that nobody took is full: drawing one in jams. */
  presenterFull(on: boolean): void
  /** The citizen takes the last sheet, or tears it off where there is no blade. */
  tear(): void
  /** Resolves when the picture of every sheet that has come out is on disk. */
  settled(): Promise<void>
  stop(): Promise<void>
}

export interface VirtualPrinterOptions {
  profile: PrinterModel
  /** Folder of sheet-001.png, sheet-002.png …; made if missing. */
  outDir: string
  /** Pace of the link; 64,000 is a full-speed HID printer (64-byte reports, one a millisecond). Default: unpaced. */
  bytesPerSecond?: number
  /** Pace of the paper; default 200 (an 80 mm kiosk printer at its best) for a paced link, else unpaced. */
  millimetresPerSecond?: number
  /** What it hangs on; default umockdev's. */
  bed?: (vendor: number, product: number) => Promise<Bed>
}

/** Report id and 63 bytes, as in the bed's report descriptor. */
const REPORT_BYTES = 64
const TICK_MS = 10
const PAPER_MM_PER_SECOND = 200
const DOTS_PER_MM = 8

const DLE = 0x10
const EOT = 0x04
const ENQ = 0x05

/** Starts the bed and the printer behind it. */
export async function startVirtualPrinter(options: VirtualPrinterOptions): Promise<VirtualPrinter> {
  const model = models[options.profile]
  await mkdir(options.outDir, { recursive: true })
  const bed = await (options.bed ?? umockdevBed)(model.vendor, model.product)
  const { env, cable } = bed

  const paper = createPaper(model.headDots, model.cutterDots)
  const interpreter = createInterpreter(model, paper, {
    answer,
    cut: () => eject(paper.cut()),
    reset: () => {
      spoilt ||= paper.inked
    },
    ejector,
    automaticStatus(on) {
      speaksUp = on
      tellChange()
    },
  })
  const listeners = new Set<(sheet: Sheet) => void>()
  const sheets: Sheet[] = []
  let count = 0
  let writing = Promise.resolve()

  let roll: 'ok' | 'low' | 'out' = 'ok'
  let planned: { bytes: number; fault: () => void } | null = null
  let coverOpen = false
  let error: 'none' | 'jam' | 'overheated' = 'none'
  let isDeaf = false
  let garbage = false
  let speaksUp = false
  let lastTold = ''
  /** The last sheet that was cut, and the sheet that the presenter holds out. */
  let latest: Sheet | null = null
  let heldOut: Sheet | null = null
  let binFull = false
  /** The interpreter is at work: a planned fault that strikes now must not start it again. */
  let working = false
  /** The sheet in the machine can no longer become a whole one. */
  let spoilt = false
  let report = Buffer.alloc(0)
  let buffer: number[] = []
  let timer: NodeJS.Timeout | null = null
  let rowDebt = 0
  let bytesPerSecond = options.bytesPerSecond ?? null

  const stopped = () => roll === 'out' || coverOpen || error !== 'none'

  function eject(bitmap: Bitmap | null) {
    const kind = spoilt ? 'void' : 'whole'
    spoilt = false
    latest = null
    // A new sheet pushes out the one before.
    heldOut = null
    if (!bitmap) return
    count += 1
    const path = join(options.outDir, `sheet-${String(count).padStart(3, '0')}.png`)
    const sheet: Sheet = { path, width: bitmap.width, height: bitmap.height, kind, taken: false, retracted: false }
    latest = sheet
    writing = writing.then(async () => {
      await writeFile(path, pngOf(bitmap))
      sheets.push(sheet)
      for (const listener of listeners) listener(sheet)
    })
  }

  /** The mechanism stops at once and spoils the sheet in it. */
  function fault() {
    if (!interpreter.busy && buffer.length === 0) return
    spoilt = true
    interpreter.fault()
  }

  function ejector(function_: number) {
    if (function_ === 3) heldOut = latest
    if (function_ === 5) heldOut = null
    if (function_ === 2 && heldOut) {
      if (binFull) setError('jam')
      else {
        heldOut.retracted = true
        heldOut = null
      }
    }
    tellChange()
  }

  function setError(now: 'none' | 'jam' | 'overheated') {
    if (now !== 'none' && error === 'none') fault()
    error = now
    tellChange()
    work()
  }

  function statusByte(n: number): number[] {
    const fixed = 0b0001_0010
    if (n === 1) return [fixed | (stopped() ? 0x08 : 0)]
    if (n === 2) return [fixed | (coverOpen ? 0x04 : 0) | (roll === 'out' ? 0x20 : 0) | (error !== 'none' ? 0x40 : 0)]
    if (n === 3) return [fixed | (error === 'jam' ? 0x08 : 0) | (error === 'overheated' ? 0x40 : 0)]
    if (n === 4) return [fixed | (roll === 'ok' ? 0 : 0x0c) | (roll === 'out' ? 0x60 : 0)]
    return n === 20 && model.automaticStatus === 'gs-e0' ? fullStatus() : []
  }

  /** KPM210/216 manual, DLE EOT 20: paper, user, recoverable and unrecoverable error. */
  function fullStatus(): number[] {
    const paperByte = (roll === 'out' ? 0x01 : 0) | (roll === 'ok' ? 0 : 0x04) | (heldOut ? 0x20 : 0)
    const recoverable = (error === 'overheated' ? 0x01 : 0) | (error === 'jam' ? 0x40 : 0)
    return [DLE, 0x0f, paperByte, coverOpen ? 0x02 : 0, recoverable, 0]
  }

  /** Epson's GS a. */
  function automaticStatus(): number[] {
    const errors = (error === 'jam' ? 0x08 : 0) | (error === 'overheated' ? 0x40 : 0)
    const sensors = (roll === 'ok' ? 0 : 0x03) | (roll === 'out' ? 0x0c : 0)
    return [0x10 | (stopped() ? 0x08 : 0) | (coverOpen ? 0x20 : 0), errors, sensors, 0]
  }

  /** Reports a change by itself, once the host has asked for that. */
  function tellChange() {
    const now = model.automaticStatus === 'gs-a' ? automaticStatus() : fullStatus()
    if (!speaksUp || now.join() === lastTold) return
    lastTold = now.join()
    answer(Uint8Array.from(now))
  }

  function answer(bytes: Uint8Array) {
    if (isDeaf || bytes.length === 0) return
    const padded = Buffer.alloc(REPORT_BYTES - 1)
    padded.set(bytes)
    cable.write(padded)
  }

  /** Real-time commands work on arrival, whatever is in the buffer before or around them. */
  function arrive(bytes: Buffer) {
    const answers: number[] = []
    for (let i = 0; i + 2 < bytes.length; i++) {
      if (bytes[i] !== DLE) continue
      const n = bytes[i + 2] ?? 0
      if (bytes[i + 1] === EOT && statusByte(n).length > 0) {
        answers.push(...statusByte(n).map((byte) => (garbage ? 0xff - n : byte)))
      }
      if (bytes[i + 1] === ENQ && n === 2) {
        buffer = []
        bytes = bytes.subarray(i + 3)
        i = -1
      }
    }
    // Status requests alone would fill the buffer of a machine that stands still.
    const onlyAsked = answers.length > 0 && bytes.every((byte) => byte === DLE || byte <= EOT || byte === 20)
    if (!(stopped() && onlyAsked)) for (const byte of bytes) buffer.push(byte)
    answer(Uint8Array.from(answers))
  }

  /** Executes the buffer until a budget is used up; answers whether more is to be done at once. */
  function run(bytes: number, rows: number): boolean {
    if (working) return false
    working = true
    const lastRow = paper.moved + rows
    let done = 0
    while (done < buffer.length && done < bytes && paper.moved < lastRow && !stopped() && !isDeaf) {
      interpreter.take(buffer[done] ?? 0)
      done += 1
      if (!planned || --planned.bytes > 0) continue
      const { fault: strike } = planned
      planned = null
      buffer = buffer.slice(done)
      done = 0
      strike()
    }
    buffer = done === 0 ? buffer : buffer.slice(done)
    // The next ticks pay for rows that one command moved beyond the budget.
    rowDebt = Math.max(0, paper.moved - lastRow)
    working = false
    if (isDeaf || buffer.length > model.receiveBufferBytes) cable.pause()
    else cable.resume()
    return buffer.length > 0 && !stopped() && !isDeaf
  }

  function work() {
    if (bytesPerSecond === null) return void run(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
    const bytes = (bytesPerSecond * TICK_MS) / 1000
    const rows = ((options.millimetresPerSecond ?? PAPER_MM_PER_SECOND) * DOTS_PER_MM * TICK_MS) / 1000
    timer ??= setInterval(() => {
      if (run(bytes, rows - rowDebt)) return
      if (timer) clearInterval(timer)
      timer = null
    }, TICK_MS)
  }

  cable.on('data', (data) => {
    report = Buffer.concat([report, data])
    while (report.length >= REPORT_BYTES) {
      arrive(report.subarray(1, REPORT_BYTES))
      report = report.subarray(REPORT_BYTES)
    }
    work()
  })

  function setPaper(paperNow: 'ok' | 'low' | 'out') {
    if (paperNow === 'out' && roll !== 'out') fault()
    const reloaded = roll === 'out' && paperNow !== 'out'
    roll = paperNow
    if (reloaded) {
      planned = null
      eject(paper.takeOut())
    }
    tellChange()
    work()
  }

  return {
    env,
    sheets,
    get moved() {
      return paper.moved
    },
    onSheet(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    setPaper,
    after(bytes, strike) {
      planned = { bytes, fault: strike }
    },
    paperOutAfter(bytes) {
      planned = { bytes, fault: () => setPaper('out') }
    },
    setCover(open) {
      if (open && !coverOpen) fault()
      coverOpen = open
      tellChange()
      work()
    },
    setError,
    deaf(on) {
      isDeaf = on
      work()
      if (on) cable.pause()
    },
    garbageStatus(on) {
      garbage = on
    },
    pace(now) {
      bytesPerSecond = now
      if (timer) clearInterval(timer)
      timer = null
      work()
    },
    async unplug() {
      await bed.unplug()
      report = Buffer.alloc(0)
    },
    async plug() {
      await bed.plug()
      report = Buffer.alloc(0)
    },
    presenterFull(on) {
      binFull = on
    },
    tear() {
      if (!model.cutter) eject(paper.cut())
      const last = latest ?? sheets.at(-1)
      if (last) last.taken = true
      heldOut = null
      tellChange()
    },
    settled: () => writing,
    async stop() {
      if (timer) clearInterval(timer)
      await bed.stop()
      await writing
    },
  }
}
