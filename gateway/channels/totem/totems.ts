import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import { totemId } from '../../../contract/identity.ts'
import { type NamedKey, readKey } from '../../sealing/sealing.ts'

/** The totems that this gateway knows: their ids by TLS, their keys by provisioning. */
export interface Totems {
  /** The totem behind a request; null when its certificate names none that is provisioned here. */
  of(request: FastifyRequest): string | null
  /** The key to which a totem's outcomes are sealed; null when the totem is not provisioned here. */
  outcomeKeyOf(totem: string): NamedKey | null
  /** Its key lies in the operator's folder. */
  isProvisionedByHand(totem: string): boolean
}

/** Totems that the registrar has enrolled (enrolment/enrolled.ts). */
interface Enrolled {
  of(totem: string): { outcomeKey: NamedKey; fingerprints: ReadonlySet<string> } | null
}

/**
 * Knows a totem by its client certificate (subject CN = totem id; TLS has checked the chain) and by its public key in
 * `folder`. The folder is looked at on each call: putting, changing or removing the key file provisions a totem, renews
 * its key or withdraws it. Where `<totem id>.cert.pem` lies beside it, only the certificates in that file speak for the
 * totem, so that a stolen certificate can be shut out before it expires. Of a totem that was
 * `enrolled` the registrar says both; an operator's file of the same id stands before that.
 */
export function createTotems(folder: string, enrolled: Enrolled | null = null): Totems {
  const keys = kept(readKey)
  const certificates = kept(fingerprintsIn)
  /** TLS 1.3 knows no renegotiation, so that a connection keeps its certificate. */
  const peers = new WeakMap<TLSSocket, { id: string | null; fingerprint: string }>()

  function peerOf(socket: TLSSocket) {
    const { subject, fingerprint256: fingerprint } = socket.getPeerCertificate()
    const named = totemId.safeParse(subject?.CN)
    const peer = { id: named.success ? named.data : null, fingerprint }
    peers.set(socket, peer)
    return peer
  }
  const ownKeyOf = (id: string) => keys(join(folder, `${id}.outcome.pub.jwk.json`))
  return {
    outcomeKeyOf: (id) => ownKeyOf(id) ?? enrolled?.of(id)?.outcomeKey ?? null,
    isProvisionedByHand: (id) => ownKeyOf(id) !== null,
    of({ raw: { socket } }) {
      const { id, fingerprint } = peers.get(socket as TLSSocket) ?? peerOf(socket as TLSSocket)
      if (id === null) return null
      if (!ownKeyOf(id)) return enrolled?.of(id)?.fingerprints.has(fingerprint) ? id : null
      const listed = certificates(join(folder, `${id}.cert.pem`))
      return listed === null || listed.has(fingerprint) ? id : null
    },
  }
}

/**
 * What `read` makes of a file's text; null when there is no file. A file that was replaced or written to is read again.
 * Reading is synchronous: the kernel has the file in memory, and the way through the thread pool takes ten times as
 * long.
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
    // A broken file is the gateway's trouble and passes: the totem gets a 500 and asks again.
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
