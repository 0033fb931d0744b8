import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CryptoEngine, setEngine } from 'pkijs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rispostaCertificazione, rispostaErrori } from '../../contract/anpr.ts'
import { answerFaults } from '../../test/support/gateway/anpr-description.ts'
import { people } from '../population/people.ts'
import { ART_40 } from './certificate/wording.ts'
import { inRegistry } from './grant.ts'
import { openAnpr } from './test-client.ts'

const dir = mkdtempSync(join(tmpdir(), 'totem-anpr-'))
let opened: Awaited<ReturnType<typeof openAnpr>>
let anpr: typeof opened.anpr

beforeAll(async () => {
  opened = await openAnpr()
  anpr = opened.anpr
})
afterAll(async () => {
  await opened?.end()
  rmSync(dir, { recursive: true, force: true })
})

const id = (person: string) => inRegistry().byId(person)?.identificativi.idANPR ?? ''
const codeOf = (person: string) => inRegistry().byId(person)?.generalita.codiceFiscale?.codFiscale ?? ''

const STRANGER = { richiedente: undefined, generalitaRichiedente: { idANPR: id('mario-rossi') } }

async function certify(change: Record<string, unknown> = {}, of = 'anna-bianchi', { client } = opened) {
  const { status, json } = await client.call('ANPR-Certificazione', {
    idOperazioneClient: 'A1',
    linguaCertificato: { tipoLinguaCertificato: ['IT'] },
    listaTipiCertificati: { tipoCertificato: ['8'] },
    soggettoIntestatario: { idANPR: id(of) },
    richiedente: { idANPR: id(of) },
    tipoRichiedente: '2',
    tipoRichiesta: '1',
    esenzioneBollo: '3',
    esenzioneDiritti: '1',
    bollo: '0',
    diritti: '0',
    paEstera: '0',
    emissione: '2',
    ...change,
  })
  return { status, body: json() as unknown }
}

async function pdfOf(name: string, change: Record<string, unknown>, of?: string): Promise<string> {
  const { file } = rispostaCertificazione.parse((await certify(change, of)).body)
  const path = join(dir, `${name}.pdf`)
  writeFileSync(path, Buffer.from(file?.certificatoPdf ?? '', 'base64'))
  return path
}

const run = (program: string, ...parameters: string[]) =>
  execFileSync(program, parameters, { encoding: 'utf8', stdio: 'pipe' })
const words = (pdf: string) => run('pdftotext', pdf, '-').replace(/\s+/g, ' ')

