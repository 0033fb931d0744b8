import { gunzipSync, gzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serviceOf } from '../e-services.ts'
import { createFaults } from '../faults.ts'
import { inRegistry } from '../grant.ts'
import { bulkService } from './bulk.ts'
import { consult } from './consultations.ts'

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
  ask(code, { idANPR: idOf(id) }, verifica).body.listaSoggetti?.datiSoggetto ?? []

describe('consultations', () => {
  test('every value is a text, and none is null', () => {
    for (const { id } of inRegistry().all()) {
      for (const code of [
        'C001',
        'C015',
        'C017',
        'C018',
        'C019',
        'C020',
        'C021',
        'C022',
        'C023',
        'C024',
        'C026',
        'C029',
      ]) {
        JSON.stringify(told(code, id), (_key, value: unknown) => {
          expect(value === null || ['number', 'boolean'].includes(typeof value)).toBe(false)
          return value
        })
      }
    }
  })
  test('C030 finds by code with the warning, by all that is known of a birth, and not by ID ANPR', () => {
    expect(ask('C030', { codiceFiscale: codeOf('anna-bianchi') }).body).toMatchObject({
      listaSoggetti: { datiSoggetto: [{ identificativi: { idANPR: idOf('anna-bianchi') } }] },
      listaAnomalie: [{ codiceErroreAnomalia: 'EN148', tipoErroreAnomalia: 'W' }],
    })
    const born = { cognome: 'bianchi', nome: 'Anna Maria', sesso: 'F', datiNascita: { dataEvento: '1951-06-18' } }
    expect(ask('C030', born).status).toBe(200)
    expect(ask('C030', { ...born, nome: 'Maria' }).status).toBe(404)
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
  test('verifica: N is an answer, with its detail', () => {
    const [yes] = told('C003', 'anna-bianchi', { generalita: { cognome: 'BIANCHI', dataNascita: '1951-06-18' } })
    expect(yes).toEqual({ infoSoggettoEnte: [{ id: '1002', chiave: "Verifica generalita'", valore: 'S' }] })
    const [no] = told('C003', 'anna-bianchi', { generalita: { cognome: 'VERDI' } })
    expect(no?.infoSoggettoEnte).toMatchObject([{ valore: 'N', dettaglio: 'Dato non corrispondente' }])
    expect(ask('C003', { idANPR: idOf('anna-bianchi') }).status).toBe(400)
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

describe('bulk', () => {
  const service = serviceOf('ElabMassivaVerificaDichEsistenzaInVita')
  const faults = createFaults(new AbortController().signal)
  let app: FastifyInstance
  beforeAll(async () => {
    app = Fastify()
    bulkService(app, service, faults)
    await app.ready()
  })
  afterAll(() => app.close())
  const at = `/${service.name}/v1`
  const submit = (keys: string[]) =>
    app.inject({
      method: 'POST',
      url: `${at}/anpr-massivo-e002-richiesta`,
      payload: {
        idOperazioneClient: '1',
        fileInput: gzipSync(keys.join('\n')).toString('base64'),
        tipoRicerca: '1',
        datiRichiesta: { dataRiferimentoRichiesta: '2026-11-22', motivoRichiesta: 'P1', casoUso: 'C007' },
      },
    })
  const fetch = (id: string) => app.inject({ method: 'GET', url: `${at}/anpr-massivo-e002-download/resource/${id}` })
  const keys = () => ['anna-bianchi', 'aldo-conti', 'mario-rossi', 'sofia-rossi'].map(codeOf)

  test('a file goes in, its states are told, a file comes out', async () => {
    const { idOperazioneANPR: id, stato } = (await submit(keys())).json<Record<string, string>>()
    expect(stato).toBe('0')
    expect((await submit(keys())).statusCode).toBe(400)
    expect((await fetch(id ?? '')).body).toContain('Risorsa in attesa di elaborazione con stato: 0')
    expect((await fetch(id ?? '')).body).toContain('stato: 1')
    const rows = gunzipSync((await fetch(id ?? '')).rawPayload)
      .toString('utf8')
      .trim()
      .split('\n')
    expect(rows).toHaveLength(5)
    expect(rows[2]).toBe(`${idOf('aldo-conti')},${codeOf('aldo-conti')},2026-11-22,${id},,N`)
  })
  test('rows are dropped on demand', async () => {
    faults.set({ kind: 'bulk-drops-rows', times: 1 })
    const { idOperazioneANPR: id = '' } = (await submit(keys())).json<Record<string, string>>()
    for (let look = 0; look < 2; look++) await fetch(id)
    expect(
      gunzipSync((await fetch(id)).rawPayload)
        .toString('utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(4)
  })
  test('a stuck job shuts out others until it is deleted', async () => {
    faults.set({ kind: 'bulk-stuck', times: 1 })
    const { idOperazioneANPR: id = '' } = (await submit(keys())).json<Record<string, string>>()
    for (let look = 0; look < 5; look++) expect((await fetch(id)).statusCode).toBe(404)
    expect((await submit(keys())).statusCode).toBe(400)
    await app.inject({ method: 'DELETE', url: `${at}/anpr-massivo-e002-delete/resource/${id}` })
    expect((await submit(keys())).statusCode).toBe(200)
  })
})
