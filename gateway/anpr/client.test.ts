import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { CertificateType } from '../../contract/catalogue.ts'
import { type AnprClient, createAnprClient } from './client.ts'

let stop: (() => Promise<void>) | null = null
afterEach(async () => {
  await stop?.()
  stop = null
})

async function against(listener: RequestListener, timeoutMs = 5_000): Promise<AnprClient> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = createAnprClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeoutMs })
  stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await client.close()
  }
  return client
}

const answering =
  (status: number, body: unknown): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

const WISH = {
  requester: 'AB10234CX',
  subject: 'AB10234CX',
  types: ['8'],
  bollo: { kind: 'exempt', exemption: 'processuale' },
} as const
const wish = { ...WISH, types: [...WISH.types] as CertificateType[] }
const PDF = Buffer.from('%PDF-1.7\n').toString('base64')
const ISSUED = {
  idOperazioneANPR: '77',
  protocolloANPR: { numeroProtocolloANPR: '2198294275' },
  file: { certificatoPdf: PDF },
}
const error = (code: string) => ({
  idOperazioneANPR: '0',
  listaErrori: { errore: [{ codiceErroreAnomalia: code, testoErroreAnomalia: 't', tipoErroreAnomalia: 'E' }] },
})

test('an issue carries the operation id and asks for no bollo', async () => {
  const asked: unknown[] = []
  const client = await against(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    asked.push(request.url, JSON.parse(Buffer.concat(chunks).toString()))
    response.end(JSON.stringify(ISSUED))
  })
  const issued = await client.issue('01KAXXXXXXXXXXXXXXXXXXXXXX', { ...wish, subject: 'MR31415EX' })
  expect(issued).toEqual({ ok: true, value: { pdf: PDF, protocol: '2198294275', idOperazioneAnpr: '77' } })
  expect(asked).toEqual([
    '/ANPR-Certificazione/v2/certificati',
    {
      idOperazioneClient: '01KAXXXXXXXXXXXXXXXXXXXXXX',
      linguaCertificato: { tipoLinguaCertificato: ['IT'] },
      listaTipiCertificati: { tipoCertificato: ['8'] },
      soggettoIntestatario: { idANPR: 'MR31415EX' },
      richiedente: { idANPR: 'AB10234CX' },
      tipoRichiedente: '1',
      tipoRichiesta: '1',
      esenzioneBollo: '3',
      esenzioneDiritti: '1',
      bollo: '0',
      diritti: '0',
      paEstera: '0',
      emissione: '2',
    },
  ])
})

test('types that may not share a sheet are refused as ANPR would, and it is not asked', async () => {
  let asked = 0
  const client = await against((_request, response) => {
    asked++
    response.end(JSON.stringify(ISSUED))
  })
  for (const answer of [
    await client.issue('01KAXXXXXXXXXXXXXXXXXXXXXX', { ...wish, types: ['12', '16'] }),
    await client.preview({ ...wish, types: ['12', '16'] }),
  ])
    expect(answer).toEqual({ ok: false, error: { kind: 'anpr-refused', code: 'EN154' } })
  expect(asked).toBe(0)
})

test.each<[string, RequestListener, unknown]>([
  ['400 with a code', answering(400, error('EN286')), { kind: 'anpr-refused', code: 'EN286' }],
  ['404 with a code', answering(404, error('EN122')), { kind: 'anpr-refused', code: 'EN122' }],
  ['400 of a proxy', answering(400, {}), { kind: 'anpr-unavailable', reason: 'answer-malformed' }],
  ['429', answering(429, error('X')), { kind: 'anpr-unavailable', reason: 'http-429' }],
  ['503', answering(503, {}), { kind: 'anpr-unavailable', reason: 'http-503' }],
  ['half a JSON', answering(200, '{"a":'), { kind: 'anpr-unavailable', reason: 'answer-malformed' }],
  ['another JSON', answering(200, {}), { kind: 'anpr-unavailable', reason: 'answer-malformed' }],
  [
    'no protocol number',
    answering(200, { ...ISSUED, protocolloANPR: undefined }),
    { kind: 'anpr-unavailable', reason: 'answer-malformed' },
  ],
  [
    'something that is no PDF',
    answering(200, { ...ISSUED, file: { certificatoPdf: Buffer.from('<html>').toString('base64') } }),
    { kind: 'anpr-unavailable', reason: 'answer-malformed' },
  ],
  [
    'an answer cut in the middle',
    (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"idOperazioneANPR"', () => response.destroy())
    },
    { kind: 'anpr-unavailable', reason: 'UND_ERR_SOCKET' },
  ],
])('%s', async (_name, listener, failure) => {
  const client = await against(listener)
  expect(await client.issue('01KAXXXXXXXXXXXXXXXXXXXXXX', wish)).toEqual({ ok: false, error: failure })
})

test('no answer at all ends at the time-out', async () => {
  const client = await against(() => undefined, 50)
  expect(await client.issue('01KAXXXXXXXXXXXXXXXXXXXXXX', wish)).toMatchObject({ error: { kind: 'anpr-unavailable' } })
})
