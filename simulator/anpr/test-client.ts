// For tests: a client written from the papers, with every part of a request open to change.
import { createHash, createPrivateKey, type KeyObject, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CompactSign } from 'jose'
import { Agent, type Dispatcher, request } from 'undici'
import { makePki } from '../pki/make.ts'
import type { AnprAccess } from './access.ts'
import { startAnpr } from './index.ts'
import { type PdndRegistry, pdndRegistry } from './pdnd/registry.ts'

type Claims = Record<string, unknown>
/** What is otherwise in a token: undefined takes a claim away. */
export interface Change {
  header?: Claims
  claims?: Claims
  key?: KeyObject
}

/** What is otherwise in a call, beginning with the assertion. */
export interface Changes {
  evidence?: Change
  assertion?: Change
  signature?: Change
  /** Signs the voucher anew, with the key given: PDND's own, if only its content is to be wrong. */
  voucher?: Change | ((claims: Claims) => Change)
  method?: string
  body?: string | Buffer
  /** Header as sent; undefined takes it away. */
  sent?: Record<string, string | undefined>
  /** Headers as signed; without it, as sent. */
  signed?: unknown
  path?: string
}

export interface Heard {
  status: number
  headers: Dispatcher.ResponseData['headers']
  text: string
  json: () => Record<string, unknown>
}

const PKI = join(import.meta.dirname, '../../.bench/pki')
/** Sunday, 10:05 in Rome. */
export const STARTED = new Date('2026-11-22T09:05:00.500Z')
export const SECOND = Math.floor(+STARTED / 1000)

/** The simulated ANPR and a client of it, at a clock that a test turns. `change`: of the registry of the test keys. */
export async function openAnpr(
  change: (registry: PdndRegistry) => unknown = () => undefined,
  options: { reusePdf?: boolean; virtualBollo?: string } = {},
) {
  await makePki(PKI)
  const registry = pdndRegistry.parse(JSON.parse(readFileSync(join(PKI, 'pdnd/registry.json'), 'utf8')))
  change(registry)
  const clock = { now: STARTED }
  const anpr = await startAnpr({ port: 0, pki: PKI, registry, now: () => clock.now, ...options })
  const client = testClient(anpr.access, () => clock.now)
  return {
    anpr,
    client,
    clock,
    registry,
    /** PDND's own key, for vouchers with another content. */
    pdndKey: createPrivateKey(readFileSync(join(PKI, 'pdnd/signing.key.pem'))),
    end: async () => {
      await client.close()
      await anpr.stop()
    },
  }
}

/** Speaks as the client of `access`, at the time of `now`. */
export function testClient(access: AnprAccess, now = () => new Date()) {
  const agent = new Agent({ connect: { ca: readFileSync(access.ca) } })
  const key = createPrivateKey(readFileSync(access.client.keyFile))
  const { clientId, kid } = access.client
  const seconds = () => Math.floor(+now() / 1000)

  const jwt = (claims: Claims, header: Claims, change: Change = {}) => {
    const alg = String({ alg: 'RS256', ...header, ...change.header }.alg)
    return new CompactSign(Buffer.from(JSON.stringify({ ...claims, ...change.claims })))
      .setProtectedHeader(JSON.parse(JSON.stringify({ alg, ...header, ...change.header })))
      .sign(change.key ?? key)
  }
  const ownHeader = { alg: 'RS256', kid, typ: 'JWT' }

  const serviceOf = (code: string) => {
    const service = access.eServices[code]
    if (!service) throw new Error(code)
    return service
  }

  const evidence = (code: string, change?: Change) =>
    jwt(
      {
        iss: clientId,
        sub: clientId,
        aud: serviceOf(code).audience,
        jti: randomUUID(),
        iat: seconds(),
        nbf: seconds(),
        exp: seconds() + 600,
        purposeId: serviceOf(code).purposeId,
        dnonce: '1234567890123',
        userID: 'session-0001',
        userLocation: 'TT-0001',
        LoA: 'LOA3',
      },
      ownHeader,
      change,
    )

  const assertion = (code: string, digest: string | undefined, change?: Change) =>
    jwt(
      {
        iss: clientId,
        sub: clientId,
        aud: access.tokenAudience,
        jti: randomUUID(),
        iat: seconds(),
        exp: seconds() + 100,
        purposeId: serviceOf(code).purposeId,
        ...(digest && { digest: { alg: 'SHA256', value: digest } }),
      },
      ownHeader,
      change,
    )

  const hear = async (url: string, options: Parameters<typeof request>[1]): Promise<Heard> => {
    const { statusCode, headers, body } = await request(url, { dispatcher: agent, ...options })
    const text = await body.text()
    return { status: statusCode, headers, text, json: () => JSON.parse(text) as Record<string, unknown> }
  }

  const form = (client_assertion: string): Record<string, string> => ({
    client_id: clientId,
    client_assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    grant_type: 'client_credentials',
  })
  const ask = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    hear(access.tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    })

  /** A call up to the moment before it is sent. */
  async function prepare(code: string, body: unknown, changes: Changes = {}) {
    const proven = await evidence(code, changes.evidence)
    const digest = createHash('sha256').update(proven).digest('hex')
    const answer = await ask(form(await assertion(code, digest, changes.assertion)))
    let voucher = String(answer.json().access_token)
    if (changes.voucher) {
      const [header = '', claims = ''] = voucher.split('.')
      const change = typeof changes.voucher === 'function' ? changes.voucher(parsed(claims)) : changes.voucher
      voucher = await jwt(parsed(claims), parsed(header), change)
    }
    const bytes = changes.body ?? (body === undefined ? '' : JSON.stringify(body))
    const headers: Record<string, string | undefined> = {
      authorization: `Bearer ${voucher}`,
      digest: `SHA-256=${createHash('sha256').update(bytes).digest('base64')}`,
      'content-type': 'application/json',
      'agid-jwt-trackingevidence': proven,
      ...changes.sent,
    }
    const signed = changes.signed ?? [{ digest: headers.digest }, { 'content-type': headers['content-type'] }]
    headers['agid-jwt-signature'] = await jwt(
      {
        iss: clientId,
        sub: clientId,
        aud: serviceOf(code).audience,
        jti: randomUUID(),
        iat: seconds(),
        nbf: seconds(),
        exp: seconds() + 600,
        signed_headers: signed,
      },
      ownHeader,
      changes.signature,
    )
    Object.assign(headers, changes.sent)
    const sent = Object.fromEntries(
      Object.entries(headers).filter((header): header is [string, string] => header[1] !== undefined),
    )
    const operation = code === 'ANPR-Certificazione' ? '/certificati' : '/anpr-service-e002'
    return {
      url: serviceOf(code).url + (changes.path ?? operation),
      method: (changes.method ?? 'POST') as 'POST',
      headers: sent,
      body: bytes,
      voucher,
    }
  }

  const send = ({ url, method, headers, body }: Awaited<ReturnType<typeof prepare>>) =>
    hear(url, { method, headers, ...(method === 'POST' && { body }) })

  return {
    key,
    jwt,
    evidence,
    assertion,
    form,
    ask,
    prepare,
    send,
    hear,
    call: async (code: string, body: unknown, changes?: Changes) => send(await prepare(code, body, changes)),
    close: () => agent.close(),
  }
}

const parsed = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Claims
