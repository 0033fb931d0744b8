import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { codeOf, idOf, type Officers, openOfficers, workThrough } from '../../../test/support/console/officers.ts'

// A request from its file to its rows, over an ANPR in this process; what each row comes to, and what nobody may lose.

let officers: Officers
beforeAll(async () => {
  officers = await openOfficers()
})
afterAll(() => officers?.stop())
beforeEach(() => {
  officers.anpr.asked.length = 0
  officers.anpr.of = () => ({ kind: 'told' })
})

const file = (keys: readonly string[]) =>
  [
    'riferimento;chiave;codFiscale;idANPR',
    ...keys.map((key, at) => (key.length === 9 ? `R${at};ID;;${key}` : `R${at};CF;${key};`)),
  ].join('\n')
async function validated(rows: string, { way = 'singole' as 'singole' | 'massivo', servizio = 'C007', ...terms } = {}) {
  const { id } = await officers.agreement(terms)
  const request = await officers.draft(id, rows, servizio)
  expect(await officers.send(request, way)).toEqual({ ok: true, value: { done: true } })
  expect(await officers.validate(request)).toEqual({ ok: true, value: { done: true } })
  return request
}

test('each row of a file has its end, in its place', async () => {
  const keys = [idOf(1), codeOf(2), idOf(1), 'RSSMRA80A01H501V', idOf(3), idOf(4)]
  const request = await validated(file(keys))
  officers.anpr.of = (key) =>
    key === idOf(3) ? { kind: 'nobody' } : { kind: 'told', value: key === idOf(4) ? 'N' : 'S' }
  expect(await workThrough(officers, officers.work(), request)).toBe('completata')
  const rows = await officers.rows(request)
  expect(rows.map(({ stato, doppione_di, codice }) => [stato, doppione_di, codice])).toEqual([
    ['trovato', null, null],
    ['trovato', null, null],
    ['doppione', 1, null],
    ['formale', null, 'CF_CONTROLLO'],
    ['non_trovato', null, 'EN122'],
    ['trovato', null, null],
  ])
  const found = await officers.request(request)
  expect(found.conteggi).toEqual({ trovato: 3, doppione: 1, formale: 1, non_trovato: 1 })
  // Each question has an id of its own, and the file's reference as its reason.
  const { asked } = officers.anpr
  expect(asked.map(({ service }) => service).sort()).toEqual(['C007', 'C007', 'C007', 'C007', 'C030'])
  expect(new Set(asked.map(({ id }) => id)).size).toBe(5)
  expect(asked.every(({ id, reason }) => id.length > 0 && id.length <= 30 && reason === 'PROT 7/2026')).toBe(true)
})
