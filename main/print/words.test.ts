import { expect, test } from 'vitest'
import { err } from '../../contract/result.ts'
import { sentences, wordsOnSheet } from './words.ts'

const none = { call: async () => err({ kind: 'device-gone' }) } as unknown as Parameters<typeof wordsOnSheet>[1]

test('a sentence that goes on in the next line is read as one', () => {
  expect(
    sentences(
      'COMUNE DI SPELLO\n\nCertificato di residenza\nSi certifica che\r\nmario rossi,\nNato a Perugia\n il   1/1/1950',
    ),
  ).toEqual([
    'COMUNE DI SPELLO',
    'Certificato di residenza',
    'Si certifica che mario rossi, Nato a Perugia il 1/1/1950',
  ])
})

test('of a receipt all words are read, the fact with its name, and not what its code holds', async () => {
  const line = { size: 1, bold: false, align: 'left' } as const
  const document = {
    lines: [
      { kind: 'text', text: 'Ricevuta', ...line },
      { kind: 'rule' },
      { kind: 'fact', label: 'Protocollo', value: '123' },
      { kind: 'qr', data: 'TP1:XYZ', caption: 'Codice di verifica' },
    ],
  } as const
  expect(await wordsOnSheet({ kind: 'receipt', document: { lines: [...document.lines] } }, none)).toEqual([
    'Ricevuta',
    'Protocollo: 123',
    'Codice di verifica',
  ])
})

test('without the device process nothing is read', async () => {
  expect(await wordsOnSheet({ kind: 'pdf', pdf: new Uint8Array() }, none)).toBeNull()
})
