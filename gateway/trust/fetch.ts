import { Agent, request } from 'undici'
import { err, ok, type Result } from '../../contract/result.ts'

/** Italy's largest, of the CNS of Lombardia, are of some MB; beyond this it is no CRL, or one that no totem would take. */
const LONGEST_CRL_BYTES = 64 * 1024 * 1024
/** The whole exchange: a server that drips must not hold us. */
const DEADLINE_MS = 60_000

export type FetchFailure =
  /** No plain `http:` to one of the hosts that the operator has allowed. */
  | { kind: 'address-refused' }
  | { kind: 'no-answer'; reason: string }
  | { kind: 'http-status'; status: number }
  | { kind: 'too-large' }

/**
 * Fetches a CRL (DER) from the address that a certificate names. Whoever makes a certificate writes that address, and the
 * gateway stands inside a network: so `hosts` (`name` or `name:port`) says where it may call, redirects are not followed
 * and nothing is sent along. Plain HTTP: a CRL is signed, and RFC 5280 §8 warns of the loops that TLS would bring.
 */
export async function fetchCrl(
  address: string,
  hosts: readonly string[],
  stopping: AbortSignal,
): Promise<Result<Uint8Array, FetchFailure>> {
  if (!isAllowed(address, hosts)) return err({ kind: 'address-refused' })
  // One of its own: it keeps no connection, and knows of no proxy.
  const agent = new Agent({ pipelining: 0 })
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

/** Plain HTTP to a listed host and port, with no name and password in it. */
export function isAllowed(address: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, host, username, password } = new URL(address)
  return protocol === 'http:' && username === '' && password === '' && hosts.includes(host)
}
