import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { CHARGES } from '../../catalogue/bollo.ts'
import type { CertificateType } from '../../contract/catalogue.ts'
import { idAnprCheck } from '../../contract/identity.ts'
import { type AnprCalls, createAnprClient } from './client.ts'
import { agentFor, exchange } from './transport.ts'

let stop: (() => Promise<void>) | null = null
afterEach(async () => {
  await stop?.()
  stop = null
})

async function against(listener: RequestListener, timeoutMs = 5_000): Promise<AnprCalls> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const agent = agentFor()
  const client = createAnprClient({
    now: () => new Date('2026-11-22T23:30:00Z'),
    pause: async () => {},
    transport: {
      post: ({ service, operation, body }) =>
        exchange(agent, `${url}/${service}${operation}`, { headers: {}, body: JSON.stringify(body), timeoutMs }),
      forget: () => {},
      close: () => agent.destroy(),
    },
  })
  stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await client.close()
  }
  return client.as(
    { userId: 'a-person', userLocation: 'TT-0001', loa: 'LOA3' },
    new Set(['179545000000000001', '179545000000000002']),
  )
}

const answering =
  (status: number, body: unknown): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

const WISH = {
  language: 'IT',
  requester: 'AB10234CX',
  subject: 'AB10234CX',
  types: ['8'],
  bollo: { kind: 'exempt', exemption: 'processuale' },
} as const
const wish = {
  charges: CHARGES,
  ...WISH,
  types: [...WISH.types] as CertificateType[],
}
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
  const { result, trace } = await client.issue('01KAXXXXXXXXXXXXXXXXXXXXXX', { ...wish, subject: 'MR31415EX' })
  expect(result).toEqual({ ok: true, value: { pdf: PDF, protocol: '2198294275', idOperazioneAnpr: '77' } })
  expect(trace).toEqual({ operations: ['77'], transactions: [], warnings: [] })
  expect(asked).toEqual([
    '/ANPR-Certificazione/certificati',
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
      paEstera: '3',
      emissione: '2',
    },
  ])
})

const listed = (...errors: [code: string | null, kind: string | null][]) =>
  errors.map(([codiceErroreAnomalia, tipoErroreAnomalia]) => ({
    ...{ codiceErroreAnomalia, tipoErroreAnomalia, testoErroreAnomalia: 't' },
  }))
const array = (...errors: Parameters<typeof listed>) => ({ idOperazioneANPR: '1', listaErrori: listed(...errors) })
const refused = (code: string) => ({ kind: 'anpr-refused', code })
const unavailable = (reason: string) => ({ kind: 'anpr-unavailable', reason })
const unreadable = (reason: string) => ({ kind: 'anpr-unreadable', reason })

const misconfigured = (title: string) => ({ kind: 'anpr-misconfigured', reason: `gate-${title}` })
const gate = (status: number, title: string) =>
  answering(status, {
    type: `https://govway.org/handling-errors/${status}/${title}.html`,
    ...{ title, status, detail: 'd', govway_id: 'x' },
  })

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
  [
    'the appliance’s code of an unknown path, and nothing else',
    answering(404, { 'X-Global-Transaction-ID': 'a', 'Error Code': '0x00d30003' }),
    misconfigured('NotFound'),
  ],
  ['an error inside `risposta`', answering(400, { risposta: array(['EN286', 'E']) }), refused('EN286')],
  [
    'the gate: not the profile',
    gate(400, 'InteroperabilityInvalidRequest'),
    misconfigured('InteroperabilityInvalidRequest'),
  ],
  ['the gate: another purpose', gate(403, 'AuthorizationTokenDeny'), misconfigured('AuthorizationTokenDeny')],
  ['the gate: an unknown path, and no unknown person', gate(404, 'NotFound'), misconfigured('NotFound')],
  ['the gate: an unknown operation', gate(404, 'UndefinedOperation'), misconfigured('UndefinedOperation')],
  [
    'the gate: no voucher that it takes',
    gate(401, 'TokenAuthenticationFailed'),
    misconfigured('TokenAuthenticationFailed'),
  ],
  ['the gate: a refusal of a name that nobody has met', gate(403, 'SomethingNew'), misconfigured('SomethingNew')],
  ['the gate: down for maintenance', gate(503, 'APISuspended'), unavailable('gate-APISuspended')],
  ['asked by codice fiscale, as an error', answering(404, array(['EN148', 'E'], ['EN122', 'E'])), refused('EN122')],
  ['its title alone', answering(404, { title: 'NotFound', status: 404 }), misconfigured('NotFound')],
  [
    'the gate: not the contract',
    gate(400, 'InvalidRequestContent'),
    { kind: 'anpr-question-wrong', reason: 'gate-InvalidRequestContent' },
  ],
  ['the gate: the day is used up', gate(429, 'LimitExceeded'), { kind: 'anpr-closed', reason: 'gate-LimitExceeded' }],
  ['the gate: too fast', gate(429, 'TooManyRequests'), { kind: 'anpr-busy', reason: 'gate-TooManyRequests' }],
  ['the gate: away', gate(503, 'GatewayError'), unavailable('gate-GatewayError')],
  [
    'PDND',
    answering(400, { status: 400, correlationId: 'x', errors: [{ code: '015-0008', detail: 'Unable' }] }),
    { kind: 'anpr-misconfigured', reason: 'pdnd-015-0008' },
  ],
  ['a page of a proxy', answering(502, '<html>'), unavailable('http-502')],
  ['429 of nobody', answering(429, {}), { kind: 'anpr-busy', reason: 'http-429' }],
  ['429 with an error of ANPR', answering(429, error('EN122')), refused('EN122')],
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
  const { result } = await client.issue('01KAXXXXXXXXXXXXXXXXXXXXXX', wish)
  expect(result).toEqual({ ok: false, error: failure })
})

