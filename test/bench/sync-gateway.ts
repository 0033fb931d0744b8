import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gunzip } from 'node:zlib'
import { CompactEncrypt } from 'jose'
import { type OutcomePage, outcomeHeader, type Submission } from '../../contract/gateway.ts'

// A gateway in a process of its own that has every certificate ready. Its parent gives it the key to seal to and the
// length of a PDF. Each outcome is really sealed, because the totem really opens it.

interface Told {
  tls: { key: string; cert: string; ca: string }
  sealTo: { kid: string }
  totem: string
  pdfBytes: number
}

const PAGE = 100
const PAGE_BYTES = 512 * 1_024

const [{ tls, sealTo, totem, pdfBytes }] = (await once(process, 'message')) as [Told]
const pdf = Buffer.alloc(pdfBytes, '%PDF-1.7 facsimile ').toString('base64')
const outcomes: { operation: string; state: 'issued'; outcome: string }[] = []
let ring: (() => void) | null = null

async function seal(operation: string): Promise<string> {
  const [types, protocol, issuedAt] = [['8'], '2198294275', new Date().toISOString()]
  const outcome = { operation, types, protocol, idOperazioneAnpr: '77', issuedAt, pdf }
  return new CompactEncrypt(Buffer.from(JSON.stringify(outcome)))
    .setProtectedHeader(outcomeHeader(sealTo.kid, { operation, totem, kind: 'certificate' }))
    .encrypt(sealTo)
}

async function issue(items: Submission['items']): Promise<void> {
  for (const { operation } of items) outcomes.push({ operation, state: 'issued', outcome: await seal(operation) })
  ring?.()
}

function pageAfter(after: number): OutcomePage {
  const page: OutcomePage['outcomes'] = []
  for (let bytes = 0; page.length < PAGE; ) {
    const next = outcomes[after + page.length]
    bytes += next?.outcome.length ?? 0
    if (!next || (page.length > 0 && bytes > PAGE_BYTES)) break
    page.push(next)
  }
  return { cursor: after + page.length, more: outcomes.length > after + page.length, outcomes: page }
}

const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const sent = Buffer.concat(chunks)
  const plain =
    request.headers['content-encoding'] === 'gzip'
      ? await new Promise<Buffer>((done) => gunzip(sent, (_, whole) => done(whole)))
      : sent
  const answer = (body: object) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  const { pathname, searchParams } = new URL(request.url ?? '', 'https://gateway')
  const status = { at: new Date().toISOString(), version: 'bench' }
  if (pathname === '/v1/operations') {
    const { items } = JSON.parse(plain.toString()) as Submission
    answer({ results: items.map(({ operation }) => ({ operation, state: 'pending' })) })
    await issue(items)
  } else if (pathname === '/v1/outcomes') {
    const after = Number(searchParams.get('after'))
    if (outcomes.length <= after) await new Promise<void>((go) => (ring = go))
    answer(pageAfter(after))
  } else if (pathname === '/v1/journal') {
    const { entries } = JSON.parse(plain.toString()) as { entries: { seq: number }[] }
    answer({ upTo: entries.at(-1)?.seq ?? 0, anchor: null, forked: false })
  } else if (pathname === '/v1/heartbeat') answer({ ...status, challenge: Buffer.alloc(32).toString('base64') })
  else answer(status)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.send?.((server.address() as AddressInfo).port)
process.once('disconnect', () => process.exit(0))
