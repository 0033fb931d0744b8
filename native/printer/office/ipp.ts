import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import ipp, { type IppRequest } from '@sealsystems/ipp'
import { err, ok, type Result } from '../../../contract/result.ts'
import { type IppGroup, readAnswer } from './ipp-answer.ts'
import type { OfficePrinterState } from './ipp-status.ts'

/**
 * `why` is for a technician: the HTTP or IPP status, that the answer was no IPP, or the fault of the certificate (the
 * code of TLS, e.g. CERT_HAS_EXPIRED; `ca-unreadable`).
 */
export type IppFailure = { kind: 'unreachable' } | { kind: 'refused'; why: string }

/** The printer does not know the job, or not any more: some forget a job once it is printed (RFC 8011 §B.1.4.7). */
export type JobForgotten = { kind: 'forgotten' }

export interface OfficePrinter extends OfficePrinterState {
  makeAndModel: string
  /** The version in which the printer answers. */
  version: string
  formats: string[]
  /** The printer takes a PDF as a job whose number is known before its first byte is sent. */
  suitable: boolean
  /** The printer can print some of a document's pages. */
  pageRanges: boolean
}

export interface OfficeJob {
  /** RFC 8011 §5.3.7: from 7 on the job has ended, and 9 is completed. */
  state: number
  reasons: string[]
  /** Sheets that have come out, as far as the printer counts them. */
  sheets: number
}

/** The operations of an IPP printer that a totem needs, each a single request. */
export interface IppClient {
  printer(): Promise<Result<OfficePrinter, IppFailure>>
  /**
   * Creates a job without a document, on one side of A4 sheets. It prints nothing until it gets one. `pages`: first and
   * last.
   */
  create(name: string, pages: readonly [number, number] | null): Promise<Result<number, IppFailure>>
  /** Resolves when the printer has taken the whole document, which may be while it prints. */
  send(job: number, pdf: Uint8Array, signal: AbortSignal): Promise<Result<void, IppFailure>>
  job(job: number): Promise<Result<OfficeJob, IppFailure | JobForgotten>>
  cancel(job: number): Promise<Result<void, IppFailure>>
  /** Jobs of this user that have not ended in the printer. */
  unfinished(): Promise<Result<number[], IppFailure>>
}

// A printer that wakes up answers within some seconds.
const REQUEST_TIMEOUT_MS = 10_000
/** A printer's own attributes are some tens of kB. */
const MAX_ANSWER_BYTES = 1024 * 1024
const IPP_PORT = '631'
/** Versions to speak, the newest first. RFC 8011 §4.1.8: a printer refuses one that it does not know. */
const VERSIONS = ['2.0', '1.1', '1.0'] as const
const FIRST_FAILURE = 0x0100
/** RFC 8011 appendix B. */
const BAD_REQUEST = 0x0400
const NOT_FOUND = 0x0406
const GONE = 0x0407
const VERSION_NOT_SUPPORTED = 0x0503
const named = (status: number) => `IPP 0x${status.toString(16).padStart(4, '0')}`
/** Refusals of a version by printers that know no word for it. */
const MAYBE_VERSION = [named(BAD_REQUEST), 'HTTP 400', 'HTTP 426', 'HTTP 505', 'no IPP']
/** RFC 8010 §3.5.1. */
const JOB_GROUP = 0x02
const PRINTER_GROUP = 0x04
/** RFC 8011 §5.4.15. */
const CREATE_JOB = 5
const SEND_DOCUMENT = 6
const PDF = 'application/pdf'

export interface IppAddress {
  /** ipp://… or ipps://… */
  uri: string
  /** PEM file of the only authority whose printers are trusted; without it, the authorities that Node trusts. */
  ca?: string | undefined
}

type Rest = Omit<IppRequest, 'version' | 'operation' | 'operation-attributes-tag'>

