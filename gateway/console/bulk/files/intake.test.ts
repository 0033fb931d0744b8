import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvLine } from '../../../../basics/csv.ts'
import { FILE_BYTES, type FileEncoding, fileEncoding, keyKinds } from '../../../../contract/console/bulk-file.ts'
import { type FileRules, type IntakeRow, readRows } from './intake.ts'

const TODAY = '2026-11-30'
const RULES: FileRules = {
  ...{ admitted: keyKinds, answerable: ['CF', 'ID'], provisional: false, rowsMax: 100_000, declares: null },
}

async function read(
  file: string | Uint8Array,
  rules: Partial<FileRules> = {},
  told: FileEncoding | null = null,
): Promise<{ rows: IntakeRow[]; columns: string[]; separator: string; encoding: string }> {
  const bytes = typeof file === 'string' ? Buffer.from(file) : file
  const intake = await readRows(bytes, { ...RULES, ...rules }, TODAY, told)
  if (!intake.ok) throw new Error(`${intake.error.kind} ${intake.error.line}: ${intake.error.message}`)
  const rows = await all(intake.value.walk())
  expect(rows.map(({ n }) => n)).toEqual(rows.map((_, at) => at + 1))
  expect(rows).toHaveLength(intake.value.rows)
  return { rows, ...intake.value.read }
}
async function all<T>(given: AsyncIterable<T>): Promise<T[]> {
  const kept: T[] = []
  for await (const one of given) kept.push(one)
  return kept
}
async function refusalOf(file: string | Uint8Array, rules: Partial<FileRules> = {}) {
  const bytes = typeof file === 'string' ? Buffer.from(file) : file
  const intake = await readRows(bytes, { ...RULES, ...rules }, TODAY)
  expect(intake.ok).toBe(false)
  return intake.ok ? expect.fail() : intake.error
}
const ofCode = async (code: string, rules: Partial<FileRules> = {}) =>
  (await read(`codFiscale\n${code}\n`, rules)).rows[0]
const ofId = async (id: string) => (await read(`idANPR\n${id}\n`)).rows[0]

test.each([
  ...['RSSMRA80A01H501U', 'RSSMRA80A41H501Y', 'PRMSGT90R20L424X', 'QNTSGT90A01H501X', 'STTSGT90A01H501J'],
  ...['RSSMRA80A01H50MM', 'RSSMRA80A01H5LMX', 'RSSMRAULALMHRLMD'],
])('%s is a codice fiscale, omocodia too', async (code) => {
  expect(await ofCode(code)).toMatchObject({ formale: null, chiave: 'CF', valore: code, dataRiferimento: TODAY })
})

test('an omocodia is another person: no double', async () => {
  const codes = ['RSSMRA80A01H501U', 'RSSMRA80A01H50MM', 'RSSMRA80A01H5LMX', 'RSSMRAULALMHRLMD']
  const { rows } = await read(['codFiscale', ...codes].join('\n'))
  expect(rows.map((row) => row.formale === null && row.doppioneDi)).toEqual([null, null, null, null])
})

test.each([
  ['RSSMRA80A01H501V', 'CF_CONTROLLO', 'atteso U'],
  ['RSSMRA80A01H5O1U', 'CF_FORMA', 'cifra zero'],
  ['RSSMRA80A01H501', 'CF_FORMA', 'qui sono 15'],
  ['RSS1RA80A01H501U', 'CF_FORMA', 'scambiate'],
  ['12345678901', 'CF_PROVVISORIO', 'non lo ammette'],
  ['1,23E+15', 'EXCEL', 'Excel ha cambiato il valore'],
  ['=A1', 'FORMULA', 'Incolla valori'],
  ['＝A1', 'FORMULA', 'Incolla valori'],
  ['"=""RSSMRA80A01H501U"""', 'FORMULA', 'Incolla valori'],
])('%s is refused as %s, with a sentence that helps', async (code, formale, sentence) => {
  expect(await ofCode(code, { admitted: ['CF'] })).toMatchObject({
    formale,
    message: expect.stringContaining(sentence),
  })
})

test('a provisional code goes where the profile admits it', async () => {
  expect(await ofCode('12345678901', { provisional: true })).toMatchObject({ formale: null, valore: '12345678901' })
})

test.each([
  ' rssmra80a01 h501u ',
  'RSSMRA80A01\u00A0H501U',
  'ＲＳＳＭＲＡ８０Ａ０１Ｈ５０１Ｕ',
  'RSSMRA80A01\u200BH501U',
])('%j is put right, and the row says so', async (code) => {
  expect(await ofCode(code)).toMatchObject({
    ...{ formale: null, valore: 'RSSMRA80A01H501U', normalised: true },
    message: expect.stringContaining('letta come RSSMRA80A01H501U'),
  })
})