describe('issue', () => {
  test('the same id gets the same bytes and protocol, at once and later', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => certify({ idOperazioneClient: 'SAME' })))
    answers.push(await certify({ idOperazioneClient: 'SAME' }))
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(anpr.issued().filter((issued) => issued === 'SAME')).toHaveLength(1)
    expect(anpr.asked().get('SAME')).toBe(4)
  })
  test('with one PDF for all of a kind, each operation still has its own protocol', async () => {
    const fast = await openAnpr(undefined, { reusePdf: true })
    const answers = []
    for (const idOperazioneClient of ['R1', 'R2', 'R1']) {
      const { body } = await certify({ idOperazioneClient }, 'anna-bianchi', fast)
      answers.push(rispostaCertificazione.parse(body))
    }
    await fast.end()
    const [first, second, again] = answers
    expect(again).toEqual(first)
    expect(second?.file).toEqual(first?.file)
    expect(second?.protocolloANPR).not.toEqual(first?.protocolloANPR)
    expect(second?.idOperazioneANPR).not.toEqual(first?.idOperazioneANPR)
  })
  test('the same id with another request is refused', async () => {
    await certify({ idOperazioneClient: 'TAKEN' })
    const { status, body } = await certify({ idOperazioneClient: 'TAKEN', esenzioneBollo: '9' })
    expect(status).toBe(400)
    expect(rispostaErrori.parse(body).listaErrori[0]?.codiceErroreAnomalia).toBe('EN079')
  })
  test.each<[string, string, Record<string, unknown>]>([
    ['not of the family', 'EN169', { richiedente: { idANPR: id('mario-rossi') }, tipoRichiedente: '1' }],
    ['not of the family, by its other name', 'EN169', { ...STRANGER, tipoRichiedente: '1' }],
    ['nobody', 'EN122', { soggettoIntestatario: { idANPR: 'AF41450AS' } }],
    ['a type that is not issued here', '999', { listaTipiCertificati: { tipoCertificato: ['99'] } }],
    ['a language that is not issued here', '999', { linguaCertificato: { tipoLinguaCertificato: ['SL'] } }],
    ['not exempt from bollo, and none paid', 'EN208', { esenzioneBollo: '0' }],
    ['not exempt from bollo, and no way said', '999', { esenzioneBollo: '0', bollo: '1600' }],
    ['bollo paid virtually without authorisation', 'EN116', { esenzioneBollo: '0', bollo: '1600', bolloVirtuale: '1' }],
    ['exempt from bollo, and bollo all the same', '999', { bollo: '1600' }],
    ['exempt from bollo, and diritti all the same', 'EN217', { diritti: '52' }],
    ['an exemption that table 39 does not have', '999', { esenzioneBollo: '11' }],
    ['own request marked as of another person', '999', { tipoRichiedente: '1' }],
    ['not the contract', '999', { emissione: '7' }],
  ])('%s: %s', async (_name, code, change) => {
    const { status, body } = await certify({ idOperazioneClient: 'NEVER', ...change })
    expect(status).toBe(400)
    expect(rispostaErrori.parse(body).listaErrori[0]?.codiceErroreAnomalia).toBe(code)
    expect(anpr.issued()).not.toContain('NEVER')
  })
})

