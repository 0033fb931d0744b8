import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Agent, request } from 'undici'
import type { Service } from '../../../gateway/anpr/services.ts'
import type { GatewayConfig } from '../../../gateway/index.ts'

export interface Told {
  status: number
  body: string
}

/** One question on its way to ANPR: the code of its e-service, and its body. */
export interface Question {
  service: string
  body: string
  /** Asks ANPR, with the headers that came. */
  ask(): Promise<Told>
}

/**
 * A line between gateway and ANPR, in plain HTTP on this machine: `through` sees every question that the gateway has
 * signed, and says what comes back. Questions to the token server go straight.
 */
export async function openAnprLine(through: (question: Question) => Promise<Told>) {
  let direct: GatewayConfig['anpr'] | null = null
  let agent = new Agent()
  const server = createServer(async (question, answer) => {
    const [, code = '', operation = ''] = /^\/([^/]+)(\/.*)$/.exec(question.url ?? '') ?? []
    const body = await buffer(question)
    const { host: _, connection: __, 'content-length': ___, ...headers } = question.headers
    const told = await through({
      service: code,
      body: body.toString(),
      async ask() {
        const url = `${direct?.pdnd.services[code as Service]?.url}${operation}`
        const came = await request(url, { method: 'POST', dispatcher: agent, headers, body })
        return { status: came.statusCode, body: await came.body.text() }
      },
    })
    answer.writeHead(told.status, { 'content-type': 'application/problem+json' }).end(told.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    /** The settings with each service's address on this line. */
    throughLine(settings: GatewayConfig['anpr']): GatewayConfig['anpr'] {
      direct = settings
      agent = new Agent({ connect: { ca: readFileSync(settings.pdnd.gateCa ?? '') } })
      const { pdnd } = settings
      const services = Object.entries(pdnd.services).map(([code, offer]) => [
        code,
        { ...offer, url: `${base}/${code}` },
      ])
      return { ...settings, pdnd: { ...pdnd, services: Object.fromEntries(services) } }
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await agent.destroy()
    },
  }
}
