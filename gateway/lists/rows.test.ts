import { expect, test } from 'vitest'
import { fieldOf, rowsIn } from './rows.ts'

const ID = 'AF41450AS'

test.each([
  ['', 'C007', { kind: 'list-empty' }],
  ['codice\n', 'C007', { kind: 'list-empty' }],
  [`${ID}\n${ID}`, 'C007', { kind: 'no-line-of-names' }],
  [`codice\n${ID}\n${ID}\n${ID}`, 'C007', { kind: 'list-too-long', most: 2 }],
  [`codice,nome\n${ID},ANNA`, 'C007', { kind: 'column-unknown', column: 'nome' }],
  [`codice,residenza.cap\n${ID},1`, 'C003', { kind: 'column-unknown', column: 'residenza.cap' }],
  [`codice,generalita.__proto__.x\n${ID},1`, 'C003', { kind: 'column-unknown', column: 'generalita.__proto__.x' }],
  [`codice\n${ID}`, 'C003', { kind: 'nothing-declared' }],
] as const)('%j is refused as a whole', (text, code, error) => {
  expect(rowsIn(text, code, 2)).toEqual({ ok: false, error })
})

test('what is declared takes the form of `verifica`; a row that cannot be asked keeps its place', () => {
  const list = 'codice;generalita.cognome;generalita.luogoNascita.comune.nomeComune;generalita.constructor\n'
  expect(rowsIn(`${list}af41450as;BIANCHI;"PERUGIA";\nAF41450AX;A;;\n${ID};;;\n${ID};A;B;C;D\n`, 'C003', 9)).toEqual({
    ok: true,
    value: [
      {
        ...{ number: 1, key: ID },
        declared: { generalita: { cognome: 'BIANCHI', luogoNascita: { comune: { nomeComune: 'PERUGIA' } } } },
      },
      { number: 2, key: null, declared: { generalita: { cognome: 'A' } } },
      { number: 3, key: null, declared: undefined },
      { number: 4, key: null, declared: expect.anything() },
    ],
  })
  const family = rowsIn(`codice,listaSoggetti.datiSoggetto.0.generalita.nome\n12345678901,ANNA`, 'C009', 9)
  const declared = { listaSoggetti: { datiSoggetto: [{ generalita: { nome: 'ANNA' } }] } }
  expect(family).toMatchObject({ ok: true, value: [{ key: '12345678901', declared }] })
})

test('a field of an answer is found by its way, in each element of a list', () => {
  const told = { residenza: [{ indirizzo: { cap: '1' } }, { indirizzo: { cap: '2' } }, {}] }
  expect(fieldOf(told, 'residenza.indirizzo.cap')).toBe('1 | 2')
  expect(fieldOf(told, 'residenza.indirizzo')).toBe('')
  expect(fieldOf(told, 'toString.name')).toBe('')
})
