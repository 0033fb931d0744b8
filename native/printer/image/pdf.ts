import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { DeviceResult } from '../../../contract/device.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import type { GreyImage } from './grey.ts'
import type { Dots } from './ink.ts'
import {
  type Paper,
  type PdfAnswer,
  type PdfRefused,
  type PdfReply,
  type PdfTask,
  refusedPdf,
  type Scale,
} from './task.ts'

// PDFs are read and drawn in a thread of their own, with limits of time and memory, so that no file holds up the
// process that watches card and printer. A thread and not a process: Electron's utility process cannot start another
// one (without the runAsNode fuse it has no Node to start), and main would have to carry every page between the two.
// What a process would keep apart is kept apart here as well: pdfium is WASM, which sees its own bounded memory alone
// and ends in a trap; and terminate() stops a loop in it at once, in Node and in Electron.

export interface Pdf {
  pages: number
  /** Page `page` (from 1) as a reader's printer shows it. */
  pixels(page: number, scale: Scale): Promise<Result<GreyImage, PdfRefused>>
  /** Page `page` (from 1) as dots on paper. A page without one is refused. */
  dots(page: number, paper: Paper): Promise<Result<Dots, PdfRefused>>
  text(): Promise<Result<string, PdfRefused>>
  close(): Promise<void>
}

// ANPR's certificates are 50 to 300 kB on one to three pages. A larger file is no certificate.
const MAX_BYTES = 20 * 1024 * 1024
export interface PdfLimits {
  /** Time to open a file, or to draw one of its pages. An A4 page takes 0.05 s, and on a starved machine one second. */
  taskMs: number
  /** Of the time that its pages take beyond `ordinaryMs` each: many slow pages are no better than a very slow one. */
  totalMs: number
  ordinaryMs: number
}
const LIMITS: PdfLimits = { taskMs: 10_000, totalMs: 20_000, ordinaryMs: 1000 }
/** JavaScript's own part. pixels and pdfium's memory do not count here (pdfium.ts). */
const HEAP_MB = 256
/** Beside this file: as source, or as the bundle of scripts/build.ts. */
const FILE = new URL(import.meta.url.endsWith('.ts') ? 'worker.ts' : 'pdf-worker.cjs', import.meta.url)

interface Thread {
  worker: Worker
  ready: Promise<unknown>
  settle: ((reply: PdfReply) => void) | null
  /** It has read a document, and its memory may still show it. */
  used: boolean
}
let thread: Thread | null = null
let last: Promise<unknown> = Promise.resolve()
let documents = 0

/** Starts the thread before it is needed. */
export function warmUp(): void {
  thread ??= startThread()
}

function startThread(): Thread {
  const worker = new Worker(FILE, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } })
  const started: Thread = { worker, ready: once(worker, 'message'), settle: null, used: false }
  // Now, and not once the thread is ready: a listener that comes after unref() keeps the program running again.
  worker.on('message', (reply: PdfReply) => started.settle?.(reply))
  // The file has filled the JavaScript heap: its author's intent or our bug, and in either case no certificate.
  worker.on('error', () => started.settle?.({ answer: refusedPdf('too-large'), spent: true }))
  // Idle, it keeps no program running.
  worker.unref()
  return started
}

/** One task after the other. A task that is not done in time is refused, and its thread ends with all documents. */
async function run(task: PdfTask, limitMs: number): Promise<Result<PdfAnswer, PdfRefused>> {
  thread ??= startThread()
  const mine = thread
  mine.worker.ref()
  mine.used = true
  await mine.ready
  const { answer, spent } = await new Promise<PdfReply>((resolve) => {
    const timer = setTimeout(() => resolve({ answer: refusedPdf('too-slow'), spent: true }), limitMs)
    mine.settle = (reply) => {
      clearTimeout(timer)
      resolve(reply)
    }
    mine.worker.postMessage(task)
  })
  mine.settle = null
  if (spent) {
    thread = null
    // Not awaited: a thread that fills memory or computes for ever ends within milliseconds.
    void mine.worker.terminate()
  }
  mine.worker.unref()
  return answer
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work)
  last = mine.catch(() => undefined)
  return mine
}

/**
 * Nothing of the documents so far stays in memory: their thread ends with pdfium's memory, and a new one takes its place.
 * A document that is still open is opened anew when it is asked for a page.
 */
