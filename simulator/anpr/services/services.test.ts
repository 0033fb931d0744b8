import Fastify from 'fastify'
import { afterAll, describe, expect, test } from 'vitest'
import { pathOf, serviceOf } from '../e-services.ts'
import { refusal } from '../errors.ts'
import { createFaults } from '../faults.ts'
import { inRegistry } from '../grant.ts'
import { CONSULTATIONS, consult } from './consultations.ts'
import { eServices } from './index.ts'

const idOf = (id: string) => inRegistry().byId(id)?.identificativi.idANPR ?? ''
const codeOf = (id: string) => inRegistry().byId(id)?.generalita.codiceFiscale?.codFiscale ?? ''
const ask = (code: string, criteriRicerca: object, verifica?: object, casoUso = code) =>
  consult(code, {
    idOperazioneClient: '1',
    criteriRicerca,
    ...(verifica && { verifica }),
    datiRichiesta: { dataRiferimentoRichiesta: '2026-11-22', motivoRichiesta: 'P1', casoUso },
  }) as {
    status: number
    body: { listaSoggetti?: { datiSoggetto: Record<string, unknown>[] }; listaErrori?: object[] }
  }
const told = (code: string, id: string, verifica?: object) =>
  ask(code, criteriaOf(code, id), verifica).body.listaSoggetti?.datiSoggetto ?? []

type Body = Record<'criteriRicerca' | 'datiRichiesta', object> & { idOperazioneClient: string }
/** By what a service is asked about somebody: C030 by the code alone. */
const criteriaOf = (code: string, id: string) =>
  code === 'C030' ? { codiceFiscale: codeOf(id) } : { idANPR: idOf(id) }
const asOn = (casoUso: string, id: string, dataRiferimentoRichiesta: string) => {
  const { body } = consult(casoUso, {
    idOperazioneClient: '1',
    criteriRicerca: { idANPR: idOf(id) },
    datiRichiesta: { dataRiferimentoRichiesta, motivoRichiesta: 'P1', casoUso },
  }) as ReturnType<typeof ask>
  return body.listaSoggetti?.datiSoggetto ?? []
}
const family = (...names: string[]) => ({
  listaSoggetti: {
    datiSoggetto: names.map((name) => {
      const [cognome, nome] = name.split(' ')
      return { generalita: { cognome, nome } }
    }),
  },
})
const parent = (section: string, nome: string) => ({ [section]: { generalita: { nome } } })
const place = (nomeComune: string) => ({ comune: { nomeComune } })
const BORN = { cognome: 'BIANCHI', nome: 'ANNA MARIA', sesso: 'F', datiNascita: { dataEvento: '1951-06-18' } }
const noName = () => {
  const { cognome, nome, senzaCognome, senzaNome, dataNascita } = inRegistry().byId('susanto')?.generalita ?? {}
  const names = { cognome, nome, senzaCognome, senzaNome }
  const known = Object.fromEntries(Object.entries(names).filter(([, value]) => value !== undefined))
  return { ...known, datiNascita: { dataEvento: dataNascita } }
}