/** `user` owns the jobs: two programs that share a printer use two names. */
export function ippClient({ uri, ca }: IppAddress, user: string): IppClient {
  const url = new URL(uri.replace(/^ipp/, 'http'))
  url.port = new URL(uri).port || IPP_PORT
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest
  // Read anew each time, because somebody may put a CA in place or change it while the totem runs.
  const authority = async () => (ca === undefined ? {} : { ca: await readFile(ca) })

  /** Index of the version to speak. `proven`: the printer has answered in it. */
  let version = 0
  let proven = false

  /** Asks in the newest version that the printer takes, and goes on with it. */
  async function ask(
    operation: string,
    asked: IppRequest['operation-attributes-tag'],
    rest: Rest = {},
    signal?: AbortSignal,
  ): Promise<Result<IppGroup[], IppFailure>> {
    for (;;) {
      const spoken = version
      const answer = await askOnce(operation, asked, rest, signal ?? AbortSignal.timeout(REQUEST_TIMEOUT_MS))
      if (answer.ok) {
        if (spoken === version) proven = true
        return answer
      }
      const why = answer.error.kind === 'refused' ? answer.error.why : ''
      const refused = why === named(VERSION_NOT_SUPPORTED) || (!proven && MAYBE_VERSION.includes(why))
      if (!refused) return answer
      if (spoken === version) version += 1
      if (version < VERSIONS.length) continue
      // None is right. Its firmware may be another one tomorrow.
      version = 0
      proven = false
      return answer
    }
  }

  async function askOnce(
    operation: string,
    asked: IppRequest['operation-attributes-tag'],
    rest: Rest,
    signal: AbortSignal,
  ): Promise<Result<IppGroup[], IppFailure>> {
    const body = ipp.serialize({
      version: VERSIONS[version] ?? VERSIONS[0],
      operation,
      'operation-attributes-tag': {
        'attributes-charset': 'utf-8',
        'attributes-natural-language': 'en',
        'printer-uri': uri,
        // RFC 8011 §4.1.5: the job's number comes right after the printer's address.
        ...('job-id' in asked && { 'job-id': asked['job-id'] }),
        'requesting-user-name': user,
        ...asked,
      },
      ...rest,
    })
    let trusted: { ca?: Buffer }
    try {
      trusted = await authority()
    } catch {
      return err({ kind: 'refused', why: 'ca-unreadable' })
    }
    try {
      const headers = { 'content-type': 'application/ipp', 'content-length': body.length }
      // Each request has its own connection. A printer closes idle ones when it likes, and a request on such a
      // connection fails without a reason.
      // SECURITY: rejectUnauthorized: written out, since NODE_TLS_REJECT_UNAUTHORIZED=0 changes the default.
      const request = send(url, {
        ...{ method: 'POST', headers, signal, agent: false, rejectUnauthorized: true },
        ...trusted,
      })
      request.end(body)
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      if (response.statusCode !== 200) {
        response.destroy()
        return err({ kind: 'refused', why: `HTTP ${response.statusCode}` })
      }
      const answer = readAnswer(await content(response))
      if (!answer) return err({ kind: 'refused', why: 'no IPP' })
      if (answer.status < FIRST_FAILURE) return ok(answer.groups)
      return err({ kind: 'refused', why: named(answer.status) })
    } catch (failure) {
      const { code = '' } = failure as NodeJS.ErrnoException
      // Somebody else may answer at that address, and must get nobody's certificate.
      if (/CERT|VERIFY/.test(code)) return err({ kind: 'refused', why: code })
      // No route, refused, cut off, out of time.
      return err({ kind: 'unreachable' })
    }
  }

  const done = (asked: Result<IppGroup[], IppFailure>) => (asked.ok ? ok(undefined) : asked)

  return {
    async printer() {
      const asked = await ask('Get-Printer-Attributes', {
        'requested-attributes': [
          ...['printer-state', 'printer-state-reasons', 'printer-is-accepting-jobs', 'printer-make-and-model'],
          ...['document-format-supported', 'operations-supported', 'page-ranges-supported'],
        ],
      })
      if (!asked.ok) return asked
      const told = attributesOf(asked.value, PRINTER_GROUP)
      const formats = told.texts('document-format-supported')
      const operations = told.numbers('operations-supported')
      return ok({
        state: told.numbers('printer-state')[0] ?? 0,
        reasons: told.texts('printer-state-reasons'),
        accepting: told.is('printer-is-accepting-jobs'),
        makeAndModel: told.texts('printer-make-and-model')[0] ?? '',
        version: VERSIONS[version] ?? VERSIONS[0],
        formats,
        suitable: formats.includes(PDF) && operations.includes(CREATE_JOB) && operations.includes(SEND_DOCUMENT),
        pageRanges: told.is('page-ranges-supported'),
      })
    },

    async create(name, pages) {
      const job = {
        media: 'iso_a4_210x297mm',
        sides: 'one-sided',
        // No banner page, which would carry names.
        'job-sheets': 'none',
        ...(pages && { 'page-ranges': [pages] }),
      }
      const asked = await ask('Create-Job', { 'job-name': name }, { 'job-attributes-tag': job })
      if (!asked.ok) return asked
      const [id] = attributesOf(asked.value, JOB_GROUP).numbers('job-id')
      return id === undefined ? err({ kind: 'refused', why: 'no job-id' }) : ok(id)
    },

    async send(job, pdf, signal) {
      const attributes = { 'job-id': job, 'document-format': PDF, 'last-document': true }
      return done(await ask('Send-Document', attributes, { data: Buffer.from(pdf) }, signal))
    },

    async job(job) {
      const counters = ['job-media-sheets-completed', 'job-impressions-completed']
      const asked = await ask('Get-Job-Attributes', {
        'job-id': job,
        'requested-attributes': ['job-state', 'job-state-reasons', ...counters],
      })
      if (!asked.ok) {
        const forgotten = asked.error.kind === 'refused' && [named(NOT_FOUND), named(GONE)].includes(asked.error.why)
        return forgotten ? err({ kind: 'forgotten' }) : err(asked.error)
      }
      const told = attributesOf(asked.value, JOB_GROUP)
      // One side of a sheet is a page. Where the printer counts both, the lower count is believed.
      const counts = counters.flatMap(told.numbers)
      const sheets = counts.length > 0 ? Math.min(...counts) : 0
      return ok({ state: told.numbers('job-state')[0] ?? 0, reasons: told.texts('job-state-reasons'), sheets })
    },

    async cancel(job) {
      return done(await ask('Cancel-Job', { 'job-id': job }))
    },

    async unfinished() {
      const asked = await ask('Get-Jobs', {
        'which-jobs': 'not-completed',
        'my-jobs': true,
        'requested-attributes': ['job-id', 'job-originating-user-name'],
      })
      if (!asked.ok) return asked
      const jobs = asked.value.filter(({ tag }) => tag === JOB_GROUP).map((group) => attributesOf([group], JOB_GROUP))
      // Some printers list the jobs of all users; only one's own may be cancelled.
      const own = jobs.filter((job) => job.texts('job-originating-user-name')[0] === user)
      return ok(own.flatMap((job) => job.numbers('job-id')))
    },
  }
}

async function content(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > MAX_ANSWER_BYTES) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function attributesOf(groups: IppGroup[], wanted: number) {
  const attributes = groups.find(({ tag }) => tag === wanted)?.attributes
  const values = (name: string) => attributes?.get(name) ?? []
  return {
    numbers: (name: string) => values(name).filter((value) => typeof value === 'number'),
    texts: (name: string) => values(name).filter((value) => typeof value === 'string'),
    is: (name: string) => values(name)[0] === true,
  }
}
