import { X509Certificate } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { putInPlace, writeWhole } from '../../basics/files.ts'
import type { TotemConfig } from '../../contract/config.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { TrustList } from '../../contract/trust.ts'
import { type CrlShelf, createCrlShelf, sha256Of } from '../../trust/crl-shelf.ts'
import { replaces, verifyTrustList } from '../../trust/list.ts'
import type { Trust } from '../../trust/trust.ts'
import type { Journal } from '../journal/journal.ts'
import { newestList } from './newest-list.ts'

/** Who may vouch for a card at this totem: the newest signed list that it has, and the CRLs of its issuers. */
export interface TrustStore {
  /** In force now. */
  readonly trust: Trust
  /** False until the CRLs on the disk have been read. */
  readonly ready: boolean
  /** For the journal. */
  readonly counts: { sequence: number; authorities: number; crls: number }
  /** Reads the CRLs on the disk, megabytes for which the first screen does not wait; before anything is taken. */
  load(): Promise<void>
  /** A list from the gateway; true when it came into force. It is on the disk by then. */
  takeList(jws: string): Promise<boolean>
  /** It is here, or was refused before. */
  knows(sha256: string): boolean
  /** Where a CRL is brought to before it is taken. */
  readonly incoming: string
  /** The CRL in `incoming`; true when it came into force. It is on the disk by then. */
  takeCrl(): Promise<boolean>
}

export type TrustUnusable = {
  kind:
    | 'list-key-unreadable'
    | 'list-unreadable'
    | 'trust-list-unsigned'
    | 'trust-list-malformed'
    | 'authorities-malformed'
    | 'authorities-for-tests'
}

interface InForce {
  jws: string
  list: TrustList
  shelf: CrlShelf
}

/**
 * Opens the list that was provisioned or the one that was kept, whichever is newer. A kept one that is damaged or wrongly
 * signed is set aside. The error is that of the provisioned one, where there is no other: such a totem must not start.
 */
export async function openTrustStore({
  config,
  testTrust,
  dataDir,
  journal,
  now,
}: {
  config: TotemConfig['trust']
  /** A bench's own issuers may vouch here. */
  testTrust: boolean
  dataDir: string
  journal: Pick<Journal, 'record'>
  now: () => Date
}): Promise<Result<TrustStore, TrustUnusable>> {
  const folder = join(dataDir, 'trust')
  const crlFolder = join(folder, 'crls')
  const keptFile = join(folder, 'trust-list.jws')
  const incoming = join(folder, 'incoming.crl')
  await mkdir(crlFolder, { recursive: true, mode: 0o700 })

  /** What was refused is told once and not asked for again until the next start. */
  const refused = new Set<string>()
  function refuse(reason: string, what: string): void {
    if (refused.has(what)) return
    refused.add(what)
    journal.record('trust.refused', { reason })
  }

  const key = await keyIn(config.listKey)
  if (!key) return err({ kind: 'list-key-unreadable' })
  const newest = await newestList({ provisioned: config.list, kept: keptFile, open: opened, refuse })
  if (!newest.ok) return newest
  let inForce = newest.value
  let ready = false

  async function opened(jws: string): Promise<Result<InForce, TrustUnusable>> {
    const list = await verifyTrustList(jws, key as JWK)
    if (!list.ok) return list
    // SECURITY: whoever has the sources has the keys of such issuers, or can make them (invariant 9).
    if (!testTrust && list.value.authorities.some(isForTests)) return err({ kind: 'authorities-for-tests' })
    const shelf = createCrlShelf(list.value, config.revocation)
    return shelf.ok ? ok({ jws, list: list.value, shelf: shelf.value }) : shelf
  }

  /** A file bears the digest of its content as its name: one that was damaged is seen, and fetched anew. */
  async function fill(shelf: CrlShelf): Promise<void> {
    for (const name of (await readdir(crlFolder)).filter((name) => name.endsWith('.crl'))) {
      const path = join(crlFolder, name)
      const der = await readFile(path).catch(() => null)
      const sha256 = der && sha256Of(der)
      if (!sha256 || name !== nameOf(sha256)) {
        refuse('crl-damaged', name)
        await drop(path)
        continue
      }
      if (shelf.held.has(sha256)) continue
      const put = shelf.put(der, now())
      if (put.ok) {
        for (const old of put.value.replaced) await drop(join(crlFolder, nameOf(old)))
      } else if (put.error.kind !== 'crl-from-the-future') {
        // Of an issuer that is no longer listed, or older than another one: nothing is lost.
        if (put.error.kind === 'crl-malformed') refuse(put.error.kind, name)
        await drop(path)
      }
    }
  }

  return ok({
    get trust() {
      return inForce.shelf.trust
    },
    get ready() {
      return ready
    },
    get counts() {
      const { list, shelf } = inForce
      return { sequence: list.sequence, authorities: list.authorities.length, crls: shelf.held.size }
    },
    incoming,
    async load() {
      await drop(incoming)
      await fill(inForce.shelf)
      ready = true
    },
    async takeList(jws) {
      if (jws === inForce.jws) return false
      const next = await opened(jws)
      if (!next.ok) {
        refuse(next.error.kind, sha256Of(Buffer.from(jws)))
        return false
      }
      // A gateway that is behind: nothing is wrong, and it has nothing for us.
      if (!replaces(next.value.list, inForce.list)) return false
      await writeWhole(keptFile, jws)
      // Its CRLs first: without them every card would be of unknown standing for a moment.
      await fill(next.value.shelf)
      inForce = next.value
      // A CRL of an issuer that was unknown may now be good.
      refused.clear()
      return true
    },
    knows: (sha256) => inForce.shelf.held.has(sha256) || refused.has(sha256),
    async takeCrl() {
      const der = await readFile(incoming)
      const sha256 = sha256Of(der)
      const put = inForce.shelf.put(der, now())
      if (!put.ok) {
        const { kind } = put.error
        // Not told where nobody is at fault: a newer one is here, or a clock is wrong and the next try may do.
        if (kind === 'crl-not-newer') refused.add(sha256)
        else if (kind !== 'crl-from-the-future') refuse(kind, sha256)
        await drop(incoming)
        return false
      }
      await putInPlace(incoming, join(crlFolder, nameOf(sha256)))
      for (const old of put.value.replaced) await drop(join(crlFolder, nameOf(old)))
      return true
    },
  })
}

/** The bench's PKI says so in the name of each of its issuers (simulator/pki). */
function isForTests({ certificate }: TrustList['authorities'][number]): boolean {
  try {
    return /\bTEST\b/.test(new X509Certificate(Buffer.from(certificate, 'base64')).subject)
  } catch {
    // No certificate at all: that is told by whoever reads it next.
    return false
  }
}

/** A file that the disk won't give up is only in the way: it is looked at again at the next start. */
const drop = (path: string) => rm(path, { force: true }).catch(() => {})

const nameOf = (sha256: string) => `${sha256}.crl`

async function keyIn(file: string): Promise<JWK | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as JWK
  } catch {
    return null
  }
}