describe('consultations', () => {
  test('every value is a text, and none is null', () => {
    const telling = Object.keys(CONSULTATIONS).filter((code) => code === 'C001' || Number(code.slice(1)) >= 15)
    const others = new Set<string>()
    for (const { id } of inRegistry().all())
      for (const code of telling)
        JSON.stringify(told(code, id), (key, value: unknown) => {
          if (value === null || ['number', 'boolean'].includes(typeof value)) others.add(`${code} ${key}`)
          return value
        })
    expect([...others]).toEqual([])
  })
  // The field tables: which sections a service tells.
  test.each<[string, string, string[]]>([
    ['C001', 'anna-bianchi', ['generalita', 'residenza']],
    ['C002', 'anna-bianchi', ['generalita', 'residenza']],
    ['C007', 'anna-bianchi', ['infoSoggettoEnte']],
    ['C015', 'anna-bianchi', ['generalita', 'statoCivile']],
    ['C016', 'aldo-conti', ['datiDecesso', 'generalita']],
    ['C016', 'anna-bianchi', ['generalita']],
    ['C017', 'anna-bianchi', ['generalita', 'matrimonio']],
    ['C017', 'sofia-rossi', ['generalita']],
    ['C018', 'anna-bianchi', ['cittadinanza', 'generalita']],
    ['C020', 'anna-bianchi', ['residenza']],
    ['C022', 'anna-bianchi', ['generalita', 'infoSoggettoEnte', 'statoCivile']],
    ['C023', 'rosa-marini', ['generalita', 'vedovanza']],
    ['C024', 'sofia-rossi', ['generalita', 'paternita']],
    ['C025', 'sofia-rossi', ['generalita', 'maternita']],
    ['C026', 'luca-verdi', ['generalita', 'unioneCivile']],
    ['C029', 'anna-bianchi', ['cartaIdentita', 'cittadinanza', 'generalita', 'residenza', 'statoCivile']],
    ['C030', 'anna-bianchi', []],
    ['C030', 'aldo-conti', []],
  ])('%s of %s', (code, id, sections) => {
    const [one, ...more] = told(code, id)
    expect([Object.keys(one ?? {}).sort(), more]).toEqual([['identificativi', ...sections].sort(), []])
    expect(one?.identificativi).toEqual({ idANPR: idOf(id) })
  })
  test('C030 finds by code with the warning, by all that is known of a birth, and not by ID ANPR', () => {
    expect(ask('C030', { codiceFiscale: codeOf('anna-bianchi') }).body).toMatchObject({
      listaSoggetti: { datiSoggetto: [{ identificativi: { idANPR: idOf('anna-bianchi') } }] },
      listaAnomalie: [{ codiceErroreAnomalia: 'EN148', tipoErroreAnomalia: 'W' }],
    })
    const born = { cognome: 'bianchi', nome: 'Anna Maria', sesso: 'F', datiNascita: { dataEvento: '1951-06-18' } }
    expect(ask('C030', born).status).toBe(200)
    expect(ask('C030', { ...born, nome: 'Maria' }).status).toBe(404)
    const both = { idANPR: idOf('anna-bianchi'), codiceFiscale: codeOf('anna-bianchi') }
    expect(ask('C015', both).body).not.toHaveProperty('listaAnomalie')
    expect(ask('C030', { idANPR: idOf('anna-bianchi') }).status).toBe(400)
  })
  test('nobody, somebody who left, another use case', () => {
    expect(ask('C029', { codiceFiscale: 'XXXXXX00X00X000X' }).body.listaErrori).toMatchObject([
      { codiceErroreAnomalia: 'EN122', testoErroreAnomalia: 'Soggetto non registrato in ANPR' },
      { codiceErroreAnomalia: 'EN148' },
    ])
    expect(ask('C029', { idANPR: idOf('aldo-conti') }).body.listaErrori).toMatchObject([
      { codiceErroreAnomalia: 'EN122', testoErroreAnomalia: 'Soggetto cancellato da ANPR' },
    ])
    expect(ask('C029', { idANPR: idOf('anna-bianchi') }, undefined, 'C030').status).toBe(400)
  })
  test('C019: one person in two elements, and not alive without a date', () => {
    const [life, who] = told('C019', 'aldo-conti')
    expect(life).toEqual({
      identificativi: { idANPR: idOf('aldo-conti') },
      infoSoggettoEnte: [{ id: '1003', chiave: 'Verifica esistenza in vita', valore: 'N' }],
    })
    expect(who).toMatchObject({ identificativi: { idANPR: idOf('aldo-conti') }, generalita: { cognome: 'CONTI' } })
  })
  test('C021: an element each, C020: a list, C017: no citizenship of the spouse', () => {
    expect(told('C021', 'sofia-rossi').map(({ legameSoggetto }) => legameSoggetto)).toMatchObject([
      { codiceLegame: '1' },
      { codiceLegame: '2' },
      { codiceLegame: '3' },
    ])
    expect(told('C020', 'anna-bianchi')[0]?.residenza).toHaveLength(1)
    expect(told('C017', 'anna-bianchi')[0]?.matrimonio).not.toHaveProperty('cittadinanza')
  })
  test('who died: told by the services of life and death alone; a death of yesterday by C019 and C007', () => {
    const dead = ['C004', 'C007', 'C016', 'C019', 'C030']
    const recent = [...inRegistry().all()].find(({ decessoRecente }) => decessoRecente)?.id ?? ''
    for (const code of Object.keys(CONSULTATIONS)) {
      const verifica = { datiDecesso: { dataEvento: '2022-02-11' } }
      expect([code, ask(code, criteriaOf(code, 'aldo-conti'), verifica).status]).toEqual([
        code,
        dead.includes(code) ? 200 : 404,
      ])
      expect([code, ask(code, criteriaOf(code, recent), verifica).status]).toEqual([code, 200])
    }
    expect([told('C019', recent)[0], told('C007', recent)[0]]).toMatchObject([
      { infoSoggettoEnte: [{ id: '1003', valore: 'N' }] },
      { infoSoggettoEnte: [{ id: '1003', valore: 'N' }] },
    ])
    expect(told('C019', 'anna-bianchi')[0]).toMatchObject({ infoSoggettoEnte: [{ valore: 'S' }] })
    expect(told('C016', recent)[0]).not.toHaveProperty('datiDecesso')
    const emigrant = [...inRegistry().all()].find((one) => one.datiCancellazione && !one.datiDecesso)?.id ?? ''
    for (const code of dead) expect([code, ask(code, criteriaOf(code, emigrant)).status]).toEqual([code, 404])
    expect(told('C021', recent).some((one) => 'datiDecesso' in one)).toBe(false)
    expect(told('C021', 'rosa-marini').filter((one) => 'datiDecesso' in one)).toHaveLength(1)
  })
  test('the record as it was on a day', () => {
    const sections = (id: string, day: string) => Object.keys(asOn('C029', id, day)[0] ?? {})
    expect(sections('anna-bianchi', '1974-05-02')).toContain('residenza')
    expect(sections('anna-bianchi', '1974-05-01')).not.toContain('residenza')
    const married = (day: string) => 'matrimonio' in (asOn('C017', 'anna-bianchi', day)[0] ?? {})
    expect([married('1974-04-19'), married('1974-04-20')]).toEqual([false, true])
    const united = (day: string) => 'unioneCivile' in (asOn('C026', 'luca-verdi', day)[0] ?? {})
    expect([united('2018-04-13'), united('2018-04-14')]).toEqual([false, true])
    const one = inRegistry().byId('anna-bianchi')
    if (!one) throw new Error('nobody')
    const [italian] = one.cittadinanza
    if (italian) italian.dataValidita = '1980-01-01'
    const citizen = (day: string) => sections('anna-bianchi', day).includes('cittadinanza')
    const known = [citizen('1979-12-31'), citizen('1980-01-01')]
    if (italian) delete italian.dataValidita
    expect(known).toEqual([false, true])
    const issued = one.cartaIdentita?.dataRilascio ?? ''
    expect(sections('anna-bianchi', issued)).toContain('cartaIdentita')
    expect(sections('anna-bianchi', '1990-01-01')).not.toContain('cartaIdentita')
  })
  test('C029 tells where somebody lives, C020 where they have lived', () => {
    const moved = [...inRegistry().all()].find((one) => one.residenza.length > 1 && !one.datiCancellazione)?.id ?? ''
    expect(told('C029', moved)[0]?.residenza).toHaveLength(1)
    expect(told('C020', moved)[0]?.residenza).not.toHaveLength(1)
  })
  test('C021: who has left the sheet stands there no more', () => {
    const names = () => told('C021', 'mario-rossi').map(({ identificativi }) => identificativi)
    const child = inRegistry().byId('sofia-rossi')
    if (!child) throw new Error('nobody')
    const all = names()
    child.datiCancellazione = { motivoCancellazione: '8', dataDecorrenzaCancellazione: '2025-01-01' }
    const left = names()
    delete child.datiCancellazione
    expect(all).toContainEqual(child.identificativi)
    expect(left).toEqual(all.filter((one) => one !== child.identificativi))
  })
  test.each<[string, string, object, object]>([
    ['C003', 'anna-bianchi', { generalita: { cognome: 'BIANCHI' } }, { generalita: { cognome: 'VERDI' } }],
    [
      'C004',
      'aldo-conti',
      { datiDecesso: { dataEvento: '2022-02-11' } },
      { datiDecesso: { dataEvento: '2022-02-12' } },
    ],
    [
      'C005',
      'anna-bianchi',
      { matrimonio: { coniuge: { cognome: 'RICCI' }, datiMatrimonio: { dataEvento: '1974-04-20' } } },
      { matrimonio: { coniuge: { cognome: 'RICCI' }, datiMatrimonio: { dataEvento: '1974-04-21' } } },
    ],
    ['C005', 'anna-bianchi', { matrimonio: { ordineMatrimonio: '1' } }, { matrimonio: { coniuge: { nome: 'MARIO' } } }],
    ['C006', 'anna-bianchi', { cittadinanza: { codiceStato: '100' } }, { cittadinanza: { codiceStato: '436' } }],
    ['C006', 'anna-bianchi', { cittadinanza: [{ codiceStato: '100' }] }, { cittadinanza: [{ codiceStato: '436' }] }],
    ['C006', 'g000104-1', { cittadinanza: { codiceStato: '100' } }, { cittadinanza: [{ codiceStato: '100' }] }],
    [
      'C008',
      'anna-bianchi',
      { residenza: { indirizzo: { toponimo: { denominazioneToponimo: 'Giulia' } } } },
      { residenza: { indirizzo: { numeroCivico: { numero: '13' } } } },
    ],
    [
      'C009',
      'sofia-rossi',
      family('ROSSI MARIO', 'FERRARI ELENA', 'ROSSI SOFIA'),
      family('ROSSI MARIO', 'FERRARI ELENA', 'ROSSI LUCIA'),
    ],
    [
      'C009',
      'sofia-rossi',
      family('ROSSI SOFIA', 'ROSSI MARIO', 'FERRARI ELENA'),
      family('ROSSI MARIO', 'ROSSI SOFIA'),
    ],
    [
      'C011',
      'rosa-marini',
      { vedovanza: { datiMorteconiuge: { dataEvento: '2022-02-11' } } },
      { vedovanza: { datiMorteconiuge: { dataEvento: '2022-02-12' } } },
    ],
    ['C012', 'sofia-rossi', parent('paternita', 'MARIO'), parent('paternita', 'ELENA')],
    ['C013', 'sofia-rossi', parent('maternita', 'ELENA'), parent('maternita', 'MARIO')],
    [
      'C014',
      'luca-verdi',
      { unioneCivile: { unitoCivilmente: { cognome: 'NERI' } } },
      { unioneCivile: { unitoCivilmente: { cognome: 'VERDI' } } },
    ],
    // What the register does not have is not so, whatever is declared.
    ['C011', 'rosa-marini', { vedovanza: {} }, { matrimonio: { ordineMatrimonio: '9' } }],
    ['C005', 'anna-bianchi', { matrimonio: {} }, { matrimonio: { altro: { a: '1' } } }],
    ['C005', 'anna-bianchi', { matrimonio: {} }, { matrimonio: 'RICCI' }],
    ['C005', 'anna-bianchi', { matrimonio: {} }, { matrimonio: { ordineMatrimonio: { a: '1' } } }],
    ['C005', 'anna-bianchi', { matrimonio: {} }, { matrimonio: [{ ordineMatrimonio: '1' }] }],
    ['C003', 'anna-bianchi', { generalita: {} }, { generalita: { cognome: null } }],
  ])('%s of %s: yes, and no', (code, id, yes, no) => {
    const said = (verifica: object) =>
      (told(code, id, verifica)[0] as { infoSoggettoEnte: object[] }).infoSoggettoEnte[0]
    expect(said(yes)).toMatchObject({ valore: 'S' })
    expect(said(yes)).not.toHaveProperty('dettaglio')
    expect(said(no)).toMatchObject({ valore: 'N', dettaglio: 'Dato non corrispondente' })
  })
  test.each([
    ['C010', '1010', 'rosa-marini', 'S'],
    ['C010', '1010', 'anna-bianchi', 'N'],
    ['C010', '1010', 'sofia-rossi', 'S'],
    ['C022', '1010', 'marija-kos', 'S'],
    ['C022', '1010', 'luca-verdi', 'N'],
  ])('%s: id %s of %s is %s', (code, id, person, valore) => {
    expect(told(code, person)[0]?.infoSoggettoEnte).toMatchObject([{ id, valore }])
  })
  test.each<[string, object, string | null]>([
    ['surname alone', { cognome: 'BIANCHI' }, null],
    ['no day of birth', { cognome: 'BIANCHI', nome: 'ANNA MARIA', datiNascita: {} }, null],
    ['another sex', { ...BORN, sesso: 'M' }, null],
    ['another surname', { ...BORN, cognome: 'VERDI' }, null],
    ['another day', { ...BORN, datiNascita: { dataEvento: '1951-06-19' } }, null],
    ['another place', { ...BORN, datiNascita: { dataEvento: '1951-06-18', luogoNascita: place('FOLIGNO') } }, null],
    [
      'its place',
      { ...BORN, datiNascita: { dataEvento: '1951-06-18', luogoNascita: place('SPELLO') } },
      'anna-bianchi',
    ],
    ['all but the place', BORN, 'anna-bianchi'],
    ['a day on which two were born', { datiNascita: { dataEvento: '1986-02-17' } }, null],
    ['one of them', { cognome: 'SERRA', datiNascita: { dataEvento: '1986-02-17' } }, 'paola-serra'],
    ['one without a name', noName(), 'susanto'],
    ['the ID ANPR goes before the name', { idANPR: idOf('mario-rossi'), ...BORN }, 'mario-rossi'],
  ])('search by %s', (_name, criteria, found) => {
    const { status, body } = ask('C015', criteria)
    const [one] = body.listaSoggetti?.datiSoggetto ?? []
    expect([status, one?.identificativi]).toEqual(found === null ? [404, undefined] : [200, { idANPR: idOf(found) }])
    expect(body).not.toHaveProperty('listaAnomalie')
  })
  test.each<[string, (body: Body) => unknown]>([
    ['no id', ({ idOperazioneClient: _, ...body }) => body],
    ['an empty id', (body) => ({ ...body, idOperazioneClient: '' })],
    ['an id of 31', (body) => ({ ...body, idOperazioneClient: '1'.repeat(31) })],
    ['no criteria', ({ criteriRicerca: _, ...body }) => body],
    ['a code that is no text', (body) => ({ ...body, criteriRicerca: { codiceFiscale: 7 } })],
    ['a birth that is no object', (body) => ({ ...body, criteriRicerca: { datiNascita: '1951-06-18' } })],
    ['a verifica that is no object', (body) => ({ ...body, verifica: 'x' })],
    ['no datiRichiesta', ({ datiRichiesta: _, ...body }) => body],
    ...(['dataRiferimentoRichiesta', 'motivoRichiesta', 'casoUso'] as const).map(
      (name) =>
        [`no ${name}`, (body: Body) => ({ ...body, datiRichiesta: { ...body.datiRichiesta, [name]: undefined } })] as [
          string,
          (body: Body) => unknown,
        ],
    ),
    ['nothing', () => null],
  ])('%s: 999, also where no gate stands before', (_name, change) => {
    const body: Body = {
      idOperazioneClient: '1',
      criteriRicerca: { idANPR: idOf('anna-bianchi') },
      datiRichiesta: { dataRiferimentoRichiesta: '2026-11-22', motivoRichiesta: 'P1', casoUso: 'C015' },
    }
    expect(consult('C015', body).status).toBe(200)
    expect(consult('C015', change(body))).toMatchObject({
      status: 400,
      body: { listaErrori: [{ codiceErroreAnomalia: '999' }] },
    })
  })
  test('verifica: N is an answer, with its detail', () => {
    const [yes] = told('C003', 'anna-bianchi', { generalita: { cognome: 'BIANCHI', dataNascita: '1951-06-18' } })
    expect(yes).toEqual({ infoSoggettoEnte: [{ id: '1002', chiave: "Verifica generalita'", valore: 'S' }] })
    const [no] = told('C003', 'anna-bianchi', { generalita: { cognome: 'VERDI' } })
    expect(no?.infoSoggettoEnte).toMatchObject([{ valore: 'N', dettaglio: 'Dato non corrispondente' }])
    for (const nothing of [undefined, {}])
      expect(ask('C003', { idANPR: idOf('anna-bianchi') }, nothing).status).toBe(400)
    const pair = (code: string) =>
      ask('C031', { idANPR: idOf('anna-bianchi'), codiceFiscale: codeOf(code) }).body.listaSoggetti?.datiSoggetto[0]
    expect(pair('anna-bianchi')?.infoSoggettoEnte).toMatchObject([{ valore: 'S' }])
    expect(pair('mario-rossi')?.infoSoggettoEnte).toMatchObject([{ valore: 'N' }])
  })
})

