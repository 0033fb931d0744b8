import { expect, test } from 'vitest'
import { bulkStateIn, endedIn, keysOf } from './bulk.ts'

const answered = (status: number, body: unknown) => ({
  ...{ status, transaction: null, body: typeof body === 'string' ? body : JSON.stringify(body) },
})
const waiting = (state: string) => ({ error: '404', message: `Risorsa in attesa di elaborazione con stato: ${state}` })
const gate = (status: number, title: string) => ({
  ...{ type: `https://govway.org/handling-errors/${status}/${title}.html`, title, status },
})
const goesOn = { ok: true, value: { kind: 'goes-on' } }
const ended = { ok: true, value: { kind: 'ended' } }
const file = (...rows: object[]) => ({ ok: true, value: { kind: 'file', rows } })

test.each<[string, number, unknown, unknown]>([
  ['entered', 404, waiting('0'), goesOn],
  ['in progress', 404, waiting('1'), goesOn],
  ['an empty file', 200, '', goesOn],
  ['failed', 404, waiting('3'), ended],
  ['cancelled', 404, waiting('4'), ended],
  ['a state that no paper names', 404, waiting('5'), ended],
  ['unknown', 404, { error: '404', message: 'Risorsa non trovata' }, ended],
  ['failed, as 500', 500, { error: '500', message: 'Errore' }, ended],
  ['CSV', 200, 'idANPR,codFiscale,esito\nA,B,S\n', file({ idANPR: 'A', codFiscale: 'B', esito: 'S' })],
  ['CSV with semicolons', 200, 'codFiscale;esito\r\nB;"S;N"\r\n', file({ codFiscale: 'B', esito: 'S;N' })],
  ['a row cut short', 200, 'codFiscale,esito\nB', file({ codFiscale: 'B', esito: '' })],
  ['JSON', 200, [{ idANPR: 'A', esito: 'S', n: 1 }, null], file({ idANPR: 'A', esito: 'S' }, {})],
  ['CSV of something else', 200, 'a,b\n1,2\n', { ok: false, error: { kind: 'anpr-unreadable', reason: 'no-json' } }],
  ['an unknown path', 404, gate(404, 'NotFound'), { error: { kind: 'anpr-misconfigured', reason: 'gate-NotFound' } }],
  ['the gate away', 503, gate(503, 'GatewayError'), { error: { kind: 'anpr-unavailable' } }],
  ['a page of a proxy', 404, '<html>', { error: { kind: 'anpr-unavailable', reason: 'http-404' } }],
  [
    'a refusal of ANPR',
    404,
    { listaErrori: [{ codiceErroreAnomalia: 'EN122', tipoErroreAnomalia: 'E' }] },
    { error: { kind: 'anpr-refused', code: 'EN122' } },
  ],
])('a job: %s', (_name, status, body, state) => {
  expect(bulkStateIn(answered(status, body)).result).toMatchObject(state as object)
})

test('a job that is cancelled, or that ANPR does not have, is ended; a gate that is away ends nothing', () => {
  for (const [status, body] of [
    [200, { idOperazioneANPR: '1', stato: '4' }],
    [200, ''],
    [404, { message: 'Risorsa non trovata' }],
  ] as const)
    expect(endedIn(answered(status, body)).result.ok).toBe(true)
  expect(endedIn(answered(503, gate(503, 'GatewayError'))).result.ok).toBe(false)
})

test('a row answers by whichever key it has', () => {
  expect(keysOf({ idANPR: 'af41450as', codFiscale: '', esito: 'S' })).toEqual(['AF41450AS'])
  expect(keysOf({ esito: 'S' })).toEqual([])
})
