import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { PKI } from '../pki.ts'
import { openedReceipt } from './requests.ts'

const text = (name: string) => readFileSync(join(PKI, name), 'utf8')

/** The gateway asks a totem to stay away for longer; here no other totem waits. */
const BUSY_MS = 250

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of the body
  body: any
}

const tlsOf = (totem: string | null) => ({
  ca: text('gateway-ca.pem'),
  ...(totem !== null && { cert: text(`totems/${totem}.cert.pem`), key: text(`totems/${totem}.key.pem`) }),
})

/** A totem as the gateway sees it: a client certificate and JSON. `as` null calls without a certificate. */
export class TotemClient {
  readonly #agent: Agent
  readonly #url: string
  #cursor = 0
  readonly #told = new Map<string, unknown>()
  #poll: Promise<void> | null = null

  /** `as`: a totem of the PKI, or the PEM files of one that was provisioned otherwise. */
  constructor(url: string, as: string | null | { ca: string; cert: string; key: string }) {
    this.#url = url
    this.#agent = new Agent({ connect: typeof as === 'object' && as !== null ? as : tlsOf(as) })
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#ask('GET', path, undefined, headers)
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#ask('POST', path, typeof body === 'string' ? body : JSON.stringify(body), headers)
  }

  submit(...items: { operation: string; sealed: string }[]): Promise<Answer> {
    return this.post('/v1/operations', { items })
  }

  /** Submits, and waits until all is settled. Answers as a submission that comes again then. */
  async settled(...items: { operation: string; sealed: string }[]): Promise<Answer> {
    let answer = await this.submit(...items)
    // On a busy machine a gateway that has just started turns totems away for a while.
    while (answer.status === 429) {
      await delay(BUSY_MS)
      answer = await this.submit(...items)
    }
    const { status, body } = answer
    const results = await Promise.all(
      body.results.map((result: { operation: string; state: string }) =>
        result.state === 'pending' ? this.#outcomeOf(result.operation) : result,
      ),
    )
    return { status, body: { results } }
  }

  /** `told`: the outcomes that have come so far. Calls that wait at the same time share one poll. */
  async #outcomeOf(operation: string): Promise<unknown> {
    while (!this.#told.has(operation)) {
      this.#poll ??= this.#pollOnce().finally(() => {
        this.#poll = null
      })
      await this.#poll
    }
    return this.#told.get(operation)
  }

  async #pollOnce(): Promise<void> {
    const { body } = await this.get(`/v1/outcomes?after=${this.#cursor}&wait=25`)
    this.#cursor = body.cursor
    for (const outcome of body.outcomes) this.#told.set(outcome.operation, outcome)
  }

  /** Says that everything up to this cursor is on the disk, with what only the totem's outcome key opens. */
  async acknowledge(cursor: number, as = 'TT-0001'): Promise<void> {
    const { body } = await this.get(`/v1/outcomes?after=${cursor}&wait=0&receipt=`)
    const receipt = await openedReceipt(body.receipt, as)
    await this.get(`/v1/outcomes?after=${body.cursor}&wait=0&receipt=${receipt}`)
  }

  async bytes(path: string): Promise<Buffer> {
    const { body } = await request(`${this.#url}${path}`, { dispatcher: this.#agent })
    return Buffer.from(await body.arrayBuffer())
  }

  async text(path: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
    const response = await request(`${this.#url}${path}`, { dispatcher: this.#agent, headers })
    return { status: response.statusCode, body: await response.body.text() }
  }

  close(): Promise<void> {
    return this.#agent.close()
  }

  async #ask(method: 'GET' | 'POST', path: string, body: string | undefined, given: Record<string, string>) {
    const headers = body === undefined ? given : { 'content-type': 'application/json', ...given }
    const response = await request(`${this.#url}${path}`, {
      method,
      dispatcher: this.#agent,
      headers,
      ...(body !== undefined && { body }),
    })
    const answered = await response.body.text()
    return { status: response.statusCode, body: answered === '' ? null : JSON.parse(answered) }
  }
}
