import type { FastifyInstance } from 'fastify'
import { E_SERVICES, pathOf, serviceOf } from '../e-services.ts'
import { errore6001, errorOf } from '../errors.ts'
import type { Faults } from '../faults.ts'
import type { Issuer } from '../issue.ts'
import { certificateBody } from '../request.ts'
import { bulkService } from './bulk.ts'
import { CONSULTATIONS, consult, type Told } from './consultations.ts'
import { richiesta } from './search.ts'

/**
 * The one public file that still has the first text of `idOperazioneClient`: a known id gets the former answer, whoever is
 * asked about. The second text, of all others, says nothing of repeats.
 */
const FIRST_TEXT = 'C001'

function remembered(answers: Map<string, Told>, body: unknown): Told {
  const id = richiesta.safeParse(body).data?.idOperazioneClient
  const told = (id !== undefined && answers.get(id)) || consult(FIRST_TEXT, body)
  if (id !== undefined) answers.set(id, told)
  return told
}

/** ANPR's e-services on the synthetic population, as they stand behind the gate. */
export function eServices(server: FastifyInstance, issuer: Issuer, faults: Faults): void {
  const notified = new Map<string, Told>()
  for (const code of Object.keys(CONSULTATIONS)) {
    server.post(`${pathOf(serviceOf(code))}/anpr-service-e002`, async ({ body }, reply) => {
      const told = code === FIRST_TEXT ? remembered(notified, body) : consult(code, body)
      if (told.status !== 200) reply.type('application/problem+json')
      return reply.code(told.status).send(told.body)
    })
  }
  for (const service of E_SERVICES) if (service.code.startsWith('ElabMassiva')) bulkService(server, service, faults)

  server.post(`${pathOf(serviceOf('ANPR-Certificazione'))}/certificati`, async ({ body }, reply) => {
    const request = certificateBody.safeParse(body)
    if (!request.success) return reply.code(400).send(errore6001(errorOf('999')))
    const answer = await issuer.answer(request.data)
    return answer.ok ? answer.value : reply.code(400).send(errore6001(answer.error))
  })
}
