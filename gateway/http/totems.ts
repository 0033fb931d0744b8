import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import { totemId } from '../../contract/identity.ts'
import { type NamedKey, readKey } from '../operations/sealing.ts'

/** Totems that are known here: the id by TLS, the key from provisioning. */
export interface Totems {
  /** The totem behind a request; null when its certificate names none that is provisioned here. */
  of(request: FastifyRequest): Promise<string | null>
  /** To which a totem's outcomes are sealed; null when it is not provisioned here. */
  outcomeKeyOf(totem: string): Promise<NamedKey | null>
}

/**
 * Totems by client certificate (subject CN = totem id; the chain was checked by TLS) and by the public key in `folder`,
 * read at each call (a file of 200 bytes): a totem is provisioned, given a new key or withdrawn by that file alone.
 */
export function createTotems(folder: string): Totems {
  const outcomeKeyOf = (id: string) => readOutcomeKey(folder, id)
  return {
    outcomeKeyOf,
    async of(request) {
      const { subject } = (request.raw.socket as TLSSocket).getPeerCertificate()
      const named = totemId.safeParse(subject?.CN)
      return named.success && (await outcomeKeyOf(named.data)) ? named.data : null
    },
  }
}

async function readOutcomeKey(folder: string, id: string): Promise<NamedKey | null> {
  let text: string
  try {
    text = await readFile(join(folder, `${id}.outcome.pub.jwk.json`), 'utf8')
  } catch (error) {
    // Anything but an absent file is our trouble, and passes: the totem hears 500 and asks again.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  return readKey(text)
}
