import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RequestState, type RowState, requestStates, rowStates } from '../../../contract/console/bulk.ts'
import { idOf, type Officers, openOfficers } from '../../../test/support/console/officers.ts'
import { endOf, requestMoves, rowMoves } from './states.ts'

// The database holds the same moves as the model, whoever writes: here its owner does.

let officers: Officers
let request: string
beforeAll(async () => {
  officers = await openOfficers()
  const { id } = await officers.agreement()
  request = await officers.draft(id, `idANPR\n${idOf(1)}\n`)
})
afterAll(() => officers?.stop())

/** Tries one update on rows that triggers have let stand as they are; nothing of it stays. */
async function isTaken(prepare: string, update: string): Promise<boolean> {
  return officers.db
    .transaction()
    .execute(async (transaction) => {
      // Without triggers the row is put where a try begins; the try itself has them.
      await sql.raw('set local session_replication_role = replica').execute(transaction)
      await sql
        .raw(prepare)
        .execute(transaction)
        .catch((failure: Error) => {
          throw new Error(`not prepared: ${failure.message}`)
        })
      await sql.raw('set local session_replication_role = origin').execute(transaction)
      await sql.raw(update).execute(transaction)
      throw new Error('taken')
    })
    .catch((failure: Error) => {
      if (failure.message === 'taken') return true
      expect((failure as { code?: string }).code).toMatch(/^(23514|42501)$/)
      return false
    })
}

/** What the checks of a state ask for. */
const WHOLE = `inviata_at = now(), scade_at = now(), silenzio = false, convalida_come = 'puntuale', convalidata_da = 'x',
  convalidata_nome = 'x', convalidata_at = now()`
const stateOf = (state: RequestState) =>
  state === 'bozza'
    ? `stato = 'bozza'`
    : ['inviata', 'in_convalida', 'sospesa', 'respinta', 'annullata'].includes(state)
      ? `stato = '${state}', inviata_at = now()`
      : `stato = '${state}', ${WHOLE}`

test('a request goes where the model says, and nowhere else', async () => {
  for (const from of requestStates)
    for (const to of requestStates) {
      if (from === to) continue
      const ended = `update riga set stato = 'trovato' where richiesta = '${request}'`
      // As the program does it: what a move needs is written with it.
      const more =
        to === 'convalidata'
          ? `, convalida_come = 'puntuale', convalidata_da = 'x', convalidata_at = now()`
          : from === 'bozza' && to === 'inviata'
            ? ', inviata_at = now()'
            : ''
      const is = await isTaken(
        `with rows as (${ended} returning 1) update richiesta set ${stateOf(from)} where id = '${request}'`,
        `update richiesta set stato = '${to}'${more} where id = '${request}'`,
      )
      expect([from, to, is]).toEqual([from, to, requestMoves[from].includes(to)])
    }
})

test('a row goes where the model says while its request is carried out, and nowhere before', async () => {
  const rowOf = (state: RowState) =>
    `stato = '${state}', codice = ${['formale', 'errore', 'non_risposto'].includes(state) ? `'X'` : 'null'}, doppione_di = null`
  for (const whole of ['in_lavorazione', 'in_convalida'] as const)
    for (const from of rowStates.filter((state) => state !== 'doppione'))
      for (const to of rowStates.filter((state) => state !== 'doppione')) {
        if (from === to) continue
        const is = await isTaken(
          `with whole as (update richiesta set ${stateOf(whole)} where id = '${request}' returning 1)
           update riga set ${rowOf(from)} where richiesta = '${request}'`,
          `update riga set ${rowOf(to)} where richiesta = '${request}'`,
        )
        expect([whole, from, to, is]).toEqual([
          whole,
          from,
          to,
          whole === 'in_lavorazione' && rowMoves[from].includes(to),
        ])
      }
})

test('no request ends while a row is open, or with rows that nobody read', async () => {
  const running = `update richiesta set ${stateOf('in_lavorazione')} where id = '${request}'`
  const end = `update richiesta set stato = 'completata' where id = '${request}'`
  expect(await isTaken(running, end)).toBe(false)
  const ended = `with rows as (update riga set stato = 'trovato' where richiesta = '${request}' returning 1)`
  expect(await isTaken(`${ended} ${running}`, end)).toBe(true)
  expect(
    await isTaken(`${ended} update richiesta set righe = 2, ${stateOf('in_lavorazione')} where id = '${request}'`, end),
  ).toBe(false)
})

test.each([
  [`convalida_come = 'puntuale', convalidata_da = autore, convalidata_at = now(), stato = 'convalidata'`, 'its author'],
  [
    `convalida_come = 'silenzio', convalidata_at = scade_at - interval '1 ms', silenzio = true, stato = 'convalidata'`,
    'silence too early',
  ],
  [
    `convalida_come = 'silenzio', convalidata_at = scade_at, silenzio = false, stato = 'convalidata'`,
    'silence that does not count',
  ],
  [
    `convalida_come = 'puntuale', convalidata_da = 'x', convalidata_at = scade_at, silenzio = true, stato = 'convalidata'`,
    'a person too late',
  ],
  [
    `convalida_come = 'silenzio', convalidata_at = now(), silenzio = true, scade_at = null, stato = 'convalidata'`,
    'silence without a term',
  ],
  [`respinta_da = autore, stato = 'respinta'`, 'refused by its author'],
])('no validation: %s', async (set) => {
  const waiting = `update richiesta set ${stateOf('in_convalida')}, scade_at = now() where id = '${request}'`
  expect(await isTaken(waiting, `update richiesta set ${set} where id = '${request}'`)).toBe(false)
})

test('a request ends by what its rows came to', () => {
  expect(endOf({ trovato: 1, chiesta: 1 })).toBeNull()
  expect(endOf({ trovato: 1, formale: 2, doppione: 1, non_trovato: 1 })).toBe('completata')
  expect(endOf({ fuori_territorio: 1, non_risposto: 1 })).toBe('completata_con_riserve')
  expect(endOf({ non_risposto: 3, formale: 1 })).toBe('fallita')
})
