import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import { totemId } from '../../contract/identity.ts'
import type { Totem } from '../operations/operations.ts'
import { type NamedKey, readKey } from '../operations/sealing.ts'

/** Finds the totem behind a request; null when its certificate names none that is provisioned here. */
export type Totems = (request: FastifyRequest) => Promise<Totem | null>

/**
 * Totems by client certificate (subject CN = totem id; the chain was checked by TLS) and by the public key in `folder`,
 * read at each call (a file of 200 bytes): a totem is provisioned, given a new key or withdrawn by that file alone.
 */
export function createTotems(folder: string): Totems {
  return async (request) => {
    const { subject } = (request.raw.socket as TLSSocket).getPeerCertificate()
    const named = totemId.safeParse(subject?.CN)
    if (!named.success) return null
    const id = named.data
    const outcomeKey = await readOutcomeKey(folder, id)
    return outcomeKey && { id, outcomeKey }
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