test.each<[string, object]>([
  ['', { listaErrori: listed(['EN148', 'W']) }],
  ['a level deeper', { listaAnomalie: { errore: listed(['EN148', 'W']) } }],
  ['by their own name', { listaAnomalie: { anomalia: listed(['EN148', null])[0] } }],
])('warnings beside an answer change nothing, %s, and base64 may be broken into lines', async (_where, lists) => {
  const file = { certificatoPdf: `${PDF.slice(0, 8)}\r\n${PDF.slice(8)}\n` }
  const client = await against(answering(200, { ...ISSUED, file, ...lists }))
  expect(await client.issue('01KAXXXXXXXXXXXXXXXXXXXXXX', wish)).toMatchObject({
    result: { ok: true, value: { pdf: PDF } },
    trace: { warnings: ['EN148'] },
  })
})

test.each<[string, Buffer, unknown]>([
  ['is unpacked', gzipSync(JSON.stringify(ISSUED)), { ok: true }],
  ['cut short is unreadable', gzipSync(JSON.stringify(ISSUED)).subarray(0, -20), { error: unreadable('Z_BUF_ERROR') }],
  ['of too much is unreadable', gzipSync(Buffer.alloc(65 << 20)), { error: unreadable('ERR_BUFFER_TOO_LARGE') }],
])('a packed answer %s', async (_name, bytes, result) => {
  const head = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  const client = await against((_request, response) => response.writeHead(200, head).end(bytes))
  expect(await client.issue('01KAXXXXXXXXXXXXXXXXXXXXXX', wish)).toMatchObject({ result })
})

test('no answer at all ends at the time-out', async () => {
  const client = await against(() => undefined, 50)
  expect(await client.issue('01KAXXXXXXXXXXXXXXXXXXXXXX', wish)).toMatchObject({
    result: { error: { kind: 'anpr-unavailable' } },
  })
})

describe('the next try', () => {
  const REQUEST = '01KAXXXXXXXXXXXXXXXXXXXXXX'
  /** Answers these in turn, and the last one from then on; the ids that were asked. */
  async function inTurn(...answers: RequestListener[]) {
    const ids: string[] = []
    const client = await against(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      ids.push((JSON.parse(Buffer.concat(chunks).toString()) as { idOperazioneClient: string }).idOperazioneClient)
      answers[Math.min(ids.length, answers.length) - 1]?.(request, response)
    })
    return { client, ids }
  }

  test.each<[string, RequestListener]>([
    ['999', answering(400, array(['999', 'E']))],
    ['999 beside EN527', answering(500, array(['999', 'E'], ['EN527', 'E']))],
    ['too many in a moment', gate(429, 'TooManyRequests')],
  ])('%s that goes away: the same id, and the certificate', async (_, passing) => {
    const { client, ids } = await inTurn(passing, passing, answering(200, ISSUED))
    expect((await client.issue(REQUEST, wish)).result).toMatchObject({ ok: true, value: { protocol: '2198294275' } })
    expect(ids).toEqual([REQUEST, REQUEST, REQUEST])
  })
  test.each<[string, RequestListener, number]>([
    ['too many for long', gate(429, 'TooManyRequests'), 3],
    ['the day is used up', gate(429, 'LimitExceeded'), 1],
    ['the gate refuses', gate(400, 'InteroperabilityInvalidRequest'), 1],
    ['our own mistake', gate(400, 'InvalidRequestContent'), 1],
    ['a refusal of ANPR', answering(404, error('EN122')), 1],
    ['a service that is away', answering(503, {}), 1],
  ])('%s: %#', async (_, answer, times) => {
    const { client, ids } = await inTurn(answer)
    expect((await client.issue(REQUEST, wish)).result.ok).toBe(false)
    expect(ids).toHaveLength(times)
  })
})