describe('data only: what a certificate would state, without the certificate', () => {
  const PATH = '/ANPR-Certificazione/v2/certificati'
  const asked = (types: string[], of: string, change: Record<string, unknown> = {}) =>
    certify(
      { idOperazioneClient: 'DATA', tipoRichiesta: '2', listaTipiCertificati: { tipoCertificato: types }, ...change },
      of,
    )
  const dead = { tipoRichiedente: '3', richiedente: undefined }

  test.each<[string, string[], string, string[], Record<string, unknown>?]>([
    ['birth', ['1'], 'anna-bianchi', ['attoNascitaANPR']],
    ['death', ['2'], 'aldo-conti', ['attoMorte'], dead],
    ['marriage', ['3'], 'anna-bianchi', ['matrimonio']],
    ['cancellation', ['4'], 'aldo-conti', ['dataCancellazione', 'motivoCancellazione'], dead],
    ['citizenship', ['5'], 'anna-bianchi', ['cittadinanza']],
    ['citizenships', ['6'], 'anna-bianchi', ['cittadinanza']],
    ['life', ['7'], 'anna-bianchi', []],
    ['residence', ['8'], 'anna-bianchi', ['residenza']],
    ['residences', ['9'], 'anna-bianchi', ['residenza']],
    ['residence abroad', ['10'], 'giulia-fontana', ['residenza']],
    ['civil status of a widow', ['11'], 'rosa-marini', ['statoCivile', 'vedovanza']],
    ['family', ['12'], 'mario-rossi', ['listaDatiSoggetti']],
    ['family and civil status', ['13'], 'mario-rossi', ['listaDatiSoggetti']],
    ['convivenza', ['14'], 'pietro-moretti', ['denominazioneConvivenza', 'residenza']],
    ['residence of somebody in a convivenza', ['8'], 'pietro-moretti', ['residenza']],
    ['family abroad', ['15'], 'giulia-fontana', ['listaDatiSoggetti']],
    ['family and kinship', ['16'], 'mario-rossi', ['listaDatiSoggetti']],
    ['free to marry', ['17'], 'nicolo-dangelo', ['statoCivile']],
    ['residence on a day', ['20'], 'anna-bianchi', ['residenza']],
    ['two on one sheet', ['8', '12'], 'mario-rossi', ['listaDatiSoggetti', 'residenza']],
  ])('%s', async (_name, types, of, sections, change) => {
    const before = anpr.issued()
    const { status, body } = await asked(types, of, change)
    const { datiCertificato, soggettoIntestatario, ...told } = body as Record<string, object>
    expect([status, Object.keys(datiCertificato ?? {}).sort()]).toEqual([
      200,
      ['generalitaAttuali', ...sections].sort(),
    ])
    expect(datiCertificato).toMatchObject({ generalitaAttuali: { codiceFiscale: { codFiscale: codeOf(of) } } })
    expect(soggettoIntestatario).toMatchObject({ idANPR: id(of) })
    expect(told).not.toHaveProperty('file')
    expect(told).not.toHaveProperty('protocolloANPR')
    expect(answerFaults(PATH, status, body)).toEqual([])
    expect(anpr.issued()).toEqual(before)
  })
  test('of each member as much as the type states', async () => {
    const members = async (type: string) => {
      const { body } = await asked([type], 'mario-rossi')
      const { listaDatiSoggetti } = (body as { datiCertificato: { listaDatiSoggetti: object[] } }).datiCertificato
      return listaDatiSoggetti.map((one) => Object.keys(one).sort().join())
    }
    expect(await members('12')).toEqual(Array(3).fill('generalitaAttuali'))
    expect(await members('13')).toEqual(Array(3).fill('generalitaAttuali,statoCivile'))
    expect(await members('16')).toEqual(Array(3).fill('generalitaAttuali,legameSoggetto'))
  })
  test('refused as the certificate would be, and an id that issued something is not taken by it', async () => {
    expect(rispostaErrori.parse((await asked(['17'], 'anna-bianchi')).body).listaErrori[0]?.codiceErroreAnomalia).toBe(
      'EN060',
    )
    expect((await certify({ idOperazioneClient: 'DATA' })).status).toBe(200)
    expect((await asked(['8'], 'anna-bianchi')).status).toBe(200)
    expect(anpr.asked().get('DATA')).toBe(1)
  })
})

test('an operation that was issued is answered alike when its person could have it no more', async () => {
  const own = await openAnpr(undefined, { reusePdf: true })
  const first = await certify({ idOperazioneClient: 'LATER' }, 'anna-bianchi', own)
  // Her card, and that of everybody, has ended long before.
  own.clock.now = new Date('2090-01-01T09:00:00.500Z')
  const [again, other] = [
    await certify({ idOperazioneClient: 'LATER' }, 'anna-bianchi', own),
    await certify({ idOperazioneClient: 'ANOTHER' }, 'anna-bianchi', own),
  ]
  await own.end()
  expect(again).toEqual(first)
  expect(rispostaErrori.parse(other.body).listaErrori[0]?.codiceErroreAnomalia).toBe('EN286')
})

