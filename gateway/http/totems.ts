import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import { totemId } from '../../contract/identity.ts'
import { type NamedKey, readKey } from '../operations/sealing.ts'

/** Totems that are known here: the id by TLS, the key from provisioning. */
export interface Totems {
  /** The totem behind a request; null when its certificate names none that is provisioned here. */
  of(request: FastifyRequest): string | null
  /** To which a totem's outcomes are sealed; null when it is not provisioned here. */
  outcomeKeyOf(totem: string): NamedKey | null
}

/**
 * Totems by client certificate (subject CN = totem id; the chain was checked by TLS) and by the public key in `folder`,
 * read at each call (a file of 200 bytes): a totem is provisioned, given a new key or withdrawn by that file alone. Where
 * `<totem id>.cert.pem` is beside it, only the certificates in that file speak for the totem: one that was stolen, and is good
 * for years, does so no more.
 */
export function createTotems(folder: string): Totems {
  const outcomeKeyOf = (id: string) => readOutcomeKey(folder, id)
  return {
    outcomeKeyOf,
    of(request) {
      const { subject, raw } = (request.raw.socket as TLSSocket).getPeerCertificate()
      const named = totemId.safeParse(subject?.CN)
      if (!named.success || !outcomeKeyOf(named.data)) return null
      return speaksFor(folder, named.data, raw) ? named.data : null
    },
  }
}

function readOutcomeKey(folder: string, id: string): NamedKey | null {
  const text = textIn(join(folder, `${id}.outcome.pub.jwk.json`))
  return text === null ? null : readKey(text)
}

function speaksFor(folder: string, id: string, der: Buffer): boolean {
  const pem = textIn(join(folder, `${id}.cert.pem`))
  if (pem === null) return true
  const listed = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return listed.some((each) => new X509Certificate(each).raw.equals(der))
}

/** At once: it is in memory, and the way by the thread pool takes ten times as long. */
function textIn(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    // Anything but an absent file is our trouble, and passes: the totem hears 500 and asks again.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