test.each(['', '22/11/2026', '2026-02-30', '2026-11-22T00:00:00'])(
  'the day %j is none: ANPR refuses, not the gate',
  (day) => {
    const datiRichiesta = { dataRiferimentoRichiesta: day, motivoRichiesta: 'P1', casoUso: 'C020' }
    const { status, body } = consult('C020', {
      ...{ idOperazioneClient: '1', criteriRicerca: { idANPR: idOf('anna-bianchi') }, datiRichiesta },
    })
    expect([status, body]).toMatchObject([400, { listaErrori: [{ codiceErroreAnomalia: '999' }] }])
  },
)

describe('as they stand behind the gate', () => {
  const issuer = { answer: async () => refusal('EN122'), issued: new Map() }
  const app = Fastify()
  eServices(app, issuer, createFaults(new AbortController().signal))
  afterAll(() => app.close())
  const post = (code: string, payload: object, operation = 'anpr-service-e002') =>
    app.inject({ method: 'POST', url: `${pathOf(serviceOf(code))}/${operation}`, payload })
  const asking = (casoUso: string, person: string, idOperazioneClient = '1') => ({
    idOperazioneClient,
    criteriRicerca: { idANPR: idOf(person) },
    datiRichiesta: { dataRiferimentoRichiesta: '2026-11-22', motivoRichiesta: 'P1', casoUso },
  })

  test('C001: a known id gets the former answer, whoever is asked about; nowhere else', async () => {
    const first = await post('C001', asking('C001', 'anna-bianchi', '7'))
    expect((await post('C001', asking('C001', 'mario-rossi', '7'))).json()).toEqual(first.json())
    expect((await post('C001', asking('C001', 'mario-rossi', '8'))).body).toContain(idOf('mario-rossi'))
    await post('C015', asking('C015', 'anna-bianchi', '7'))
    expect((await post('C015', asking('C015', 'mario-rossi', '7'))).body).toContain(idOf('mario-rossi'))
    for (const wrong of [{}, {}]) expect((await post('C001', wrong)).statusCode).toBe(400)
  })
  test('an answer is JSON, a refusal a problem', async () => {
    const types = async (person: string) => (await post('C015', asking('C015', person))).headers['content-type']
    expect(await types('anna-bianchi')).toMatch(/^application\/json/)
    expect(await types('aldo-conti')).toMatch(/^application\/problem\+json/)
  })
  test('a certificate’s refusals have a level more', async () => {
    for (const body of [{}, CERTIFICATE]) {
      const { statusCode, json } = await post('ANPR-Certificazione', body, 'certificati')
      expect([statusCode, json()]).toMatchObject([400, { listaErrori: { errore: [{ tipoErroreAnomalia: 'E' }] } }])
    }
  })
})
const CERTIFICATE = {
  ...{ idOperazioneClient: '1', linguaCertificato: { tipoLinguaCertificato: ['IT'] } },
  ...{ listaTipiCertificati: { tipoCertificato: ['8'] }, soggettoIntestatario: { idANPR: 'AF41450AS' } },
  ...{ tipoRichiedente: '2', tipoRichiesta: '1', esenzioneBollo: '3', bollo: '0', diritti: '0', emissione: '2' },
}