export const forgetDocuments = (): Promise<void> =>
  inTurn(async () => {
    if (!thread?.used) return
    const before = thread
    thread = startThread()
    await before.worker.terminate()
  })

/** What the last documents have cost, by their hashes: one that was too slow is not tried again at each of its pages. */
const costs = new Map<string, { slowMs: number; refused: PdfRefused | null }>()
const REMEMBERED = 16

function costOf(bytes: Uint8Array) {
  const key = createHash('sha256').update(bytes).digest('hex')
  const cost = costs.get(key) ?? { slowMs: 0, refused: null }
  costs.delete(key)
  costs.set(key, cost)
  const [oldest] = costs.keys()
  if (costs.size > REMEMBERED && oldest !== undefined) costs.delete(oldest)
  return cost
}

/**
 * Opens a PDF without changing it. Refuses one that needs a password, does not parse, lacks a page, or asks for more
 * than any certificate does.
 */
export async function openPdf(bytes: Uint8Array, limits = LIMITS): Promise<Result<Pdf, PdfRefused>> {
  if (bytes.length > MAX_BYTES) return refusedPdf('too-large')
  const cost = costOf(bytes)
  let document = 0
  /** The thread that has this document open; another one has never heard of it. */
  let openIn: Thread | null = null

  async function timed(task: PdfTask): Promise<Result<PdfAnswer, PdfRefused>> {
    if (cost.refused) return err(cost.refused)
    const began = performance.now()
    const answer = await run(task, Math.max(1, Math.min(limits.taskMs, limits.totalMs - cost.slowMs)))
    cost.slowMs += Math.max(0, performance.now() - began - limits.ordinaryMs)
    if (!answer.ok && answer.error.reason === 'too-slow') cost.refused = answer.error
    return answer
  }
  async function open() {
    document = ++documents
    const opened = await timed({ document, kind: 'open', bytes })
    openIn = opened.ok ? thread : null
    return opened
  }
  const ask = (work: (document: number) => PdfTask) =>
    inTurn(async () => {
      if (openIn === null || openIn !== thread) {
        const opened = await open()
        if (!opened.ok) return opened
      }
      return timed(work(document))
    })

  const opened = await inTurn(open)
  if (!opened.ok) return opened
  if (opened.value.kind !== 'opened') throw new Error(opened.value.kind)
  return ok({
    pages: opened.value.pages,
    async pixels(page, scale) {
      const drawn = await ask((id) => ({ document: id, kind: 'pixels', page, scale }))
      if (!drawn.ok) return drawn
      if (drawn.value.kind !== 'pixels') throw new Error(drawn.value.kind)
      return ok(drawn.value.image)
    },
    async dots(page, paper) {
      const drawn = await ask((id) => ({ document: id, kind: 'dots', page, paper }))
      if (!drawn.ok) return drawn
      if (drawn.value.kind !== 'dots') throw new Error(drawn.value.kind)
      return ok(drawn.value.dots)
    },
    async text() {
      const read = await ask((id) => ({ document: id, kind: 'text' }))
      if (!read.ok) return read
      if (read.value.kind !== 'text') throw new Error(read.value.kind)
      return ok(read.value.text)
    },
    close: () =>
      inTurn(async () => {
        if (openIn !== null && openIn === thread) await run({ document, kind: 'close' }, limits.taskMs)
      }),
  })
}

/** One page (from 1) as grey pixels, `width` wide, for the screen. */
export async function drawPage(
  bytes: Uint8Array,
  page: number,
  width: number,
): Promise<Result<DeviceResult<'pdf.raster'>, PdfRefused>> {
  const opened = await openPdf(bytes)
  if (!opened.ok) return opened
  const { pages } = opened.value
  const drawn = await opened.value.pixels(page, { width })
  await opened.value.close()
  if (!drawn.ok) return drawn
  return ok({ pages, width: drawn.value.width, height: drawn.value.height, grey: drawn.value.pixels })
}

/** The words of a PDF. */
export async function wordsOf(bytes: Uint8Array): Promise<Result<DeviceResult<'pdf.text'>, PdfRefused>> {
  const opened = await openPdf(bytes)
  if (!opened.ok) return opened
  const read = await opened.value.text()
  await opened.value.close()
  return read.ok ? ok({ text: read.value }) : read
}
