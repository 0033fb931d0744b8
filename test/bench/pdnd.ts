import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import { signerIn } from '../../gateway/anpr/pdnd/signer.ts'
import { pdndTransport } from '../../gateway/anpr/pdnd/transport.ts'
import { agentFor, exchange } from '../../gateway/anpr/transport.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { PKI } from '../support/pki.ts'
import { type Figure, median } from './report.ts'

const CALLS = 300
const A_SECOND = 100
const SECONDS = 60
const TIMEOUT_MS = 8_000
const BODY = { idOperazioneClient: '1', criteriRicerca: { idANPR: 'AF41450AS' } }

/**
 * What vouchers and signatures cost us: a call with a new voucher beside two bare HTTPS calls, and a hundred calls a
 * second of as many people. Token server and gate are a stub in this process that answers at once.
 */
export async function pdndFigures(): Promise<Figure[]> {
  await makePki(PKI)
  const file = (name: string) => readFileSync(join(PKI, 'pdnd', name), 'utf8')
  const server = createServer({ key: file('server.key.pem'), cert: file('server.cert.pem') }, async (asked, answer) => {
    const form = await text(asked)
    answer.end(asked.url === '/token' ? granted(form) : '{}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ca = file('ca.pem')
  const agent = agentFor(ca)
  const purposeId = '7d444840-9dc0-41d1-b245-5ffdce74fad2'
  const transport = pdndTransport(
    {
      client: { clientId: purposeId, signer: await signerIn('key', join(PKI, 'pdnd/client.key.pem'), null) },
      token: { url: `${url}/token`, audience: 'here', keep: true },
      ca: { token: ca, gate: ca },
      services: { C021: { url: `${url}/C021`, audience: 'gate', purposeId, dpop: false } },
    },
    { timeoutMs: TIMEOUT_MS },
  )
  let people = 0
  const call = async () => {
    const asker = { userId: `person-${people++}`, userLocation: 'TT-0001', loa: 'LOA3' }
    const began = performance.now()
    const answered = await transport.post({
      service: 'C021',
      method: 'POST',
      operation: '/anpr-service-e002',
      body: BODY,
      asker,
    })
    if (!answered.ok) throw new Error(`a call was answered ${JSON.stringify(answered.error)}`)
    return performance.now() - began
  }
  const bare = async () => {
    const began = performance.now()
    await exchange(agent, `${url}/bare`, { headers: {}, body: JSON.stringify(BODY), timeoutMs: TIMEOUT_MS })
    return performance.now() - began
  }
  try {
    await call()
    const [calls, bares]: [number[], number[]] = [[], []]
    for (let n = 0; n < CALLS; n++) {
      bares.push(await bare())
      calls.push(await call())
    }
    const began = performance.now()
    const load: Promise<number>[] = []
    for (let n = 0; n < A_SECOND * SECONDS; n++) {
      await delay(Math.max(0, began + (n * 1000) / A_SECOND - performance.now()))
      load.push(call())
    }
    const underLoad = await Promise.all(load)
    const rate = load.length / ((performance.now() - began) / 1000)
    const figure = (what: string, value: number, unit: string, goal: Figure['goal']): Figure => ({
      ...{ what, value, unit, goal, references: [] },
    })
    return [
      {
        ...figure('PDND: our share of a call with a new voucher, p95', p95(calls) - 2 * median(bares), 'ms', {
          ...{ at: 'most', value: 10 },
        }),
        references: [{ what: 'one bare HTTPS call, median', value: median(bares) }],
      },
      figure(`PDND: calls a second, each with a new voucher, for ${SECONDS} s`, rate, '/s', { at: 'least', value: 99 }),
      figure('PDND: such a call meanwhile, p95', p95(underLoad), 'ms', null),
    ]
  } finally {
    await transport.close()
    await agent.destroy()
    server.closeAllConnections()
    server.close()
  }
}

const p95 = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? Number.NaN

/** A voucher as the client wants it; nobody here looks at its signature. */
function granted(form: string): string {
  const { purposeId, digest } = decodeJwt(new URLSearchParams(form).get('client_assertion') ?? '')
  const claims = { purposeId, digest, exp: Math.floor(Date.now() / 1000) + 600 }
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
  return JSON.stringify({ access_token: `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`, token_type: 'Bearer' })
}
