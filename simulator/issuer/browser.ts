import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, fetch, type Headers, type Response } from 'undici'

interface Asked {
  headers?: Record<string, string>
  method?: string
  body?: string | URLSearchParams | Uint8Array<ArrayBuffer>
}

interface Told {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: who asks says what it expects of the body
  body: any
  headers: Headers
}

/** A file as it is; anything else goes as JSON. */
const isRaw = (body: unknown): body is string | Uint8Array<ArrayBuffer> =>
  typeof body === 'string' || body instanceof Uint8Array

/**
 * An employee's browser as far as the console's wire needs one: cookies by host, and what browsers say of where a request
 * was made. `pki`: the folder with the company's authority.
 */
export class Browser {
  readonly #agent: Agent
  readonly #console: string
  readonly #cookies = new Map<string, Map<string, string>>()
  csrf = ''

  constructor(consoleUrl: string, pki: string) {
    this.#agent = new Agent({ connections: 8, connect: { ca: readFileSync(join(pki, 'gateway-ca.pem')) } })
    this.#console = `https://localhost:${new URL(consoleUrl).port}`
  }

  get origin(): string {
    return this.#console
  }

  /** Cookies that the console has set, as `name=value; …`; to be stolen by a test. */
  get cookies(): string {
    return this.#cookieOf(new URL(this.#console))
  }
  set cookies(text: string) {
    this.#cookies.set(
      new URL(this.#console).host,
      new Map(text.split('; ').map((one) => one.split('=', 2) as [string, string])),
    )
  }

  /** Signs in as this employee (simulator/issuer); answers where the console has sent the browser then. */
  async logIn(who: string, { fresh = false, to = '/' } = {}): Promise<string> {
    let url = new URL(`${this.#console}/console/log-in?to=${encodeURIComponent(to)}${fresh ? '&fresh=1' : ''}`)
    for (let hop = 0; hop < 12; hop++) {
      const isQuestion = url.pathname.startsWith('/who/')
      const answer = await this.#ask(url, isQuestion ? { method: 'POST', body: new URLSearchParams({ who }) } : {})
      const next = answer.headers.get('location')
      await answer.arrayBuffer()
      if (next === null) throw new Error(`no way on from ${url.pathname}: ${answer.status}`)
      url = new URL(next, url)
      if (url.origin === this.#console && url.pathname !== '/console/callback') {
        this.csrf = (await this.get('/me')).body?.csrf ?? ''
        return `${url.pathname}${url.search}`
      }
    }
    throw new Error('the log-in goes round')
  }

  /**
   * Logs in with a smart card, which `shake` has shake hands at an address; answers where the console has sent the browser then.
   */
  async logInByCard(shake: (url: string) => Promise<string>, { to = '/' } = {}): Promise<string> {
    const door = await this.location(`${this.#console}/console/card/log-in?to=${encodeURIComponent(to)}`)
    const back = await shake(door)
    const next = await this.location(new URL(back, door).href)
    this.csrf = (await this.get('/me')).body?.csrf ?? ''
    return next
  }

  /** `acts`: the person has just used the page; else the page looks again by itself. */
  get(path: string, { acts = true } = {}): Promise<Told> {
    return this.#told(path, acts ? { headers: { 'x-acted': '1' } } : {})
  }

  /** The first that a route of events says; then the browser goes away. */
  async listen(path: string): Promise<Told> {
    const answer = await this.#ask(new URL(`${this.#console}/console/v1${path}`), {})
    if (answer.status !== 200) return this.#read(answer)
    const reader = answer.body?.getReader()
    const first = await reader?.read()
    await reader?.cancel()
    return { status: 200, body: Buffer.from(first?.value ?? []).toString(), headers: answer.headers }
  }

  /** `headers`: in place of those that the console's own page sends. */
  post(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Told> {
    const own = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', origin: this.#console }
    return this.#told(path, {
      ...{ method: 'POST', body: isRaw(body) ? body : JSON.stringify(body) },
      headers: { ...own, 'x-csrf': this.csrf, ...headers },
    })
  }

  /** The bytes of a file. */
  async file(path: string): Promise<Buffer> {
    const answer = await this.#ask(new URL(`${this.#console}/console/v1${path}`), { headers: { 'x-acted': '1' } })
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return Buffer.from(await answer.arrayBuffer())
  }

  /** Where an address of the console sends the browser. */
  async location(url: string): Promise<string> {
    const answer = await this.#ask(new URL(url), {})
    await answer.arrayBuffer()
    return answer.headers.get('location') ?? ''
  }

  /** A path of the page, not of the wire. */
  async raw(path: string): Promise<{ status: number; headers: Headers }> {
    const answer = await this.#ask(new URL(`${this.#console}${path}`), {})
    await answer.arrayBuffer()
    return { status: answer.status, headers: answer.headers }
  }

  close(): Promise<void> {
    return this.#agent.close()
  }

  async #told(path: string, init: Asked): Promise<Told> {
    return this.#read(await this.#ask(new URL(`${this.#console}/console/v1${path}`), init))
  }

  async #read(answer: Response): Promise<Told> {
    const text = await answer.text()
    // A file is told as it is.
    const isJson = /^application\/json\b/.test(answer.headers.get('content-type') ?? '')
    return { status: answer.status, body: isJson ? JSON.parse(text) : text || null, headers: answer.headers }
  }

  async #ask(url: URL, { headers = {}, ...init }: Asked) {
    const cookie = this.#cookieOf(url)
    const answer = await fetch(url, {
      ...{ ...init, redirect: 'manual', dispatcher: this.#agent },
      headers: { ...(cookie && { cookie }), ...headers },
    })
    const jar = this.#cookies.get(url.host) ?? new Map<string, string>()
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    this.#cookies.set(url.host, jar)
    return answer
  }

  #cookieOf({ host }: URL): string {
    return [...(this.#cookies.get(host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
  }
}
