import { gunzipSync, gzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, describe, expect, test } from 'vitest'
import { serviceOf } from '../e-services.ts'
import { createFaults } from '../faults.ts'
import { inRegistry } from '../grant.ts'
import { bulkService } from './bulk.ts'

const idOf = (id: string) => inRegistry().byId(id)?.identificativi.idANPR ?? ''
const codeOf = (id: string) => inRegistry().byId(id)?.generalita.codiceFiscale?.codFiscale ?? ''

describe('bulk', () => {
  const faults = createFaults(new AbortController().signal)
  const opened: FastifyInstance[] = []
  afterAll(() => Promise.all(opened.map((app) => app.close())))

  /** One bulk service, as a consumer meets it that has asked nothing of it yet. */
  async function bulk(name: string) {
    const app = Fastify()
    bulkService(app, serviceOf(name), faults)
    opened.push(app)
    await app.ready()
    const ask = (method: 'POST' | 'GET' | 'HEAD' | 'DELETE', operation: string, payload?: object) =>
      app.inject({ method, url: `/${name}/v1/anpr-massivo-e002-${operation}`, ...(payload && { payload }) })
    const request = (keys: string, change: object = {}) => ({
      idOperazioneClient: '1',
      fileInput: gzipSync(keys).toString('base64'),
      tipoRicerca: '1',
      datiRichiesta: { dataRiferimentoRichiesta: '2026-11-22', motivoRichiesta: 'P1', casoUso: 'C007' },
      ...change,
    })
    const submit = (keys: string[], change?: object) => ask('POST', 'richiesta', request(keys.join('\n'), change))
    const jobOf = (answer: { json: () => unknown }) => (answer.json() as { idOperazioneANPR: string }).idOperazioneANPR
    const fetch = (id: string) => ask('GET', `download/resource/${id}`)
    return {
      ...{ ask, request, submit, jobOf, fetch },
      end: (id: string) => ask('DELETE', `delete/resource/${id}`),
      /** The rows of a job that is left alone until it has ended. */
      async rowsOf(keys: string[]) {
        const id = jobOf(await submit(keys))
        for (let look = 0; look < 2; look++) await fetch(id)
        const file = gunzipSync((await fetch(id)).rawPayload).toString('utf8')
        return { id, rows: file.trim().split('\n') }
      },
    }
  }
  const LIFE = 'ElabMassivaVerificaDichEsistenzaInVita'
  const keys = () => ['anna-bianchi', 'aldo-conti', 'mario-rossi', 'sofia-rossi'].map(codeOf)
  const waits = (state: string) => ({
    error: '404',
    message: `Risorsa in attesa di elaborazione con stato: ${state}`,
  })

  test('a file goes in, its states are told, a file comes out', async () => {
    const { ask, submit, jobOf, fetch, rowsOf } = await bulk(LIFE)
    const begun = await submit(keys())
    const id = jobOf(begun)
    // One job of a consumer at a time.
    expect((await submit(keys())).statusCode).toBe(400)
    expect(begun.json()).toEqual({ idOperazioneANPR: expect.stringMatching(/^\d+$/), stato: '0' })
    // A HEAD asks whether the file is there, and moves nothing.
    expect((await ask('HEAD', `download/resource/${id}`)).statusCode).toBe(404)
    const first = await fetch(id)
    expect([first.statusCode, first.json()]).toEqual([404, waits('0')])
    expect((await submit(keys())).statusCode).toBe(400)
    const second = await fetch(id)
    expect([second.statusCode, second.json()]).toEqual([404, waits('1')])
    expect((await ask('HEAD', `download/resource/${id}`)).statusCode).toBe(200)
    expect((await fetch(id)).headers['content-type']).toBe('application/gzip')
    const next = await rowsOf(keys())
    expect(next.rows).toHaveLength(5)
    expect(next.rows[0]).toBe('idANPR,codFiscale,dataRiferimentoRichiesta,idOperazioneANPR,errore,esistenzaInVita')
  })
  test.each([
    ['ElabMassivaAccertIdUnicoNazionale', 'esito', 'S', 'S'],
    [LIFE, 'esistenzaInVita', 'S', 'N'],
    ['ElabMassivaAccertamentoResidenza', 'comuneResidenza', '054050', '054050'],
    ['ElabMassivaAccertamentoDatiDecesso', 'dataDecesso', '', '2022-02-11'],
  ])('%s adds the column %s', async (name, head, alive, dead) => {
    const { rowsOf } = await bulk(name)
    const recent = [...inRegistry().all()].find(({ decessoRecente }) => decessoRecente)?.id ?? ''
    const asked = [idOf('anna-bianchi'), codeOf('aldo-conti'), 'AF41450AS', 'XXXXXX00X00X000X', idOf(recent)]
    const { id, rows } = await rowsOf(asked)
    const told = (person: string, value: string) => `${idOf(person)},${codeOf(person)},2026-11-22,${id},,${value}`
    // A death of yesterday is known as no longer alive, and has no date yet.
    if (head !== 'comuneResidenza') expect(rows.at(-1)).toBe(told(recent, head === 'dataDecesso' ? '' : dead))
    expect(rows.slice(0, -1)).toEqual([
      `idANPR,codFiscale,dataRiferimentoRichiesta,idOperazioneANPR,errore,${head}`,
      told('anna-bianchi', alive),
      told('aldo-conti', dead),
      `AF41450AS,,2026-11-22,${id},EN122,`,
      `,XXXXXX00X00X000X,2026-11-22,${id},EN122,`,
    ])
  })
  test('a line that is no key is no row, and what follows a comma is not read', async () => {
    const { rowsOf } = await bulk(LIFE)
    const { rows } = await rowsOf(['codice', '', `${codeOf('anna-bianchi')};x`, ` ${codeOf('mario-rossi')} ,y`])
    expect(rows.slice(1).map((row) => row.split(',')[1])).toEqual(['anna-bianchi', 'mario-rossi'].map(codeOf))
  })
  test.each<[string, object]>([
    ['no id', { idOperazioneClient: undefined }],
    ['an empty id', { idOperazioneClient: '' }],
    ['an id of 31', { idOperazioneClient: '1'.repeat(31) }],
    ['no file', { fileInput: undefined }],
    ['a file that is no base64', { fileInput: '%' }],
    ['a file that is not compressed', { fileInput: Buffer.from('AF41450AS').toString('base64') }],
    ['a file without a key', { fileInput: gzipSync('codice\n').toString('base64') }],
    ['no datiRichiesta', { datiRichiesta: undefined }],
    ['no day', { datiRichiesta: { motivoRichiesta: 'P1' } }],
    ['no reason', { datiRichiesta: { dataRiferimentoRichiesta: '2026-11-22' } }],
    ['no tipoRicerca', { tipoRicerca: undefined }],
  ])('%s: refused, and no job is open', async (_name, change) => {
    const { submit } = await bulk(LIFE)
    const { statusCode, headers, json } = await submit(keys(), change)
    expect([statusCode, headers['content-type']]).toEqual([400, expect.stringContaining('application/problem+json')])
    expect(json()).toMatchObject({ listaErrori: [{ codiceErroreAnomalia: '999' }] })
    expect((await submit(keys(), { idOperazioneClient: '1'.repeat(30) })).statusCode).toBe(200)
  })
  test('a job that nobody began, and one that was ended', async () => {
    const { submit, jobOf, fetch, end } = await bulk(LIFE)
    const none = { error: '404', message: 'Risorsa non trovata' }
    for (const answer of [await fetch('1'), await end('1')])
      expect([answer.statusCode, answer.json()]).toEqual([404, none])
    const id = jobOf(await submit(keys()))
    expect((await end(id)).json()).toEqual({ idOperazioneANPR: id, stato: '4' })
    expect((await fetch(id)).json()).toEqual(none)
    expect((await submit(keys())).statusCode).toBe(200)
  })
  test('rows are dropped on demand', async () => {
    const { rowsOf } = await bulk(LIFE)
    faults.set({ kind: 'bulk-drops-rows', times: 1 })
    expect((await rowsOf(keys())).rows).toHaveLength(4)
  })
  test('a stuck job shuts out others until it is deleted', async () => {
    const { submit, jobOf, fetch, end } = await bulk(LIFE)
    faults.set({ kind: 'bulk-stuck', times: 1 })
    const id = jobOf(await submit(keys()))
    for (let look = 0; look < 5; look++) expect((await fetch(id)).statusCode).toBe(404)
    expect((await submit(keys())).statusCode).toBe(400)
    await end(id)
    expect((await submit(keys())).statusCode).toBe(200)
  })
})
