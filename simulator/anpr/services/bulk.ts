import { gunzipSync, gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Scheda } from '../../population/model.ts'
import { type EService, pathOf } from '../e-services.ts'
import { errorOf, rispostaKO } from '../errors.ts'
import type { Faults } from '../faults.ts'
import { inRegistry } from '../grant.ts'
import { isDead } from '../rules.ts'

const richiesta = z.looseObject({
  idOperazioneClient: z.string().min(1).max(30),
  /** Base64 of gzip: a key to a line, with or without a header. */
  fileInput: z.base64(),
  datiRichiesta: z.looseObject({ dataRiferimentoRichiesta: z.string(), motivoRichiesta: z.string() }),
  /** "1" is the one value seen (italia/anpr issue 4826). */
  tipoRicerca: z.string(),
})

/** 0 entered, 1 in progress, 2 done, 4 cancelled. A failed one would be 3. */
type State = '0' | '1' | '2' | '4'
interface Job {
  id: string
  state: State
  stuck: boolean
  rows: string[]
}

/** What each bulk service adds to a row. */
const COLUMNS: Record<string, { head: string; of: (scheda: Scheda) => string }> = {
  ElabMassivaAccertIdUnicoNazionale: { head: 'esito', of: () => 'S' },
  ElabMassivaVerificaDichEsistenzaInVita: { head: 'esistenzaInVita', of: (one) => (one.datiDecesso ? 'N' : 'S') },
  ElabMassivaAccertamentoResidenza: {
    head: 'comuneResidenza',
    of: ({ residenza: [home] }) => home?.indirizzo?.comune.codiceIstat ?? '',
  },
  ElabMassivaAccertamentoDatiDecesso: {
    head: 'dataDecesso',
    of: (one) => (isDead(one) ? (one.datiDecesso?.dataEvento ?? '') : ''),
  },
}

/** One in so many rows is left out where the fault is on. */
const DROPPED = 4

/**
 * The asynchronous services: a file goes in, its state is asked for, a file comes out. Each look moves a job on by one
 * state. One job at a time is open for a consumer, so one that is stuck shuts out all others (italia/anpr issue 5187).
 * Uncertain: the form of the file that comes back, gzip of CSV in the Ministry's document, JSON in its sample.
 */
export function bulkService(server: FastifyInstance, service: EService, faults: Faults): void {
  const jobs = new Map<string, Job>()
  const column = COLUMNS[service.code]
  if (!column) throw new Error(`no such bulk service: ${service.code}`)
  const path = (operation: string) => `${pathOf(service)}/${operation}`
  const ko = rispostaKO(errorOf('999'))

  server.post(path('anpr-massivo-e002-richiesta'), async ({ body }, reply) => {
    const request = richiesta.safeParse(body)
    const rows = request.success ? rowsOf(request.data.fileInput) : null
    const open = [...jobs.values()].some(({ state }) => state === '0' || state === '1')
    if (!request.success || !rows || open) return reply.code(400).type('application/problem+json').send(ko)
    const id = String(77_242_849 + jobs.size)
    const stuck = faults.take(service.code, 'bulk-stuck') !== null
    const dropping = faults.take(service.code, 'bulk-drops-rows') !== null
    const { dataRiferimentoRichiesta: day } = request.data.datiRichiesta
    const answered = rows
      .filter((_, index) => !dropping || index % DROPPED !== DROPPED - 1)
      .map((key) => rowOf(key, day, id, column.of))
    const head = `idANPR,codFiscale,dataRiferimentoRichiesta,idOperazioneANPR,errore,${column.head}`
    jobs.set(id, { id, state: '0', stuck, rows: [head, ...answered] })
    return { idOperazioneANPR: id, stato: '0' }
  })

  server.route({
    method: ['GET', 'HEAD'],
    url: path('anpr-massivo-e002-download/resource/:id'),
    async handler({ params, method }, reply) {
      const job = jobs.get((params as { id: string }).id)
      if (!job || job.state === '4') return reply.code(404).send(problem('Risorsa non trovata'))
      if (job.state !== '2') {
        const waiting = problem(`Risorsa in attesa di elaborazione con stato: ${job.state}`)
        if (method === 'GET') job.state = job.state === '0' || job.stuck ? '1' : '2'
        return reply.code(404).send(waiting)
      }
      return reply.type('application/gzip').send(gzipSync(`${job.rows.join('\n')}\n`))
    },
  })

  server.delete(path('anpr-massivo-e002-delete/resource/:id'), async ({ params }, reply) => {
    const job = jobs.get((params as { id: string }).id)
    if (!job) return reply.code(404).send(problem('Risorsa non trovata'))
    job.state = '4'
    return { idOperazioneANPR: job.id, stato: '4' }
  })
}

const problem = (error: string) => ({ error: '404', message: error })

/** More than this unpacked is no list of codes. */
const LARGEST = 64 * 1024 * 1024

function rowsOf(fileInput: string): string[] | null {
  try {
    const text = gunzipSync(Buffer.from(fileInput, 'base64'), { maxOutputLength: LARGEST }).toString('utf8')
    const keys = text.split(/\r?\n/).map((line) => line.split(/[,;]/)[0]?.trim() ?? '')
    const rows = keys.filter((key) => /^[A-Z0-9]{9,16}$/.test(key))
    return rows.length > 0 ? rows : null
  } catch {
    return null
  }
}

function rowOf(key: string, day: string, id: string, of: (scheda: Scheda) => string): string {
  const people = inRegistry()
  const found = people.byIdAnpr(key) ?? people.byCodiceFiscale(key)
  const byId = key.length === 9
  if (!found) return [byId ? key : '', byId ? '' : key, day, id, 'EN122', ''].join(',')
  const code = found.generalita.codiceFiscale?.codFiscale ?? ''
  return [found.identificativi.idANPR, code, day, id, '', of(found)].join(',')
}
