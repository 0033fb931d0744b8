import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { csvRows } from '../../../../basics/csv.ts'
import { pageOf } from './page.ts'
import { cellsOf, csvOf, namesOf, type ResultRow, told } from './results.ts'
import { xlsxOf } from './xlsx.ts'
import { zipOf } from './zip.ts'

const WAYS = ['residenza.indirizzo.comune.codiceIstat', 'residenza.indirizzo.comune.nomeComune']
const ROW: ResultRow = {
  ...{
    riga: 1,
    riferimento: 'PR-77',
    idAnpr: 'TJ19758OJ',
    codFiscale: 'PRMSGT90R20L424X',
    dataRiferimento: '2026-11-22',
  },
  ...{ esito: 'trovato', errore: '', messaggio: '', idOperazioneAnpr: '77242849', govwayId: 'g-1' },
  ...{ interrogatoAlle: '2026-11-26T23:00:07Z', fields: { [WAYS[0] ?? '']: '032006', [WAYS[1] ?? '']: 'TRIESTE' } },
}
const BAD: ResultRow = {
  ...{ ...ROW, riga: 2, riferimento: 'PR-78', idAnpr: '', codFiscale: 'RSSMRA80A01H501V', esito: 'formale' },
  ...{ errore: 'CF_CONTROLLO', messaggio: 'Il carattere di controllo del codice fiscale non torna (atteso U).' },
  ...{ idOperazioneAnpr: '', govwayId: '', interrogatoAlle: '', fields: {} },
}
async function* given<T>(...rows: T[]) {
  yield* rows
}
async function whole(pieces: AsyncIterable<string | Uint8Array>): Promise<Buffer> {
  const kept: Buffer[] = []
  for await (const piece of pieces) kept.push(Buffer.from(piece))
  return Buffer.concat(kept)
}

test('the file of the answers is, byte by byte, what spreadsheets here open', async () => {
  expect((await whole(csvOf(given(ROW, BAD), WAYS))).toString()).toBe(
    `\uFEFF"riga";"riferimento";"idANPR";"codFiscale";"dataRiferimento";"esito";"errore";"messaggio";"idOperazioneANPR";"govwayId";"interrogatoAlle";"residenza_indirizzo_comune_codiceIstat";"residenza_indirizzo_comune_nomeComune"\r
"1";"PR-77";"TJ19758OJ";"PRMSGT90R20L424X";"2026-11-22";"trovato";"";"";"77242849";"g-1";"2026-11-26T23:00:07Z";"032006";"TRIESTE"\r
"2";"PR-78";"";"RSSMRA80A01H501V";"2026-11-22";"formale";"CF_CONTROLLO";"Il carattere di controllo del codice fiscale non torna (atteso U).";"";"";"";"";""\r
`,
  )
})

test.each([
  ...[
    ['=1+1', "'=1+1"],
    ['+39 02', "'+39 02"],
    ['@x', "'@x"],
    ['\tx', "'\tx"],
    ['\rx', "'\rx"],
    ['＝1', "'＝1"],
  ],
  ...[
    [' =1', "' =1"],
    ['\u00A0=1', "'\u00A0=1"],
    ['-5', '-5'],
    ['-5,2', '-5,2'],
    ['-1+1', "'-1+1"],
    ['NA', 'NA'],
  ],
])('%j leaves as %j', async (cell, leaves) => {
  const text = (await whole(csvOf(given({ ...ROW, riferimento: cell ?? '' }), []))).toString()
  expect(csvRows(text)[1]?.[1]).toBe(leaves)
})