test.each<[string, Record<string, unknown>]>([
  ['no id', { idOperazioneClient: undefined }],
  ['an empty id', { idOperazioneClient: '' }],
  ['an id of 31', { idOperazioneClient: '1'.repeat(31) }],
  ['no language', { linguaCertificato: { tipoLinguaCertificato: [] } }],
  ['no linguaCertificato', { linguaCertificato: undefined }],
  ['no type', { listaTipiCertificati: { tipoCertificato: [] } }],
  ['no listaTipiCertificati', { listaTipiCertificati: undefined }],
  ['the same type twice', { listaTipiCertificati: { tipoCertificato: ['8', '8'] } }],
  ['no subject', { soggettoIntestatario: undefined }],
  ['a subject without ID ANPR', { soggettoIntestatario: { generalita: { cognome: 'BIANCHI', nome: 'ANNA MARIA' } } }],
  ['no tipoRichiedente', { tipoRichiedente: undefined }],
  ['a tipoRichiedente that is none', { tipoRichiedente: '4' }],
  ['no tipoRichiesta', { tipoRichiesta: undefined }],
  ['a tipoRichiesta that is none', { tipoRichiesta: '3' }],
  ['no esenzioneBollo', { esenzioneBollo: undefined }],
  ['no bollo', { bollo: undefined }],
  ['no diritti', { diritti: undefined }],
  ['an amount with a comma', { diritti: '0,26' }],
  ['an esenzioneDiritti that is none', { esenzioneDiritti: '2' }],
  ['no emissione', { emissione: undefined }],
  ['issue at the counter', { emissione: '1' }],
  ['a day that is none', { dataRiferimento: '2026-02-30' }],
])('%s: refused, nothing issued', async (_name, change) => {
  const { status, body } = await certify({ idOperazioneClient: 'NEVER', ...change })
  // What no idOperazioneClient can be, the gate refuses before.
  if (String(change.idOperazioneClient ?? 'x').length > 30 || change.idOperazioneClient === '')
    expect(body).toMatchObject({ title: 'InvalidRequestContent' })
  else expect(rispostaErrori.parse(body).listaErrori[0]?.codiceErroreAnomalia).toBe('999')
  expect([status, anpr.issued().includes('NEVER')]).toEqual([400, false])
})

test.each<[string, Record<string, unknown>]>([
  ['the body of the notaries’ developer (italia/anpr issue 4664)', { tipoRichiedente: '1', richiedente: undefined }],
  [
    'the requester by its other name',
    { richiedente: undefined, generalitaRichiedente: { idANPR: id('anna-bianchi') } },
  ],
  ['without paEstera', { paEstera: undefined }],
  ['without esenzioneDiritti', { esenzioneDiritti: undefined }],
  ['with fields that are not named', { modalita: '1', listaAnnotazioni: { annotazione: ['x'] } }],
])('issued: %s', async (name, change) => {
  expect(
    (await certify({ idOperazioneClient: createHash('md5').update(name).digest('hex').slice(2), ...change })).status,
  ).toBe(200)
})

test('with an authorisation, bollo may be paid virtually, and the sheet says by which', async () => {
  const authorised = await openAnpr(undefined, { virtualBollo: '12345/2023' })
  const change = { idOperazioneClient: 'VIRTUAL', esenzioneBollo: '0', bollo: '1600', bolloVirtuale: '1' }
  const { body } = await certify(change, 'anna-bianchi', authorised)
  await authorised.end()
  const pdf = join(dir, 'virtual.pdf')
  writeFileSync(pdf, Buffer.from(rispostaCertificazione.parse(body).file?.certificatoPdf ?? '', 'base64'))
  expect(words(pdf)).toContain(
    'euro 16,00 assolta in modo virtuale, autorizzazione dell’Agenzia delle Entrate n. 12345/2023',
  )
})

test('its faults can be switched from outside', async () => {
  const put = (fault: unknown) =>
    fetch(`${anpr.controlUrl}/simulator/fault`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    })
  expect((await put({ kind: 'tired' })).status).toBe(400)
  expect((await put({ kind: 'error', code: 'EN286' })).status).toBe(204)
  expect((await certify({ idOperazioneClient: 'NEVER' })).status).toBe(400)
  expect((await put({ kind: 'none' })).status).toBe(204)
  expect((await certify({ idOperazioneClient: 'AFTER' })).status).toBe(200)
})