describe('life', () => {
  const [anna = '', gino = ''] = ['AB10234C', 'GR20871D'].map((first8) => first8 + idAnprCheck(first8))
  const LIFE = 'Verifica esistenza in vita'
  const info = (valore: string, id = '1003', chiave = id === '1003' ? LIFE : "Verifica generalita'") => ({
    infoSoggettoEnte: [{ id, chiave, valore }],
  })
  const told = (...datiSoggetto: unknown[]) => ({ idOperazioneANPR: '5', listaSoggetti: { datiSoggetto } })
  const of = (idANPR: string, more = {}) => ({ identificativi: { idANPR }, ...more })
  const alive = async (body: unknown, status = 200) =>
    (await (await against(answering(status, body))).alive({ subject: anna, requester: anna })).result
  const dead = (code: string) => ({ ok: false, error: { kind: 'anpr-refused', code } })
  const failed = (kind: string, reason: string) => ({ ok: false, error: { kind, reason } })

  test.each<[string, unknown, unknown]>([
    ['alive', told(of(anna, info('S'))), { ok: true, value: true }],
    ['nobody knows', told(of(anna, info('A'))), { ok: true, value: true }],
    ['dead, without a date', told(of(anna, info('N'))), dead('EN228')],
    ['dead, in two elements', told(of(anna, info('N')), of(anna, { generalita: { nome: 'ANNA' } })), dead('EN228')],
    [
      'dead, the answer in the second',
      told(of(anna, { generalita: { nome: 'ANNA' } }), of(anna, info('N'))),
      dead('EN228'),
    ],
    ['dead, under another id', told(of(anna, info('N', '1007', LIFE))), dead('EN228')],
    ['one entry says yes and one no', told(of(anna, info('S')), of(anna, info('N'))), dead('EN228')],
    ['somebody else is alive', told(of(gino, info('S'))), failed('anpr-other-person', 'nobody')],
    ['an answer to another question', told(of(anna, info('S', '1002'))), failed('anpr-unreadable', 'not-said')],
    ['an element without anything', told(of(anna)), failed('anpr-unreadable', 'not-said')],
    ['nobody', told(), failed('anpr-unreadable', 'nobody')],
    ['neither list', {}, failed('anpr-unreadable', 'nobody')],
  ])('%s', async (_, body, result) => expect(await alive(body)).toEqual(result))

  test('of a requester who is another person, yes or no is asked', async () => {
    const asked: string[] = []
    const client = await against(async (request, response) => {
      const body = (await json(request)) as { criteriRicerca: { idANPR: string }; datiRichiesta: { casoUso: string } }
      asked.push(`${body.datiRichiesta.casoUso} ${body.criteriRicerca.idANPR}`)
      const valore = body.datiRichiesta.casoUso === 'C007' ? 'N' : 'S'
      response.end(JSON.stringify(told(of(body.criteriRicerca.idANPR, info(valore)))))
    })
    expect((await client.alive({ subject: gino, requester: anna })).result).toEqual(dead('EN170'))
    expect(asked.sort()).toEqual([`C007 ${anna}`, `C019 ${gino}`])
  })
})

test.each([
  [{ idANPR: 'MR31415EX' }, 'anpr-other-person'],
  [{ identificativi: { idANPR: 'MR31415EX' } }, 'anpr-other-person'],
  [{ idANPR: WISH.subject.toLowerCase() }, null],
])('a certificate whose subject is another: %j', async (soggettoIntestatario, kind) => {
  const client = await against(answering(200, { ...ISSUED, soggettoIntestatario }))
  const { result } = await client.issue('1', wish)
  expect(result.ok ? null : result.error.kind).toBe(kind)
})

test('a consultation is dated in Italy, and its transaction is kept', async () => {
  const asked: unknown[] = []
  const client = await against(async (request, response) => {
    asked.push(await json(request))
    response.setHeader('govway-transaction-id', 'b7e1')
    response.end(JSON.stringify({ idOperazioneANPR: 2147483648, listaSoggetti: { datiSoggetto: [] } }))
  })
  const { trace } = await client.personOf('BNCNMR51H58I888T')
  expect(trace).toEqual({ operations: ['2147483648'], transactions: ['b7e1'], warnings: [] })
  expect(asked).toEqual([
    {
      idOperazioneClient: '179545000000000001',
      criteriRicerca: { codiceFiscale: 'BNCNMR51H58I888T' },
      datiRichiesta: { dataRiferimentoRichiesta: '2026-11-23', motivoRichiesta: 'TOTEM-POLIS', casoUso: 'C030' },
    },
  ])
})
