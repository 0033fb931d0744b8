import type { FastifyInstance } from 'fastify'
import type { AnprAccess } from './access.ts'
import { type Faults, faultSchema } from './faults.ts'
import type { Issuer } from './issue.ts'
import type { Log } from './log.ts'

/**
 * The simulator's own door, for tests, bench and dock; no client of ANPR comes here.
 *   PUT /simulator/fault          AnprFault
 *   GET /simulator/access         AnprAccess
 *   GET /simulator/log            { log: [Entry] }, the true reasons
 *   GET /simulator/issued         { issued: [idOperazioneClient] }
 *   GET /simulator/asked          { asked: { idOperazioneClient: how often } }
 *   GET /simulator/issued/:id     the sealed PDF
 */
export function controls(
  app: FastifyInstance,
  { issuer, faults, log, access }: { issuer: Issuer; faults: Faults; log: Log; access: AnprAccess },
): void {
  app.put('/fault', async ({ body }, reply) => {
    const fault = faultSchema.safeParse(body)
    if (!fault.success) return reply.code(400).send()
    faults.set(fault.data)
    return reply.code(204).send()
  })
  app.get('/access', async () => access)
  app.get('/log', async () => ({ log: log.entries() }))
  app.get('/issued', async () => ({ issued: [...issuer.issued.keys()] }))
  app.get('/asked', async () => ({ asked: Object.fromEntries(askedOf(issuer)) }))
  app.get('/issued/:id', async ({ params }, reply) => {
    const { id } = params as { id: string }
    const known = issuer.issued.get(id)
    if (!known) return reply.code(404).send()
    const { file } = await known.answer
    return reply.type('application/pdf').send(Buffer.from(file.certificatoPdf, 'base64'))
  })
}

/** idOperazioneClient of every certificate issued, with the number of times that it was asked for. */
export const askedOf = ({ issued }: Issuer) => new Map([...issued].map(([id, { asked }]) => [id, asked]))