test.each(['AF41450AS', 'TJ19758OJ', 'KP29156QJ'])('%s is an ID ANPR', async (id) => {
  expect(await ofId(id)).toMatchObject({ formale: null, chiave: 'ID', valore: id, normalised: false, message: null })
})
test.each([
  ['AF41450AT', 'ID_CONTROLLO', 'atteso S'],
  ['AF41540AS', 'ID_CONTROLLO', 'atteso T'],
  ['FA41450AS', 'ID_CONTROLLO', 'atteso X'],
  ['AF4145OAS', 'ID_CONTROLLO', 'atteso 4'],
  ['AF41450A', 'ID_FORMA', 'qui sono 8'],
])('%s is refused as %s (%s)', async (id, formale, sentence) => {
  expect(await ofId(id)).toMatchObject({ formale, message: expect.stringContaining(sentence) })
})

test.each([
  ['2026-11-22', '2026-11-22'],
  ['22/11/2026', '2026-11-22'],
  ['1/2/1999', '1999-02-01'],
  ['2026-11-30', '2026-11-30'],
  ['', TODAY],
  ['2026-12-01', 'DATA_FUTURA'],
  ['31/12/1899', 'DATA_PRIMA'],
  ['30/02/2026', 'DATA_FORMA'],
  ['2026-2-3', 'DATA_FORMA'],
  ['22/11/26', 'DATA_FORMA'],
  ['46348', 'EXCEL'],
])('day %j: %s', async (day, becomes) => {
  const [row] = (await read(`codFiscale;dataRiferimento\nRSSMRA80A01H501U;${day}\n`)).rows
  expect(row?.formale ?? (row && 'dataRiferimento' in row && row.dataRiferimento)).toBe(becomes)
})

test('a key that cannot be asked is refused by its name; the column says which it is, or chiave does', async () => {
  const { rows } = await read(
    [
      'chiave;numeroDocumento;codFiscale;idANPR',
      ...[
        'CI;CA12345AA;;',
        'PP;YA1234567;;',
        ';YA1234567;;',
        'XX;YA1234567;;',
        'CF;YA1234567;;',
        ';;RSSMRA80A01H501U;',
      ],
      ...['CF;;RSSMRA80A01H501U;AF41450AS', 'CF;;;', 'ID;;;AF41450AS', 'PS;12;;'],
    ].join('\r\n'),
    { admitted: ['CF', 'ID', 'CI', 'PS'], answerable: ['CF', 'ID', 'PS'] },
  )
  expect(rows.map(({ chiave, formale }) => [chiave, formale])).toEqual([
    ['CI', 'CHIAVE_NON_DISPONIBILE'],
    ['PP', 'CHIAVE_NON_DISPONIBILE'],
    [null, 'CHIAVE_TIPO'],
    [null, 'CHIAVE_TIPO'],
    [null, 'CHIAVE_TIPO'],
    ['CF', null],
    [null, 'CHIAVE_DOPPIA'],
    [null, 'CHIAVE_VUOTA'],
    ['ID', null],
    ['PS', 'DOCUMENTO_FORMA'],
  ])
  expect(rows[0]).toMatchObject({ message: 'Questa chiave (carta d’identità) non è disponibile per questo servizio.' })
  expect(rows[1]).toMatchObject({ message: 'Il profilo non ammette questa chiave (passaporto).' })
})

test('byte order mark, separators, quotes, line ends and names as programs write them', async () => {
  const good = { formale: null, riferimento: 'PR-77', valore: 'RSSMRA80A01H501U' }
  for (const [file, separator] of [
    ['\uFEFFRiferimento;COD_FISCALE\r\nPR-77;RSSMRA80A01H501U\r\n', ';'],
    ['sep=;\r\nriferimento;cod fiscale;\nPR-77;RSSMRA80A01H501U;\r', ';'],
    ['"riferimento","codFiscale"\n"PR-77","RSSMRA80A01H501U"', ','],
    ['riferimento\tcodfiscàle\r\n\r\n;\r\nPR-77\tRSSMRA80A01H501U\r\n\t\r\n', '\t'],
    ['"rif;erimento",codFiscale\nPR-77,RSSMRA80A01H501U\n'.replace('rif;eri', 'riferi'), ','],
  ] as const) {
    const { rows, ...how } = await read(file.replace(';\r\nPR', '\r\nPR'))
    expect(rows).toMatchObject([good])
    expect(how.separator).toBe(separator)
  }
  const [angelo, open] = (
    await read('riferimento;codFiscale\nD"ANGELO;RSSMRA80A01H501U\n"a;""b"""\t;RSSMRA80A01H501U\n')
  ).rows
  expect(angelo).toMatchObject({ ...good, riferimento: 'D"ANGELO' })
  expect(open).toMatchObject({ doppioneDi: 1 })
})

