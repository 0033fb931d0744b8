import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { type Agent, request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { err, ok, type Result } from '../../contract/result.ts'

/**
 * `silenceMs`: how long an exchange may say nothing, since the last byte that came or went. `wholeMs`: how long it may
 * take as a whole.
 */
export type Deadline = { silenceMs: number; wholeMs: number }

export type Asked = {
  agent: Agent
  url: URL
  headers: Record<string, string>
  deadline: Deadline
  /** JSON text makes it a POST; without a body it is a GET. */
  body?: string
  signal?: AbortSignal | undefined
}
export type Answered = { httpStatus: number; retryAfterMs: number | null; body: Buffer }
/**
 * `no-answer`: no whole answer came. `idleConnectionLost`: the connection had been kept, and the gateway may have
 * closed it before this question. `unreadable`: the answer came whole, but is not encoded as the contract says, or
 * unpacks to more than any answer.
 */
export type ExchangeFailure =
  | { kind: 'no-answer'; reason: string; idleConnectionLost: boolean }
  | { kind: 'unreadable'; httpStatus: number }

// Packing gains nothing below one network packet, and most answers are that short.
const WORTH_PACKING_BYTES = 1_024
// Bytes given to the kernel at once: a larger piece would hide from the deadline whether the line still takes
// something.
const PIECE_BYTES = 16 * 1_024
// Room for fifty sealed outcomes of some 100 KB, unpacked, or one of 20 MB. A longer answer is a fault: a few KB of
// gzip could fill all of main's memory.
const LONGEST_ANSWER_BYTES = 48 * 1_024 * 1_024
// RFC 9110 §10.2.3 allows a date too; the contract says seconds. The limit is as long as a totem stays away by itself.
const LONGEST_RETRY_AFTER_S = 300

const pack = promisify(gzip)
const unpack = promisify(gunzip)

/** Makes one request and reads its whole answer; gzip both ways. Never rejects. */
export async function exchange(asked: Asked): Promise<Result<Answered, ExchangeFailure>> {
  const { agent, url, body, deadline, signal } = asked
  const headers: Record<string, string> = { accept: 'application/json', 'accept-encoding': 'gzip', ...asked.headers }
  let payload: Buffer | null = null
  if (body !== undefined) {
    const plain = Buffer.from(body)
    const packed = plain.length > WORTH_PACKING_BYTES
    payload = packed ? await pack(plain) : plain
    headers['content-type'] = 'application/json'
    headers['content-length'] = String(payload.length)
    if (packed) headers['content-encoding'] = 'gzip'
  }
  if (signal?.aborted) return err({ kind: 'no-answer', reason: 'aborted', idleConnectionLost: false })

  const request = httpsRequest(url, { agent, method: payload ? 'POST' : 'GET', headers })
  const watch = watchOver(request, deadline)
  const giveUp = () => watch.end('aborted')
  signal?.addEventListener('abort', giveUp)
  let whole: Buffer | null = null
  try {
    const response = await answerTo(request, payload, watch.alive)
    whole = await wholeBody(response, watch.alive)
    const httpStatus = response.statusCode ?? 0
    const text = await unpacked(whole, response.headers['content-encoding'])
    if (!text) return err({ kind: 'unreadable', httpStatus })
    return ok({ httpStatus, retryAfterMs: retryAfterMs(response.headers['retry-after']), body: text })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const idleConnectionLost = !watch.ended && request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE')
    return err({ kind: 'no-answer', reason: watch.ended ?? codeOf(error), idleConnectionLost })
  } finally {
    watch.stop()
    signal?.removeEventListener('abort', giveUp)
    // Cut short, or answered before all of the question was out: this connection is of no further use.
    if (!whole || !request.writableFinished) request.destroy()
  }
}

/** The disk did not take the file; `reason` is a code such as ENOSPC. */
export type NotStored = { kind: 'not-stored'; reason: string }
type DownloadFailure = NotStored | { kind: 'no-answer'; reason: string } | { kind: 'status'; httpStatus: number }

/**
 * Downloads a file straight to the disk: a region's CRL has hundreds of thousands of entries, and main must not hold it
 * twice. True when length and digest are as asked. There is no deadline for the whole: 20 MB take minutes over a rural
 * line.
 */
export async function download(
  { agent, url, headers, deadline }: Pick<Asked, 'agent' | 'url' | 'headers' | 'deadline'>,
  { bytes, sha256 }: { bytes: number; sha256: string },
  file: string,
): Promise<Result<boolean, DownloadFailure>> {
  const request = httpsRequest(url, { agent, headers })
  const watch = watchOver(request, { ...deadline, wholeMs: Number.POSITIVE_INFINITY })
  const digest = createHash('sha256')
  let length = 0
  let disk: NodeJS.ErrnoException | null = null
  try {
    const response = await answerTo(request, null, watch.alive)
    const httpStatus = response.statusCode ?? 0
    if (httpStatus !== 200) {
      request.destroy()
      return err({ kind: 'status', httpStatus })
    }
    const measured = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        watch.alive()
        length += chunk.length
        if (length > bytes) return
        digest.update(chunk)
        yield chunk
      }
    }
    const written = createWriteStream(file, { mode: 0o600, flush: true })
    written.on('error', (error) => {
      disk = error
    })
    await pipeline(response, measured, written)
  } catch (error) {
    request.destroy()
    if (disk) return err({ kind: 'not-stored', reason: codeOf(disk) })
    return err({ kind: 'no-answer', reason: watch.ended ?? codeOf(error) })
  } finally {
    watch.stop()
  }
  return ok(length === bytes && digest.digest('hex') === sha256)
}

