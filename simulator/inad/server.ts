import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Fastify from 'fastify'
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose'
import { timeFinding } from '../anpr/gate/times.ts'
import { pdndKeysOf } from '../anpr/gate/voucher.ts'
import { isSignedBy, readJws } from '../anpr/jws.ts'
import { type Entry, entryOf } from './entries.ts'
import { INAD } from './registration.ts'

export interface Inad {
  /** Up to `domiciliodigitale`, without an operation. */
  url: string
  /** How often somebody was looked up. */
  asked(): number
  stop(): Promise<void>
}

const BASE = '/rest/inad/v1/domiciliodigitale'
/** Positions that hold a digit may hold a letter instead: people whose codice fiscale was somebody else's too. */
const DIGIT = '[0-9LMNPQRSTUV]'
const CODICE_FISCALE = new RegExp(`^[A-Z]{6}${DIGIT}{2}[A-Z]${DIGIT}{2}[A-Z]${DIGIT}{3}[A-Z]$`)
/** *Uncertain*: the published file asks for a reference and names no length. */
const LONGEST_REFERENCE = 100

/**
 * A stand-in for INAD, the public index of digital domiciles, on the synthetic population. Behind PDND's voucher.
 * *Uncertain*: whether INAD asks for evidence and signature too; the published clients send the voucher alone, so that
 * nothing else is looked at here. The bulk look-ups are left out: a totem looks up one person.
 */
export async function startInad({
  pki,
  port = 0,
  now = () => new Date(),
}: {
  /** Folder of the test keys (simulator/pki). */
  pki: string
  port?: number
  now?: () => Date
}): Promise<Inad> {
  const pem = (name: string) => readFileSync(join(pki, 'pdnd', name), 'utf8')
  const jwk = await exportJWK(createPublicKey(pem('signing.key.pem')))
  const keys = await pdndKeysOf({ keys: [{ ...jwk, kid: await calculateJwkThumbprint(jwk as JWK) }] })
  const server = Fastify({
    https: { key: pem('server.key.pem'), cert: pem('server.cert.pem') },
    forceCloseConnections: true,
  })
  let asked = 0

  async function mayAsk(authorization: string | undefined): Promise<boolean> {
    const jws = readJws(/^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '')
    const key = jws && keys.get(String(jws.header.kid))
    if (!jws || !key || !(await isSignedBy(jws, key, 'RS256')) || timeFinding('voucher', jws, +now())) return false
    const { aud, eserviceId } = jws.claims
    return [aud].flat().includes(INAD.audience) && eserviceId === INAD.eserviceId
  }
  const refusal = (status: number, type: string, detail: string) => ({ status: String(status), type, detail })

  server.setNotFoundHandler((_, reply) => reply.code(404).send(refusal(404, 'NOT_FOUND', 'Risorsa inesistente')))
  server.addHook('onRequest', async ({ headers }, reply) => {
    if (!(await mayAsk(headers.authorization)))
      return reply.code(401).send(refusal(401, 'UNAUTHORIZED', 'Voucher mancante o non valido'))
  })
  type Ask = { Params: { cf: string }; Querystring: Record<string, string | undefined> }
  const look =
    (answer: (entry: Entry, query: Ask['Querystring']) => object | null) =>
    async ({ params: { cf }, query }: { params: Ask['Params']; query: Ask['Querystring'] }) => {
      const { practicalReference = '' } = query
      if (!CODICE_FISCALE.test(cf)) return refusal(400, 'BAD_REQUEST', 'Codice fiscale non valido')
      if (practicalReference === '' || practicalReference.length > LONGEST_REFERENCE)
        return refusal(400, 'BAD_REQUEST', 'practicalReference mancante o non valido')
      asked++
      const entry = entryOf(cf)
      if (entry === null) return refusal(404, 'NOT_FOUND', 'Domicilio digitale non presente')
      return answer(entry, query) ?? refusal(400, 'BAD_REQUEST', 'digital_address e since mancanti')
    }
  const answered = (given: object) => ('status' in given ? Number(given.status) : 200)
  const extract = look((entry) => entry)
  const verify = look(({ digitalAddress, since }, { digital_address: address, since: day }) =>
    address === undefined || day === undefined
      ? null
      : {
          outcome:
            Date.parse(day) >= Date.parse(since) &&
            digitalAddress.some(
              (one) =>
                one.digitalAddress.toLowerCase() === address.toLowerCase() &&
                (one.usageInfo === undefined || Date.parse(one.usageInfo.dateEndValidity) > Date.parse(day)),
            ),
        },
  )
  for (const [path, handler] of [
    ['extract', extract],
    ['verify', verify],
  ] as const)
    server.get<Ask>(`${BASE}/${path}/:cf`, async (request, reply) => {
      const given = await handler(request)
      return reply.code(answered(given)).send(given)
    })

  await server.listen({ host: '127.0.0.1', port })
  return {
    url: `https://127.0.0.1:${(server.server.address() as AddressInfo).port}${BASE}`,
    asked: () => asked,
    stop: () => server.close(),
  }
}
