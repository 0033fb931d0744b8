import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { PrinterService } from '../../native/printer/printer.ts'
import { createPrinterService } from '../../native/printer/service.ts'
import { certificatePdf } from '../support/paper/papers.ts'

// Printers that no real program imitates: each answer is written by hand (RFC 8010 §3.1).
const GET_PRINTER = 0x0b
const CREATE_JOB = 0x05
const SEND_DOCUMENT = 0x06
const GET_JOB = 0x09
const CANCEL_JOB = 0x08

type Value = { tag: number; bytes: Buffer }
const int = (value: number, tag = 0x21): Value => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return { tag, bytes }
}
const keyword = (text: string): Value => ({ tag: 0x44, bytes: Buffer.from(text) })
const yes: Value = { tag: 0x22, bytes: Buffer.from([1]) }

const field = (bytes: Buffer) => Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
function answer(group: number, attributes: Record<string, Value[]>): Buffer {
  const parts = [Buffer.from([2, 0, 0, 0, 0, 0, 0, 1, group])]
  for (const [name, values] of Object.entries(attributes))
    for (const [index, { tag, bytes }] of values.entries())
      parts.push(Buffer.from([tag]), field(Buffer.from(index === 0 ? name : '')), field(bytes))
  return Buffer.concat([...parts, Buffer.from([3])])
}

const idle = {
  'printer-state': [int(3, 0x23)],
  'printer-state-reasons': [keyword('none')],
  'printer-is-accepting-jobs': [yes],
  'document-format-supported': [keyword('application/pdf')],
  'operations-supported': [int(CREATE_JOB, 0x23), int(SEND_DOCUMENT, 0x23)],
  'page-ranges-supported': [yes],
}
const job = (state: number, reason: string, counts: Record<string, Value[]> = {}) =>
  answer(2, { 'job-state': [int(state, 0x23)], 'job-state-reasons': [keyword(reason)], ...counts })

let server: Server
let service: PrinterService
let asked: number[]
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await service.stop()
})