/**
 * Ends a silent request: a line that has died says nothing for ever, and a slow one still says something now and then.
 */
function watchOver(request: ClientRequest, { silenceMs, wholeMs }: Deadline) {
  let ended: string | null = null
  const end = (reason: string) => {
    ended ??= reason
    request.destroy(coded(reason))
  }
  let [heard, over] = [0, false]
  // Work that held up the event loop held up the reading of the answer too: bytes that came meanwhile are read first.
  const giveUp = (unless: () => boolean) => void setImmediate(() => over || unless() || end('timeout'))
  const silence = setTimeout(() => {
    const before = heard
    giveUp(() => heard > before)
  }, silenceMs)
  const whole = Number.isFinite(wholeMs) ? setTimeout(giveUp, wholeMs, () => false) : undefined
  const alive = () => {
    heard++
    silence.refresh()
  }
  request.once('socket', (socket) => {
    if (!socket.connecting) return
    socket.once('connect', alive)
    socket.once('secureConnect', alive)
  })
  return {
    alive,
    end,
    /** Why this function ended the request, whatever node made of it. */
    get ended() {
      return ended
    },
    stop() {
      over = true
      clearTimeout(silence)
      clearTimeout(whole)
    },
  }
}

/** Sends the body piece by piece and waits for the head of the answer, which may come before the body is out. */
async function answerTo(request: ClientRequest, payload: Buffer | null, alive: () => void): Promise<IncomingMessage> {
  const head = once(request, 'response') as Promise<[IncomingMessage]>
  // A failure after the head belongs to the reading of the body.
  request.on('error', () => {})
  const send = async () => {
    for (let at = 0; payload && at < payload.length; at += PIECE_BYTES) {
      await new Promise<void>((sent) => request.write(payload.subarray(at, at + PIECE_BYTES), () => sent()))
      if (request.destroyed) return
      alive()
    }
    request.end()
  }
  void send()
  const [response] = await head
  alive()
  return response
}

/** Rejects when the answer is cut before its announced end (node: `ECONNRESET`) or is too long. */
async function wholeBody(response: IncomingMessage, alive: () => void): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    alive()
    length += chunk.length
    if (length > LONGEST_ANSWER_BYTES) throw coded('answer-too-long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function unpacked(body: Buffer, coding: string | undefined): Promise<Buffer | null> {
  if (coding === undefined || coding === 'identity') return body
  if (coding !== 'gzip') return null
  return unpack(body, { maxOutputLength: LONGEST_ANSWER_BYTES }).catch(() => null)
}

function retryAfterMs(header: string | undefined): number | null {
  if (!header || !/^\d{1,9}$/.test(header)) return null
  return 1_000 * Math.min(Math.max(Number(header), 1), LONGEST_RETRY_AFTER_S)
}

const coded = (code: string) => Object.assign(new Error(), { code })

/** The error as a code that the journal takes: at most 64 characters. */
const codeOf = (error: unknown) =>
  ((error as NodeJS.ErrnoException).code ?? 'unknown').replace(/[^\w.+:-]/g, '-').slice(0, 64)
