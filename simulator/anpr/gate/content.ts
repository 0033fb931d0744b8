import { z } from 'zod'
import { type Finding, finding } from '../log.ts'

/** The id under which a client keeps an operation. */
const idOperazioneClient = z.string().min(1).max(30)

/** What the Ministry's files require of a consultation; they hold no length, no pattern and no closed list of fields. */
const richiestaE002 = z.looseObject({
  idOperazioneClient,
  criteriRicerca: z.looseObject({}),
  datiRichiesta: z.looseObject({
    dataRiferimentoRichiesta: z.string(),
    motivoRichiesta: z.string(),
    casoUso: z.string(),
  }),
})
const anyRequest = z.looseObject({ idOperazioneClient: idOperazioneClient.optional() })

/** Why the body is not what the service's OpenAPI file describes; null when it is. */
export function contentFault(operation: string, type: string | undefined, body: Buffer): Finding | null {
  if (!/^application\/json\s*(;|$)/i.test(type ?? ''))
    return finding('content-type', 'Content-Type is not application/json')
  let read: unknown
  try {
    read = JSON.parse(body.toString('utf8'))
  } catch {
    return finding('content-json', 'The body is no JSON')
  }
  const wrong = wrongValue(read)
  if (wrong) return wrong
  const schema = operation.endsWith('/anpr-service-e002') ? richiestaE002 : anyRequest
  const parsed = schema.safeParse(read)
  if (parsed.success) return null
  return finding('content-schema', `Not valid: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`)
}

/** Every value is text, and none is null (swagger-request-validator's code 1021), however deep it lies. */
function wrongValue(body: unknown): Finding | null {
  const left = [body]
  while (left.length > 0) {
    const value = left.pop()
    if (value === null) return finding('content-null', 'Null value is not allowed (code: 1021)')
    if (typeof value === 'string') continue
    if (typeof value !== 'object') return finding('content-value', 'A value is not of type string (code: 1027)')
    for (const inner of Object.values(value as object)) left.push(inner)
  }
  return null
}
