import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { CompactEncrypt, type JWK } from 'jose'
import { type IssuedOutcome, OUTCOME_TYP, type Submission, sealedHeader } from '../../contract/gateway.ts'
import type { JournalEntry } from '../../contract/journal.ts'
import { makePki } from '../../simulator/pki/make.ts'

export type Asked = { path: string; body: unknown; items: Submission['items'] }
/** Answers one request in its own way; true when it has, false to leave it to the honest gateway. */
export type Whim = (asked: Asked, response: ServerResponse) => boolean | Promise<boolean>

const pkiDir = fileURLToPath(new URL('../../.bench/pki', import.meta.url))
const pem = (name: string) => readFileSync(`${pkiDir}/${name}`, 'utf8')

/**
 * A gateway on a real socket with mutual TLS that knows nothing of certificates or ANPR: it issues whatever it is asked,
 * once an operation id, and can be told to misbehave. `now` is the clock that it tells the totem.
 */
export async function startScriptedGateway(now: () => number) {
  await makePki(pkiDir)
  const outcomeKey = JSON.parse(pem('totems/TT-0001.outcome.jwk.json')) as JWK & { kid: string }
  const { d: _, ...sealTo } = outcomeKey

  /** What took effect, by operation id. */
  const issued = new Map<string, string>()
  const effects: string[] = []
  const asked: Asked[] = []
  const journal: JournalEntry[] = []
  let whim: Whim = () => false

  const sealOutcome = async (operation: string, changes: Partial<IssuedOutcome> = {}, header: object = {}) =>
    new CompactEncrypt(
      new TextEncoder().encode(
        JSON.stringify({
          operation,
          types: ['8'],
          protocol: '2198294275',
          idOperazioneAnpr: '77',
          issuedAt: new Date(now()).toISOString(),
          pdf: Buffer.from(`%PDF ${operation}`).toString('base64'),
          ...changes,
        }),
      ),
    )
      .setProtectedHeader({
        ...sealedHeader(OUTCOME_TYP, sealTo.kid, { operation, totem: 'TT-0001', kind: 'certificate' }),
        ...header,
      })
      .encrypt(sealTo)

  async function issue(operation: string): Promise<string> {
    const outcome = issued.get(operation) ?? (await sealOutcome(operation))
    if (!issued.has(operation)) effects.push(operation)
    issued.set(operation, outcome)
    return outcome
  }

  async function honest({ path, items, body }: Asked, response: ServerResponse): Promise<void> {
    if (path === '/v1/status') return json(response, 200, { at: new Date(now()).toISOString(), version: '1' })
    if (path === '/v1/operations') {
      const results = []
      for (const { operation } of items) results.push({ operation, state: 'issued', outcome: await issue(operation) })
      return json(response, 200, { results })
    }
    for (const entry of (body as { entries: JournalEntry[] }).entries)
      if (entry.seq === journal.length + 1) journal.push(entry)
    json(response, 200, { upTo: journal.length, anchor: null, forked: false })
  }

  const server = createServer(
    {
      key: pem('gateway.key.pem'),
      cert: pem('gateway.cert.pem'),
      ca: pem('totem-ca.pem'),
      requestCert: true,
      rejectUnauthorized: true,
    },
    async (request, response) => {
      const chunks: Buffer[] = []
      try {
        for await (const chunk of request) chunks.push(chunk)
      } catch {
        return // The totem has gone away in the middle of its question.
      }
      const sent = Buffer.concat(chunks)
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
      const body = plain.length > 0 ? JSON.parse(plain.toString()) : undefined
      const question = { path: request.url ?? '', body, items: (body as Submission | undefined)?.items ?? [] }
      asked.push(question)
      if (!(await whim(question, response))) await honest(question, response)
    },
  )
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const port = await listen(0)
  const cut = async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  return {
    url: `https://127.0.0.1:${port}`,
    /** What a totem of this gateway is provisioned with. */
    credentials: {
      ca: pem('gateway-ca.pem'),
      certificate: pem('totems/TT-0001.cert.pem'),
      key: pem('totems/TT-0001.key.pem'),
    },
    foreign: { ca: pem('totem-ca.pem'), certificate: pem('gateway.cert.pem'), key: pem('gateway.key.pem') },
    outcomeKeys: new Map([[outcomeKey.kid, outcomeKey]]),
    asked,
    effects,
    journal,
    issue,
    sealOutcome,
    misbehave: (next: Whim) => {
      whim = next
    },
    /** The line: cut with everything on it, and back on the same port. */
    cut,
    restore: () => listen(port),
    close: async () => {
      if (server.listening) await cut()
    },
  }
}
export type ScriptedGateway = Awaited<ReturnType<typeof startScriptedGateway>>

export function json(response: ServerResponse, status: number, body: unknown): void {
  text(response, status, JSON.stringify(body))
}

export function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}
