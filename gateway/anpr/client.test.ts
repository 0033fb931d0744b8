import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { CertificateType } from '../../contract/catalogue.ts'
import { type AnprCalls, createAnprClient } from './client.ts'
import { plainTransport } from './transport.ts'

let stop: (() => Promise<void>) | null = null
afterEach(async () => {
  await stop?.()
  stop = null
})

async function against(listener: RequestListener, timeoutMs = 5_000): Promise<AnprCalls> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = createAnprClient({
    transport: plainTransport({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeoutMs }),
  })
  stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await client.close()
  }
  return client.as({ userId: 'a-person', userLocation: 'TT-0001', loa: 'LOA3' })
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

const listed = (...errors: [code: string | null, kind: string | null][]) =>
  errors.map(([codiceErroreAnomalia, tipoErroreAnomalia]) => ({
    ...{ codiceErroreAnomalia, tipoErroreAnomalia, testoErroreAnomalia: 't' },
  }))
const array = (...errors: Parameters<typeof listed>) => ({ idOperazioneANPR: '1', listaErrori: listed(...errors) })
const refused = (code: string) => ({ kind: 'anpr-refused', code })
const unavailable = (reason: string) => ({ kind: 'anpr-unavailable', reason })
const unreadable = (reason: string) => ({ kind: 'anpr-unreadable', reason })

test.each<[string, RequestListener, unknown]>([
  ['400 with a code', answering(400, error('EN286')), refused('EN286')],
  ['404 with a code', answering(404, error('EN122')), refused('EN122')],
  ['a list without the level between', answering(404, array(['EN122', 'E'])), refused('EN122')],
  ['the same with status 200', answering(200, array(['EN122', 'E'])), refused('EN122')],
  ['the same with status 500', answering(500, array(['EN122', 'E'])), refused('EN122')],
  ['an error after a warning', answering(404, array(['EN148', 'W'], ['EN122', 'E'])), refused('EN122')],
  ['an error before a warning', answering(404, array(['EN122', 'E'], ['EN148', 'W'])), refused('EN122')],
  ['an error that says no kind', answering(404, array(['EN148', 'W'], ['EN122', null])), refused('EN122')],
  ['one error in place of a list', answering(404, { listaErrori: listed(['EN122', 'E'])[0] }), refused('EN122')],
  [
    'one error in place of a list, a level deeper',
    answering(400, { listaErrori: { errore: listed(['EN286', 'E'])[0] } }),
    refused('EN286'),
  ],
  ['an error among the anomalies', answering(200, { listaAnomalie: listed(['EN122', 'E']) }), refused('EN122')],
  [
    'an element of the list that is none',
    answering(404, { listaErrori: [null, 7, ...listed(['EN122', 'E'])] }),
    refused('EN122'),
  ],
  [
    'the general code beside the one that says why',
    answering(400, array(['999', 'E'], ['EN286', 'E'])),
    refused('EN286'),
  ],
  ['the general code of a bad request', answering(400, array(['999', 'E'])), refused('999')],
  ['the general code in an outage', answering(500, array(['999', 'E'])), unavailable('anpr-999')],
  ['the same with the operation named', answering(400, array(['999', 'E'], ['EN527', 'E'])), unavailable('anpr-999')],
  ['warnings alone refuse nothing', answering(404, array(['EN148', 'W'])), unreadable('no-error-code')],
  ['an error without a code', answering(404, array([null, 'E'])), unreadable('no-error-code')],
  ['400 of a proxy', answering(400, {}), unavailable('http-400')],
  ['404 of the gate before ANPR', answering(404, { title: 'NotFound', status: 404 }), unavailable('http-404')],
  ['a page of a proxy', answering(502, '<html>'), unavailable('http-502')],
  ['429', answering(429, error('X')), unavailable('http-429')],
  ['503', answering(503, {}), unavailable('http-503')],
  ['half a JSON', answering(200, '{"a":'), unreadable('no-json')],
  ['nothing', answering(200, ''), unreadable('no-json')],
  ['a list', answering(200, '[]'), unreadable('no-answer')],
  ['another JSON', answering(200, {}), unreadable('no-pdf')],
  ['no protocol number', answering(200, { ...ISSUED, protocolloANPR: undefined }), unreadable('no-protocol')],
  [
    'something that is no PDF',
    answering(200, { ...ISSUED, file: { certificatoPdf: Buffer.from('<html>').toString('base64') } }),
    unreadable('no-pdf'),
  ],
  [
    'an answer cut in the middle',
    (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"idOperazioneANPR"', () => response.destroy())
    },
    unavailable('UND_ERR_SOCKET'),
  ],
])('%s', async (_name, listener, failure) => {
  const client = await against(listener)
  expect(await client.issue('01KAXXXXXXXXXXXXXXXXXXXXXX', wish)).toEqual({ ok: false, error: failure })
})

test('warnings beside an answer change nothing, and base64 may be broken into lines', async () => {
  const file = { certificatoPdf: `${PDF.slice(0, 8)}\r\n${PDF.slice(8)}\n` }
  const client = await against(answering(200, { ...ISSUED, file, listaErrori: listed(['EN148', 'W']) }))
  expect(await client.issue('01KAXXXXXXXXXXXXXXXXXXXXXX', wish)).toMatchObject({ ok: true, value: { pdf: PDF } })
})

test('no answer at all ends at the time-out', async () => {
  const client = await against(() => undefined, 50)
  expect(await client.issue('01KAXXXXXXXXXXXXXXXXXXXXXX', wish)).toMatchObject({ error: { kind: 'anpr-unavailable' } })
})