test('whatever the answers hold, the file is read as it was written, but for what would be a formula', async () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '"', ';', ',', '\n', '\r', 'è', "'", '=', '-', ' ', '\u{1F600}'),
    maxLength: 12,
  })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 6 }), async (pairs) => {
      const rows = pairs.map(([riferimento, comune], at) => ({
        ...{ ...ROW, riga: at + 1, riferimento },
        fields: { [WAYS[1] ?? '']: comune },
      }))
      const file = (await whole(csvOf(given(...rows), WAYS))).toString()
      const plain = (cells: string[]) => cells.map((cell) => cell.replace(/^'/, ''))
      expect(csvRows(file).map(plain)).toEqual([namesOf(WAYS), ...rows.map((row) => cellsOf(row, WAYS))].map(plain))
      // A spreadsheet sees no formula in any cell.
      expect(
        csvRows(file)
          .flat()
          .filter((cell) => /^\s*[=+@]/.test(cell)),
      ).toEqual([])
    }),
    { numRuns: 100 },
  )
})

test('a digest is told before the last piece leaves; where it cannot be told, the file breaks off', async () => {
  const file = async function* () {
    yield* ['ab', 'c', 'è']
  }
  const heard: object[] = []
  expect((await whole(told(file(), (digest) => void heard.push(digest)))).toString()).toBe('abcè')
  expect(heard).toEqual([{ sha256: createHash('sha256').update('abcè').digest('hex'), bytes: 5 }])
  const left: string[] = []
  const broken = (async () => {
    for await (const piece of told(file(), () => Promise.reject(new Error('no audit')))) left.push(piece)
  })()
  await expect(broken).rejects.toThrow('no audit')
  expect(left).toEqual(['ab', 'c'])
})

test('a workbook keeps each cell as text', async () => {
  const file = await xlsxOf(given(ROW, { ...BAD, riferimento: '=1+1' }), WAYS)
  const parts = unzipSync(file)
  const sheet = Buffer.from(parts['xl/worksheets/sheet1.xml'] ?? []).toString()
  const strings = Buffer.from(parts['xl/sharedStrings.xml'] ?? []).toString()
  expect(strings + sheet).toContain('032006')
  expect(strings + sheet).toContain('=1+1')
  expect(sheet).not.toContain('<f>')
})

test('an archive holds its files whole, in their order; one that fails breaks it off', async () => {
  const at = new Date('2026-11-30T10:00:00Z')
  const files = [
    { name: 'esito.csv', pieces: () => csvOf(given(ROW), WAYS) },
    { name: 'riepilogo.json', pieces: () => given('{}') },
  ]
  const parts = unzipSync(await whole(zipOf(files, at)))
  expect(Object.keys(parts)).toEqual(['esito.csv', 'riepilogo.json'])
  expect(Buffer.from(parts['esito.csv'] ?? []).toString()).toContain('TRIESTE')
  const failing = { name: 'x', pieces: () => csvOf(failed(), WAYS) }
  async function* failed(): AsyncGenerator<ResultRow> {
    yield ROW
    throw new Error('gone')
  }
  await expect(whole(zipOf([failing], at))).rejects.toThrow('gone')
})

test('one person’s answer is a page that calls itself no certificate', async () => {
  const head = {
    ...{
      richiesta: '01J',
      comune: 'Trieste',
      fruitore: 'Azienda sanitaria',
      ufficio: 'Esenzioni',
      servizio: 'Residenza',
    },
    ...{ motivo: 'Esenzioni', protocollo: 'PR/77', baseGiuridica: 'art. 50 CAD' },
  }
  const file = Buffer.from(await pageOf(ROW, WAYS, head, new Date('2026-11-30T10:00:00Z')))
  expect(file.subarray(0, 5).toString()).toBe('%PDF-')
  const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs')
  const page = await (await getDocument({ data: new Uint8Array(file) }).promise).getPage(1)
  const { items } = await page.getTextContent()
  const text = items.map((item) => ('str' in item ? item.str : '')).join(' ')
  for (const word of ['Non è un certificato', 'TRIESTE', 'PRMSGT90R20L424X', 'PR/77', 'Azienda sanitaria, Esenzioni'])
    expect(text).toContain(word)
})