test.each(fileEncoding.options)('%s is read as what it is', async (encoding) => {
  const text = '\uFEFFriferimento;codFiscale\r\nè;RSSMRA80A01H501U\r\n'
  const wide = Buffer.from(text, 'utf16le')
  const bytes = {
    ...{ 'utf-8': Buffer.from(text), 'utf-16le': wide, 'utf-16be': Buffer.from(wide).swap16() },
    'windows-1252': Buffer.from(text.slice(1), 'latin1'),
  }[encoding]
  const told = encoding === 'windows-1252' ? encoding : null
  expect(await read(bytes, {}, told)).toMatchObject({ encoding, rows: [{ riferimento: 'è', formale: null }] })
})

test('Latin-1 is not taken in silence: the file is offered as Windows-1252, with the rows that show it', async () => {
  const plain = Array.from({ length: 9 }, (_, at) => `r${at};RSSMRA80A01H501U\n`).join('')
  const bytes = Buffer.from(`riferimento;codFiscale\n${plain}NICOLÒ;RSSMRA80A01H501U\nJOSÉ;AA\n`, 'latin1')
  const refused = await refusalOf(bytes)
  expect(refused).toMatchObject({ kind: 'CODIFICA', offer: { encoding: 'windows-1252' } })
  expect(refused.offer?.preview).toEqual([
    ['NICOLÒ', 'RSSMRA80A01H501U'],
    ['JOSÉ', 'AA'],
  ])
  const { rows } = await read(bytes, {}, 'windows-1252')
  expect(rows.at(-1)).toMatchObject({ riferimento: 'JOSÉ' })
})

test.each<[string, string | Uint8Array, string, number | null]>([
  ['0 bytes', '', 'FILE_VUOTO', null],
  ['only a header', 'codFiscale\r\n', 'FILE_VUOTO', null],
  ['only empty lines', '\n;;\n\n', 'FILE_VUOTO', null],
  ['XLSX renamed', Buffer.from('PK\u0003\u0004…'), 'FORMATO', null],
  ['bytes that are no text', Buffer.from('codFiscale\n\0\0'), 'FORMATO', null],
  ['more than 20 MB', Buffer.alloc(FILE_BYTES + 1, 'a'), 'FILE_GRANDE', null],
  ['a duplicated column', 'cf\n', 'COLONNA_SCONOSCIUTA', 1],
  ['the same column twice', 'codFiscale;CODFISCALE\n', 'INTESTAZIONE_DOPPIA', 1],
  ['no header', 'RSSMRA80A01H501U\nRSSMRA80A01H501U\n', 'INTESTAZIONE_ASSENTE', 1],
  ['nobody named', '\nriferimento\nA\n', 'CHIAVE_ASSENTE', 2],
  ['documents of no kind', 'numeroDocumento\nA\n', 'CHIAVE_ASSENTE', 1],
  ['a quote that is never closed', 'riferimento;codFiscale\na;b\nc;d\n"e;f\ng;h\n', 'VIRGOLETTE', 4],
  ['a record without end', `riferimento;codFiscale\na;b\n"${'e;f\n'.repeat(2_000)}`, 'RECORD_LUNGO', 3],
])('a file with %s is refused as a whole', async (_, file, kind, line) => {
  expect(await refusalOf(file)).toMatchObject({ kind, line, message: expect.stringMatching(/.{20}/) })
})

test('cf;cf is told by its name, and a row that is short or long does not stop the others', async () => {
  expect((await refusalOf('codFiscale;codFiscale\n')).message).toContain('«codFiscale» c’è due volte')
  const { rows } = await read(
    'riferimento;codFiscale\na\nb;RSSMRA80A01H501U;x\n"c\nc";RSSMRA80A01H501U\n\nd;RSSMRA80A01H501U;;\ne;f\n',
  )
  expect(rows.map(({ n, line, formale }) => [n, line, formale])).toEqual([
    [1, 2, 'RIGA_COLONNE'],
    [2, 3, 'RIGA_COLONNE'],
    [3, 4, null],
    [4, 7, null],
    [5, 8, 'CF_FORMA'],
  ])
})