describe('the paper', () => {
  test('certificate of residence: reads in order, one page, sound, sealed', async () => {
    const pdf = await pdfOf('residenza', { idOperazioneClient: 'R1' })
    const text = words(pdf)
    const order = [
      'MINISTERO DELL’INTERNO',
      'Anagrafe Nazionale della Popolazione Residente',
      'CERTIFICATO DI RESIDENZA',
      'si certifica che',
      'BIANCHI ANNA MARIA',
      'nata a SPELLO (PG) il 18/06/1951',
      'codice fiscale BNCNMR51H58I888T',
      'risulta iscritta nell’anagrafe della popolazione residente del comune di SPELLO (PG)',
      'VIA GIULIA n. 12, 06038 SPELLO (PG)',
      'esente da imposta di bollo ai sensi di: art. 18 DPR 115/2002',
      ART_40,
      'Rilasciato il 22/11/2026, 10:05',
    ].map((part) => [part, text.indexOf(part)] as const)
    for (const [part, at] of order) expect([part, at >= 0]).toEqual([part, true])
    expect(order.map(([, at]) => at)).toEqual(order.map(([, at]) => at).sort((a, b) => a - b))
    expect(text).not.toContain('famiglia anagrafica')
    expect(run('pdfinfo', pdf)).toMatch(/Pages:\s+1\n[\s\S]*A4/)
    expect(run('qpdf', '--check', pdf)).toContain('No syntax or stream encoding errors found')
    const seal = run('pdfsig', '-nocert', pdf)
    expect(seal).toContain('Signature Type: ETSI.CAdES.detached')
    expect(seal).toContain('Total document signed')
    expect(seal).toContain('Signature Validation: Signature is Valid.')
  })
  test('family: every member, no kinship', async () => {
    const text = words(
      await pdfOf(
        'famiglia',
        { idOperazioneClient: 'F1', listaTipiCertificati: { tipoCertificato: ['12'] } },
        'sofia-rossi',
      ),
    )
    expect(text).toContain('CERTIFICATO DI STATO DI FAMIGLIA')
    for (const member of ['ROSSI MARIO', 'FERRARI ELENA', 'ROSSI SOFIA']) expect(text).toContain(member)
    expect(text).not.toMatch(/figli|moglie|marito|coniuge|intestatari/i)
  })
  test('a letter of the second font subset stays in its word', async () => {
    const pdf = await pdfOf('kosuta', { idOperazioneClient: 'K1' }, 'marija-kos')
    expect(words(pdf)).toContain('KOŠUTA MARIJA')
  })
  test('contestuale: both in one sheet, and the QR reads on a black-and-white print of 203 dpi', async () => {
    const both = { listaTipiCertificati: { tipoCertificato: ['8', '12'] } }
    const pdf = await pdfOf('contestuale', { idOperazioneClient: 'C1', ...both }, 'mario-rossi')
    const text = words(pdf)
    expect(text).toContain('CERTIFICATO CONTESTUALE di residenza e di stato di famiglia')
    run('pdftoppm', '-mono', '-r', '203', '-png', '-singlefile', pdf, join(dir, 'contestuale'))
    const link = run('zbarimg', '-q', '--raw', join(dir, 'contestuale.png')).trim()
    expect(link).toMatch(/^https:\/\/verifica\.example\/c\/\d{10}\?h=[0-9A-F]{32}$/)
    expect(text).toContain(link)
  })
  test('everybody in the population can have everything', async () => {
    for (const { id: person } of people) {
      const both = { listaTipiCertificati: { tipoCertificato: ['8', '12'] } }
      expect((await certify({ idOperazioneClient: `ALL-${person}`.slice(0, 30), ...both }, person)).status).toBe(200)
    }
  })
  test('is sealed whatever another package of this process has made of pkijs', async () => {
    // electron-builder does so as soon as it is imported.
    setEngine('another', new CryptoEngine({ name: 'another', crypto: { subtle: {} } as Crypto }))
    try {
      expect((await certify({ idOperazioneClient: 'E1' })).status).toBe(200)
    } finally {
      setEngine('node', new CryptoEngine({ name: 'node', crypto }))
    }
  })
  test('a preview is not issued', async () => {
    const before = anpr.issued()
    await pdfOf('anteprima', { idOperazioneClient: 'P1', emissione: '3' })
    expect(anpr.issued()).toEqual(before)
  })
})
