import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, request } from 'undici'
import { err, ok, type Result } from '../../contract/result.ts'

/** The largest CRL in Italy, of the CNS of Lombardia, has some MB. A totem would take none that is larger than this. */
const LONGEST_CRL_BYTES = 64 * 1024 * 1024
/** The longest exchange: a server that sends drop by drop must not hold the gateway. */
const DEADLINE_MS = 60_000
/** The longest wait for a connection, for an answer to begin, and for its next part. */
const SILENCE_MS = 10_000
/**
 * Names that are looked up at a time. Each lookup holds one of the four threads that also read files, for as long as a
 * name server is silent, so that two of them stay free.
 */
const LOOKUPS = 2

export type FetchFailure =
  /** The address is not plain `http:` to a host that the operator has allowed. */
  | { kind: 'address-refused' }
  | { kind: 'no-answer'; reason: string }
  | { kind: 'http-status'; status: number }
  | { kind: 'too-large' }

/**
 * Fetches a CRL (DER) from the address that a certificate names.
 * SECURITY: whoever makes a certificate chooses that address, and the gateway stands inside a network. So `hosts`
 * (`name` or `name:port`) says where the gateway may call, it follows no redirect and sends nothing along. Plain HTTP
 * is enough: a CRL is signed, and RFC 5280 §8 warns of the loops that TLS would bring.
 */
export async function fetchCrl(
  address: string,
  hosts: readonly string[],
  stopping: AbortSignal,
): Promise<Result<Uint8Array, FetchFailure>> {
  if (!isAllowed(address, hosts)) return err({ kind: 'address-refused' })
  // An agent for this one call: it keeps no connection and uses no proxy.
  const agent = new Agent({
    ...{ pipelining: 0, headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS },
    connect: { timeout: SILENCE_MS, lookup: lookupInTurn },
  })
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(DEADLINE_MS)])
  try {
    const response = await request(address, { dispatcher: agent, signal })
    if (response.statusCode !== 200) return err({ kind: 'http-status', status: response.statusCode })
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > LONGEST_CRL_BYTES) return err({ kind: 'too-large' })
      chunks.push(chunk)
    }
    return ok(new Uint8Array(Buffer.concat(chunks)))
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    return err({ kind: 'no-answer', reason: code ?? name })
  } finally {
    await agent.destroy()
  }
}

/** True for plain HTTP to a listed host and port, without name and password. */
export function isAllowed(address: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, host, username, password } = new URL(address)
  return protocol === 'http:' && username === '' && password === '' && hosts.includes(host)
}

let lookups = 0
const waiting: (() => void)[] = []

const lookupInTurn: LookupFunction = (name, options, answered) => {
  const begin = () => {
    lookups += 1
    lookup(name, options, (...answer) => {
      lookups -= 1
      waiting.shift()?.()
      answered(...answer)
    })
  }
  if (lookups < LOOKUPS) begin()
  else waiting.push(begin)
}