test('what C008 compares stands in its columns; others go by their way', async () => {
  const home = { codiceIstat: '054018' }
  const { rows } = await read(
    'codFiscale;codiceIstatStato;codiceIstatComune;specie;numeroCivico\nRSSMRA80A01H501U;100;054018;;12\nRSSMRA80A01H501U;100;;;\nRSSMRA80A01H501U;;;=VIA;\n',
    { declares: 'residenza' },
  )
  expect(rows).toMatchObject([
    { declared: { residenza: { indirizzo: { comune: home, numeroCivico: { numero: '12' } } } } },
    { formale: 'DATO_MANCANTE' },
    { formale: 'FORMULA' },
  ])
  const named = await read('codFiscale;generalita.cognome\nRSSMRA80A01H501U;ROSSI\n', { declares: 'generalita' })
  expect(named.rows).toMatchObject([{ declared: { generalita: { cognome: 'ROSSI' } } }])
  expect(await refusalOf('codFiscale;generalita.cognome\n', {})).toMatchObject({ kind: 'COLONNA_SCONOSCIUTA' })
})

test('100,000 rows: what is asked is what is neither wrong nor a double; one row more is refused before any is given', async () => {
  // Five in a hundred are wrong, and of the good three in ten repeat one.
  const dayOf = (at: number) => new Date(Date.UTC(1900, 0, 1 + (at % 45_000))).toISOString().slice(0, 10)
  const codes = ['RSSMRA80A01H501U', 'RSSMRA80A41H501Y', 'PRMSGT90R20L424X']
  const file = ['codFiscale;dataRiferimento']
  for (let at = 0, good = 0; at < 100_000; at++) {
    if (at % 20 === 0) file.push('RSSMRA80A01H501V;')
    else if (good++ % 10 < 3) file.push(`${codes[0]};${dayOf(4)}`)
    else file.push(`${codes[Math.floor(at / 45_000)]};${dayOf(at)}`)
  }
  const intake = await readRows(Buffer.from(file.join('\r\n')), RULES, TODAY)
  if (!intake.ok) throw new Error(intake.error.message)
  const counts = { formale: 0, doppione: 0, asked: 0 }
  for await (const row of intake.value.walk())
    counts[row.formale ? 'formale' : row.doppioneDi === null ? 'asked' : 'doppione']++
  expect(counts).toEqual({ formale: 5_000, doppione: 28_500, asked: 66_500 })

  const more = await readRows(Buffer.from(`${file.join('\n')}\nRSSMRA80A01H501U;`), RULES, TODAY)
  expect(more).toMatchObject({
    error: { kind: 'TROPPE_RIGHE', line: 100_002, message: expect.stringContaining('100.000') },
  })
  expect(await refusalOf('codFiscale\na\nb\n', { rowsMax: 1 })).toMatchObject({ kind: 'TROPPE_RIGHE' })
})

test('what is written as CSV is read as it was, whatever stands in it', async () => {
  const reference = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.trim())
  await fc.assert(
    fc.asyncProperty(
      fc.array(reference, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(';', ',', '\t'),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.constantFrom('', '\uFEFF'),
      async (references, separator, end, mark) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
        const lines = references.map((text) => `${quoted(text)}${separator}RSSMRA80A01H501U`)
        const { rows } = await read(mark + [`riferimento${separator}codFiscale`, ...lines].join(end))
        expect(rows.map(({ riferimento }) => riferimento)).toEqual(references)
      },
    ),
    { numRuns: 60 },
  )
})

test('whatever bytes come: rows in their order, or one refusal with a sentence; never an exception', async () => {
  const bits = fc.constantFrom(
    '"',
    ';',
    ',',
    '\n',
    '\r',
    '\r\n',
    'codFiscale',
    'sep=;',
    '=1',
    'RSSMRA80A01H501U',
    ' ',
    'é',
  )
  const text = fc
    .array(bits, { maxLength: 30 })
    .map((parts) => Buffer.from(`codFiscale;riferimento\n${parts.join('')}`))
  await fc.assert(
    fc.asyncProperty(fc.oneof(text, fc.uint8Array({ maxLength: 200 })), async (bytes) => {
      const intake = await readRows(bytes, RULES, TODAY)
      if (!intake.ok) return void expect(intake.error.message).toMatch(/^.{20}/)
      const rows = await all(intake.value.walk())
      expect(rows).toHaveLength(intake.value.rows)
      for (const [at, { n, line }] of rows.entries()) {
        expect(n).toBe(at + 1)
        expect(line).toBeGreaterThan(rows[at - 1]?.line ?? 0)
      }
    }),
    { numRuns: 300 },
  )
})

test('the line of an answer is a row that can be sent again', async () => {
  const file = csvLine(['riferimento', 'codFiscale']) + csvLine(['=1+1', 'RSSMRA80A01H501U'])
  expect((await read(file)).rows).toMatchObject([{ riferimento: "'=1+1", formale: null }])
})
