import type { FastifyInstance } from 'fastify'
import { type EService, pathOf } from './e-services.ts'
import { errore6001, rispostaKO } from './errors.ts'
import type { Faults } from './faults.ts'

/** A request that has passed the gate. `operation`: what follows the e-service's path, with its query. */
export interface Passed {
  service: EService
  method: string
  operation: string
  body: Buffer
}

export interface Answer {
  status: number
  type: string
  body: Buffer | string
}

/** The services as the gate sees them: what they offer, and what they answer. */
export interface Inner {
  offers(service: EService, method: string, operation: string): boolean
  /** Null: the service has acted, and its answer is lost. */
  answer(passed: Passed): Promise<Answer | null>
}

/** Puts faults in front of the services, which never listen themselves: as at the Ministry, only the gate reaches them. */
export function innerOf(services: FastifyInstance, routes: readonly Route[], faults: Faults): Inner {
  async function ask({ service, method, operation, body }: Passed): Promise<Answer> {
    const { statusCode, headers, rawPayload } = await services.inject({
      method: method as 'POST',
      url: pathOf(service) + operation,
      ...(body.length > 0 && { payload: body, headers: { 'content-type': 'application/json' } }),
    })
    return { status: statusCode, type: String(headers['content-type'] ?? 'application/json'), body: rawPayload }
  }
  return {
    offers: (service, method, operation) => {
      const path = pathOf(service) + (operation.split('?')[0] ?? '')
      return routes.some((route) => route.methods.includes(method) && route.path.test(path))
    },
    async answer(passed) {
      const { code } = passed.service
      const fault = faults.take(code, 'garbage', 'empty', 'error', 'cut', 'another-person')
      switch (fault?.kind) {
        case 'garbage':
          return { status: 200, type: 'application/json', body: '{"idOperazioneANPR":' }
        case 'empty':
          return { status: 200, type: 'application/json', body: '' }
        case 'error':
          return refusal(code, fault.code)
        case 'cut':
          await ask(passed)
          return null
        case 'another-person':
          return ask({ ...passed, body: aboutAnother(passed.body, fault) })
        default:
          return ask(passed)
      }
    },
  }
}

function refusal(service: string, code: string): Answer {
  const error = { kind: 'anpr-error', code, text: 'Errore simulato' } as const
  const body = service === 'ANPR-Certificazione' ? errore6001(error) : rispostaKO(error)
  return { status: 400, type: 'application/problem+json', body: JSON.stringify(body) }
}

/** The same question about somebody else. */
function aboutAnother(body: Buffer, { idANPR, codiceFiscale }: { idANPR: string; codiceFiscale: string }): Buffer {
  const asked = JSON.parse(body.toString('utf8')) as { criteriRicerca?: object; soggettoIntestatario?: object }
  const { criteriRicerca, soggettoIntestatario } = asked
  return Buffer.from(
    JSON.stringify({
      ...asked,
      ...(criteriRicerca && {
        criteriRicerca: 'codiceFiscale' in criteriRicerca ? { codiceFiscale } : { idANPR },
      }),
      ...(soggettoIntestatario && { soggettoIntestatario: { idANPR } }),
    }),
  )
}

export interface Route {
  methods: readonly string[]
  path: RegExp
}

/** Collects an app's routes as they are declared; `:name` stands for one part of a path. */
export function collectRoutes(app: FastifyInstance): readonly Route[] {
  const routes: Route[] = []
  app.addHook('onRoute', ({ method, url }) => {
    const pattern = url.replace(/[.*+?^$()[\]{}|\\]/g, '\\$&').replace(/:[^/]+/g, '[^/]+')
    routes.push({ methods: [method].flat(), path: new RegExp(`^${pattern}$`) })
  })
  return routes
}
