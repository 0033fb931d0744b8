import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import { z } from 'zod'
import { richiestaCertificazione, richiestaE002 } from '../../contract/anpr.ts'
import { createIssuer, type Issuer } from './issue.ts'
import {
  type AnprError,
  BY_CODICE_FISCALE,
  datiAnagraficiOf,
  errore6001,
  familySheetOf,
  findByCodiceFiscale,
  rispostaKO,
  soggetto,
} from './registry.ts'

/**
 * A fault of ANPR, which a test or the dock switches on. `slow` answers rightly after `ms`; `garbage` answers 200 with
 * nonsense; `error` refuses everything with ANPR's own code.
 */
const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('unavailable') }),
  z.strictObject({ kind: z.literal('slow'), ms: z.number().int().min(0).max(120_000) }),
  z.strictObject({ kind: z.literal('garbage') }),
  z.strictObject({ kind: z.literal('error'), code: z.string() }),
])
type AnprFault = z.infer<typeof faultSchema>

export interface Anpr {
  url: string
  setFault(fault: AnprFault): void
  /** idOperazioneClient of every certificate issued (previews are not), in order. */
  issued(): string[]
  /** The same, with the number of times that each was asked for; only the first time had an effect. */
  asked(): ReadonlyMap<string, number>
  stop(): Promise<void>
}

/**
 * A stand-in for ANPR's four e-services (contract/anpr.ts) on the synthetic population, on loopback, plain HTTP.
 * `pki` holds seal.cert.pem and seal.key.pem; `port` 0 takes a free one; `reusePdf`: see issue.ts.
 *   PUT /simulator/fault          AnprFault
 *   GET /simulator/issued         { issued: [idOperazioneClient] }
 *   GET /simulator/asked          { asked: { idOperazioneClient: how often } }
 *   GET /simulator/issued/:id     the sealed PDF
 */
export async function startAnpr(options: {
  port: number
  pki: string
  now?: () => Date
  reusePdf?: boolean
}): Promise<Anpr> {
  const key = {
    certificate: await readFile(join(options.pki, 'seal.cert.pem'), 'utf8'),
    key: await readFile(join(options.pki, 'seal.key.pem'), 'utf8'),
  }
  const issuer = createIssuer(key, options.now ?? (() => new Date()), { reusePdf: options.reusePdf ?? false })
  const state = { fault: { kind: 'none' } as AnprFault }
  const stopped = new AbortController()
  const server = Fastify({ forceCloseConnections: true })
  await server.register(async (scope) => eServices(scope, issuer, state, stopped.signal))
  await server.register(async (scope) => controls(scope, issuer, state), { prefix: '/simulator' })
  await server.listen({ host: '127.0.0.1', port: options.port })
  const { port } = server.server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    setFault: (fault) => {
      state.fault = fault
    },
    issued: () => [...issuer.issued.keys()],
    asked: () => askedOf(issuer),
    stop: async () => {
      stopped.abort()
      await server.close()
    },
  }
}

const askedOf = ({ issued }: Issuer) => new Map([...issued].map(([id, { asked }]) => [id, asked]))

interface State {
  fault: AnprFault
}

function eServices(server: FastifyInstance, issuer: Issuer, state: State, stopped: AbortSignal): void {
  server.addHook('preHandler', async ({ url }, reply) => {
    const { fault } = state
    if (fault.kind === 'unavailable') return reply.code(503).send('Service Unavailable')
    if (fault.kind === 'garbage') return reply.type('application/json').send('{"idOperazioneANPR":')
    if (fault.kind === 'error') {
      const error: AnprError = { kind: 'anpr-error', code: fault.code, text: 'Errore simulato' }
      return url.startsWith(CERTIFICATION) ? refuseCertificate(reply, error) : refuse(reply, error)
    }
    if (fault.kind === 'slow') await delay(fault.ms, undefined, { signal: stopped }).catch(() => undefined)
  })

  server.post('/C030-servizioAccertamentoIdUnicoNazionale/v1/anpr-service-e002', async ({ body }, reply) => {
    const request = richiestaE002.safeParse(body)
    if (!request.success) return refuse(reply, MALFORMED)
    const person = findByCodiceFiscale(request.data.criteriRicerca.codiceFiscale)
    if (!person.ok) return refuse(reply, person.error, 404)
    const identified = { identificativi: { idANPR: person.value.idAnpr } }
    return {
      idOperazioneANPR: '1',
      listaSoggetti: { datiSoggetto: [identified] },
      listaAnomalie: [BY_CODICE_FISCALE],
    }
  })

  server.post('/C021-servizioAccertamentoStatoFamiglia/v1/anpr-service-e002', async ({ body }, reply) => {
    const request = richiestaE002.safeParse(body)
    if (!request.success) return refuse(reply, MALFORMED)
    const sheet = familySheetOf(request.data.criteriRicerca.idANPR)
    if (!sheet.ok) return refuse(reply, sheet.error, 404)
    const { family } = sheet.value
    const members = sheet.value.members.map((member, index) => soggetto(member, family, index + 1))
    return { idOperazioneANPR: '1', listaSoggetti: { datiSoggetto: members } }
  })

  server.post('/C029-servizioAccertamentoDatiAnagrafici/v1/anpr-service-e002', async ({ body }, reply) => {
    const request = richiestaE002.safeParse(body)
    if (!request.success) return refuse(reply, MALFORMED)
    const { idANPR } = request.data.criteriRicerca
    const sheet = familySheetOf(idANPR)
    if (!sheet.ok) return refuse(reply, sheet.error, 404)
    const { family, members } = sheet.value
    const told = members.filter(({ idAnpr }) => idAnpr === idANPR).map((person) => datiAnagraficiOf(person, family))
    return { idOperazioneANPR: '2', listaSoggetti: { datiSoggetto: told } }
  })

  server.post(CERTIFICATION, async ({ body }, reply) => {
    const request = richiestaCertificazione.safeParse(body)
    if (!request.success) return refuseCertificate(reply, MALFORMED)
    const answer = await issuer.answer(request.data)
    return answer.ok ? answer.value : refuseCertificate(reply, answer.error)
  })
}

function controls(server: FastifyInstance, issuer: Issuer, state: State): void {
  server.put('/fault', async ({ body }, reply) => {
    const fault = faultSchema.safeParse(body)
    if (!fault.success) return reply.code(400).send()
    state.fault = fault.data
    return reply.code(204).send()
  })
  server.get('/issued', async () => ({ issued: [...issuer.issued.keys()] }))
  server.get('/asked', async () => ({ asked: Object.fromEntries(askedOf(issuer)) }))
  server.get('/issued/:id', async ({ params }, reply) => {
    const { id } = params as { id: string }
    const known = issuer.issued.get(id)
    if (!known) return reply.code(404).send()
    const { file } = await known.answer
    return reply.type('application/pdf').send(Buffer.from(file.certificatoPdf, 'base64'))
  })
}

const MALFORMED: AnprError = { kind: 'anpr-error', code: '999', text: 'Operazione non effettuabile' }

const CERTIFICATION = '/ANPR-Certificazione/v2/certificati'

interface Reply {
  code(status: number): { send(body: unknown): unknown }
}
const refuse = (reply: Reply, error: AnprError, status = 400) => reply.code(status).send(rispostaKO(error))
const refuseCertificate = (reply: Reply, error: AnprError) => reply.code(400).send(errore6001(error))
