import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { CompactEncrypt } from 'jose'
import {
  type IssuedOutcome,
  type OutcomePage,
  outcomeHeader,
  receiptHeader,
  type Submission,
} from '../../../contract/gateway.ts'
import type { Heartbeat } from '../../../contract/heartbeat.ts'
import type { JournalEntry } from '../../../contract/journal.ts'
import type { NamedKey } from '../../../main/queue/sealing.ts'
import { makePki } from '../../../simulator/pki/make.ts'
import { PKI } from '../pki.ts'

export type Asked = {
  path: string
  body: unknown
  items: Submission['items']
  headers: Record<string, string | string[] | undefined>
}
/** Answers one request in its own way and returns true, or returns false and leaves it to the honest gateway. */
export type Whim = (asked: Asked, response: ServerResponse) => boolean | Promise<boolean>

const pem = (name: string) => readFileSync(`${PKI}/${name}`, 'utf8')
const PAGE = 20
const CHALLENGE = Buffer.alloc(32).toString('base64')

/**
 * A gateway on a real socket with mutual TLS that knows nothing of certificates or ANPR. It issues every request once
 * an operation id, hands out the outcomes, and misbehaves on request. `now` is the clock that it tells the totem.
 */
export async function startScriptedGateway(now: () => number) {
  await makePki(PKI)
  const outcomeKey = JSON.parse(pem('totems/TT-0001.outcome.jwk.json')) as NamedKey
  const { d: _, ...sealTo } = outcomeKey

  /** Requests that took effect, by operation id. */
  const issued = new Map<string, string>()
  const effects: string[] = []
  const asked: Asked[] = []
  const journal: JournalEntry[] = []
  const heartbeats: Heartbeat[] = []
  /** Outcomes for `/v1/outcomes`; the cursor of each is its place, from 1. */
  const outcomes: OutcomePage['outcomes'] = []
  const bell = new EventEmitter().setMaxListeners(0)
  /** Polls held open. */
  let holding = 0
  const held = (change: 1 | -1) => {
    holding += change
    bell.emit('holding')
  }
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
        ...outcomeHeader(sealTo.kid, { operation, totem: 'TT-0001', kind: 'certificate' }),
        ...header,
      })
      .encrypt(sealTo)

  const acknowledged: number[] = []
  const tokenOf = (cursor: number) => `token-${cursor}`
  const sealReceipt = (cursor: number) =>
    new CompactEncrypt(new TextEncoder().encode(JSON.stringify({ token: tokenOf(cursor) })))
      .setProtectedHeader(receiptHeader(sealTo.kid, { totem: 'TT-0001', cursor }))
      .encrypt(sealTo)

  async function issue(operation: string): Promise<string> {
    const outcome = issued.get(operation) ?? (await sealOutcome(operation))
    if (!issued.has(operation)) effects.push(operation)
    issued.set(operation, outcome)
    return outcome
  }

  /** Makes a request take effect, once. */
  async function take(operation: string): Promise<void> {
    if (issued.has(operation)) return
    tell({ operation, state: 'issued', outcome: await issue(operation) })
  }
  function tell(outcome: OutcomePage['outcomes'][number]): void {
    outcomes.push(outcome)
    bell.emit('ring')
  }

  const pageAfter = (after: number): OutcomePage => {
    const from = after > outcomes.length ? 0 : after
    const page = outcomes.slice(from, from + PAGE)
    return { cursor: from + page.length, more: from + page.length < outcomes.length, outcomes: page }
  }

  async function outcomesAfter(query: URLSearchParams, response: ServerResponse): Promise<void> {
    const after = Number(query.get('after'))
    const given = query.get('receipt')
    if (given === tokenOf(after)) acknowledged.push(after)
    if (pageAfter(after).outcomes.length === 0) {
      const gone = new AbortController()
      response.once('close', () => gone.abort())
      const enough = AbortSignal.any([gone.signal, AbortSignal.timeout(1_000 * Number(query.get('wait')))])
      held(1)
      await once(bell, 'ring', { signal: enough }).catch(() => undefined)
      held(-1)
    }
    const page = pageAfter(after)
    json(response, 200, given === null ? page : { ...page, receipt: await sealReceipt(page.cursor) })
  }

  async function honest({ path, items, body }: Asked, query: URLSearchParams, response: ServerResponse): Promise<void> {
    const status = { at: new Date(now()).toISOString(), version: '1' }
    switch (path) {
      case '/v1/status':
        return json(response, 200, status)
      case '/v1/heartbeat':
        heartbeats.push(body as Heartbeat)
        return json(response, 200, { ...status, challenge: CHALLENGE })
      case '/v1/operations': {
        // A known request is answered at once.
        const results = items.map(({ operation }) => {
          const outcome = issued.get(operation)
          return outcome ? { operation, state: 'issued', outcome } : { operation, state: 'pending' }
        })
        for (const { operation } of items) await take(operation)
        return json(response, 200, { results })
      }
      case '/v1/outcomes':
        return outcomesAfter(query, response)
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
        return // The totem has gone away in the middle of its request.
      }
      const sent = Buffer.concat(chunks)
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
      const body = plain.length > 0 ? JSON.parse(plain.toString()) : undefined
      const { pathname: path, searchParams } = new URL(request.url ?? '', 'https://gateway')
      const items = (body as Submission | undefined)?.items ?? []
      const question = { path, body, items, headers: request.headers }
      asked.push(question)
      if (!(await whim(question, response))) await honest(question, searchParams, response)
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
    port,
    url: `https://127.0.0.1:${port}`,
    /** Provisioning of a totem of this gateway. */
    credentials: {
      ca: pem('gateway-ca.pem'),
      certificate: pem('totems/TT-0001.cert.pem'),
      key: pem('totems/TT-0001.key.pem'),
    },
    foreign: { ca: pem('totem-ca.pem'), certificate: pem('gateway.cert.pem'), key: pem('gateway.key.pem') },
    outcomeKeys: new Map([[outcomeKey.kid, outcomeKey]]),
    asked,
    effects,
    /** Cursors up to which the totem has proved that it has the outcomes. */
    acknowledged,
    journal,
    heartbeats,
    outcomes,
    holding: () => holding,
    /** Resolves at the next change in the number of held polls. */
    holdingChanged: (signal: AbortSignal) => once(bell, 'holding', { signal }).catch(() => undefined),
    issue,
    take,
    tell,
    sealOutcome,
    misbehave: (next: Whim) => {
      whim = next
    },
    /** Cuts the line with everything on it, and brings it back on the same port. */
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
