import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import { totemId } from '../../../contract/identity.ts'
import { type NamedKey, readKey } from '../../sealing/sealing.ts'

/** Totems that are known here: the id by TLS, the key from provisioning. */
export interface Totems {
  /** The totem behind a request; null when its certificate names none that is provisioned here. */
  of(request: FastifyRequest): string | null
  /** To which a totem's outcomes are sealed; null when it is not provisioned here. */
  outcomeKeyOf(totem: string): NamedKey | null
}

/**
 * Totems by client certificate (subject CN = totem id; the chain was checked by TLS) and by the public key in `folder`,
 * looked for at each call: a totem is provisioned, given a new key or withdrawn by that file alone. Where
 * `<totem id>.cert.pem` is beside it, only the certificates in that file speak for the totem: one that was stolen, and is good
 * for years, does so no more.
 */
export function createTotems(folder: string): Totems {
  const keys = kept(readKey)
  const certificates = kept(fingerprintsIn)
  /** A connection's certificate does not change: TLS 1.3 knows no renegotiation. */
  const peers = new WeakMap<TLSSocket, { id: string | null; fingerprint: string }>()

  function peerOf(socket: TLSSocket) {
    const { subject, fingerprint256: fingerprint } = socket.getPeerCertificate()
    const named = totemId.safeParse(subject?.CN)
    const peer = { id: named.success ? named.data : null, fingerprint }
    peers.set(socket, peer)
    return peer
  }
  const outcomeKeyOf = (id: string) => keys(join(folder, `${id}.outcome.pub.jwk.json`))
  return {
    outcomeKeyOf,
    of({ raw: { socket } }) {
      const { id, fingerprint } = peers.get(socket as TLSSocket) ?? peerOf(socket as TLSSocket)
      if (id === null || !outcomeKeyOf(id)) return null
      const listed = certificates(join(folder, `${id}.cert.pem`))
      return listed === null || listed.has(fingerprint) ? id : null
    },
  }
}

/**
 * What `read` makes of a file's text, null when there is none; read again when it is another file or was written to. At once:
 * what the kernel has in memory, and the way by the thread pool takes ten times as long.
 */
function kept<T>(read: (text: string) => T): (path: string) => T | null {
  const known = new Map<string, { version: string; value: T }>()
  return (path) => {
    const stat = statSync(path, { throwIfNoEntry: false, bigint: true })
    if (!stat) {
      known.delete(path)
      return null
    }
    const version = `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`
    const last = known.get(path)
    if (last?.version === version) return last.value
    // Anything wrong with it is our trouble, and passes: the totem hears 500 and asks again.
    const value = read(readFileSync(path, 'utf8'))
    known.set(path, { version, value })
    return value
  }
}

const fingerprintsIn = (pem: string): ReadonlySet<string> =>
  new Set(
    (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
      (each) => new X509Certificate(each).fingerprint256,
    ),
  )