/** A printer that is well until the driver asks for a job's state; `asIt` answers an operation in another way. */
async function startPrinter(
  asIt: (operation: number, response: ServerResponse, version: string) => Buffer | null | undefined,
) {
  asked = []
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const operation = body.readUInt16BE(2)
    asked.push(operation)
    const own = asIt(operation, response, `${body[0]}.${body[1]}`)
    if (own === null) return
    if (own) response.end(own)
    else if (operation === GET_PRINTER) response.end(answer(4, idle))
    else if (operation === CREATE_JOB) response.end(answer(2, { 'job-id': [int(7)] }))
    else response.end(answer(1, {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  service = createPrinterService({
    profile: 'a4-office',
    uri: `ipp://127.0.0.1:${(server.address() as AddressInfo).port}/ipp/print`,
    onStatus: () => undefined,
    onProgress: () => undefined,
  })
}

const print = async () => service.print('op.certificate', { kind: 'pdf', pdf: await certificatePdf(2) }, 1)
const fault = (status: string, page = 1) => ({ ok: false, error: { kind: 'printer-fault', status, page } })

test('a job that is completed with errors does not count', async () => {
  await startPrinter((operation) => (operation === GET_JOB ? job(9, 'job-completed-with-errors') : undefined))
  expect(await print()).toEqual(fault('offline'))
})

test('a print queue that only forwards, and never learns about the paper, does not count', async () => {
  await startPrinter((operation) => (operation === GET_JOB ? job(9, 'queued-in-device') : undefined))
  expect(await print()).toEqual(fault('offline'))
})

test('a printer that counts only impressions: no sheet is out that its other counter does not count', async () => {
  const counts = { 'job-media-sheets-completed': [int(1)], 'job-impressions-completed': [int(2)] }
  await startPrinter((operation) => (operation === GET_JOB ? job(8, 'aborted-by-system', counts) : undefined))
  expect(await print()).toEqual(fault('offline', 2))
})

test('more sheets than pages are counted as the pages', async () => {
  const counts = { 'job-impressions-completed': [int(1000)] }
  await startPrinter((operation) => (operation === GET_JOB ? job(9, 'job-completed-successfully', counts) : undefined))
  expect(await print()).toMatchObject({ ok: true, value: { pages: 2 } })
})

test('a document that is refused: the job is cancelled, and sent only once', async () => {
  let cancelled = false
  await startPrinter((operation, response) => {
    if (operation === CANCEL_JOB) cancelled = true
    if (operation === GET_JOB) return job(cancelled ? 7 : 3, 'none')
    if (operation !== SEND_DOCUMENT) return undefined
    response.writeHead(500).end()
    return null
  })
  expect(await print()).toEqual(fault('offline'))
  expect(asked.filter((operation) => operation === SEND_DOCUMENT)).toHaveLength(1)
  expect(cancelled).toBe(true)
})

test('a printer that takes the document only while it prints is followed meanwhile', async () => {
  let polls = 0
  await startPrinter((operation) => {
    if (operation === SEND_DOCUMENT) return null
    if (operation === GET_JOB) return ++polls < 3 ? job(5, 'job-printing') : job(9, 'job-completed-successfully')
    return undefined
  })
  expect(await print()).toMatchObject({ ok: true })
})

test.each([
  ['lengths that lead backwards', Buffer.from([2, 0, 0, 0, 0, 0, 0, 1, 4, 0x13, 0xff, 0xfb, 0, 0])],
  ['a page of HTML', Buffer.from('<html>Accedi</html>')],
  ['two megabytes of nothing', Buffer.alloc(2 * 1024 * 1024)],
])('%s is no printer', async (_, bytes) => {
  await startPrinter(() => bytes)
  expect(await service.status()).toBe('offline')
  expect(await print()).toEqual(fault('offline'))
  expect(asked).not.toContain(SEND_DOCUMENT)
})

test.each([
  ['wants a password', 401, {}, 'offline'],
  ['sends elsewhere', 307, { location: 'http://127.0.0.1:9/ipp/print' }, 'offline'],
])('a printer that %s is not used', async (_, code, headers, status) => {
  await startPrinter((_, response) => {
    response.writeHead(code, headers).end()
    return null
  })
  expect(await service.status()).toBe(status)
})

/** An answer without attributes. */
const refusal = (status: number) => Buffer.from([1, 1, status >> 8, status & 0xff, 0, 0, 0, 1, 1, 3])

test.each([
  ['says that it does not know version 2.0', '1.1', () => refusal(0x0503)],
  ['says that it knows 1.0 alone', '1.0', () => refusal(0x0503)],
  ['takes version 2.0 for a bad request', '1.1', () => refusal(0x0400)],
  [
    'answers version 2.0 by HTTP 400',
    '1.1',
    (response: ServerResponse) => {
      response.writeHead(400).end()
      return null
    },
  ],
])('an old printer that %s prints, each document once', async (_, spoken, refuse) => {
  const versions = new Set<string>()
  await startPrinter((operation, response, version) => {
    if (version !== spoken) return refuse(response)
    versions.add(version)
    return operation === GET_JOB ? job(9, 'job-completed-successfully') : undefined
  })
  expect(await service.status()).toBe('ready')
  expect(await print()).toMatchObject({ ok: true, value: { pages: 2 } })
  expect(asked.filter((operation) => operation === SEND_DOCUMENT)).toHaveLength(1)
  expect([...versions]).toEqual([spoken])
})

test('a printer that knows no version of ours is off line', async () => {
  await startPrinter(() => refusal(0x0503))
  expect(await service.status()).toBe('offline')
  expect(await print()).toEqual(fault('offline'))
})

describe('a printer that forgets its jobs', () => {
  /** `states`: of the job, at each look; afterwards the printer does not know it. */
  const forgetful = async (states: number[], { forgets = 0x0406, after = idle as Record<string, Value[]> } = {}) => {
    const left = [...states]
    let gone = false
    await startPrinter((operation) => {
      if (operation === GET_PRINTER) return gone ? answer(4, after) : undefined
      if (operation !== GET_JOB) return undefined
      const state = left.shift()
      gone = state === undefined
      return state === undefined ? refusal(forgets) : job(state, 'none')
    })
    return print()
  }

  test.each([0x0406, 0x0407])('has printed one that it worked on, and then answers %i', async (forgets) => {
    expect(await forgetful([3, 5], { forgets })).toMatchObject({ ok: true, value: { pages: 2 } })
  })

  test('has printed nothing for sure when nobody saw it at work', async () => {
    expect(await forgetful([3])).toEqual(fault('offline'))
    expect(asked.filter((operation) => operation === SEND_DOCUMENT)).toHaveLength(1)
  })

  test('and has a fault meanwhile, has not printed', async () => {
    const jammed = { ...idle, 'printer-state-reasons': [keyword('media-jam')] }
    expect(await forgetful([5], { after: jammed })).toEqual(fault('jam'))
  })

  test('has not printed what was cancelled at its panel', async () => {
    expect(await forgetful([5, 7])).toEqual(fault('offline'))
  })
})
