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
import { CLOCK_SKEW_MS } from '../../trust/revocation.ts'
import type { Trust } from '../../trust/trust.ts'
import type { Journal } from '../journal/journal.ts'
import { newestList } from './newest-list.ts'

/** The issuers that may vouch for a card at this totem: the newest signed list that it has, and their CRLs. */
export interface TrustStore {
  /** In force now. */
  readonly trust: Trust
  /** False until the CRLs on the disk have been read. */
  readonly ready: boolean
  /**
   * The latest instant that an issuer has written into the list or a CRL that came here. When it has not come yet by
   * the totem's clock, that clock or the issuer's is wrong.
   */
  readonly latest: Date
  /** The list in force. */
  readonly list: TrustList
  /** For the journal. */
  readonly counts: { sequence: number; authorities: number; crls: number }
  /**
   * Reads the CRLs on the disk, before anything is taken. They are megabytes, and the first screen does not wait for
   * them.
   */
  load(): Promise<void>
  /** Takes a list from the gateway; true when it came into force. It is on the disk by then. */
  takeList(jws: string): Promise<boolean>
  /** True when the CRL is here, or was refused before. */
  knows(sha256: string): boolean
  /** The file that a CRL is brought to before it is taken. */
  readonly incoming: string
  /** Takes the CRL in `incoming`; true when it came into force. It is on the disk by then. */
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
 * Opens the provisioned list or the one kept since, whichever is newer. A kept list that is damaged or wrongly signed
 * is set aside. A provisioned list that does not open is an error when there is no other: such a totem must not start.
 */
export async function openTrustStore({
  config,
  testTrust,
  dataDir,
  journal,
  now,
}: {
  config: TotemConfig['trust']
  /** True when a bench's own issuers may vouch here. */
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

  /** Each refused file is reported once and not asked for again until the next start. */
  const refused = new Set<string>()
  function refuse(reason: string, what: string): void {
    if (refused.has(what)) return
    refused.add(what)
    journal.record('trust.refused', { reason })
  }

  const key = await keyIn(config.listKey)
  if (!key) return err({ kind: 'list-key-unreadable' })
  const opened = listOpener(key, config, testTrust)
  const newest = await newestList({ provisioned: config.list, kept: keptFile, open: opened, refuse })
  if (!newest.ok) return newest
  let inForce = newest.value
  let ready = false
  let latest = Date.parse(inForce.list.issued)

  /** Each file is named by the digest of its content: damage shows, and the file is fetched anew. */
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
      } else if (put.error.kind === 'crl-from-the-future') latest = Math.max(latest, put.error.thisUpdate)
      else {
        // The CRL is of an issuer that is no longer listed, or older than another one: nothing is lost.
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
    get latest() {
      return new Date(latest)
    },
    get list() {
      return inForce.list
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
      // A gateway may be behind: nothing is wrong, and it has nothing new.
      if (!replaces(next.value.list, inForce.list)) return false
      await writeWhole(keptFile, jws)
      // The CRLs come first: without them the standing of every card would be unknown for a moment.
      await fill(next.value.shelf)
      inForce = next.value
      latest = Math.max(latest, Date.parse(inForce.list.issued))
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
        // Not reported where nobody is at fault: a newer one is here, or a clock is wrong and the next try may succeed.
        if (kind === 'crl-not-newer') refused.add(sha256)
        else if (kind === 'crl-from-the-future') latest = Math.max(latest, put.error.thisUpdate)
        else refuse(kind, sha256)
        await drop(incoming)
        return false
      }
      await putInPlace(incoming, join(crlFolder, nameOf(sha256)))
      for (const old of put.value.replaced) await drop(join(crlFolder, nameOf(old)))
      return true
    },
  })
}

/** Opens a list as this totem takes it. */
function listOpener(key: JWK, { revocation }: TotemConfig['trust'], testTrust: boolean) {
  return async (jws: string): Promise<Result<InForce, TrustUnusable>> => {
    const list = await verifyTrustList(jws, key)
    if (!list.ok) return list
    // SECURITY: anybody who has the sources has the keys of such issuers, or can make them (invariant 9).
    if (!testTrust && list.value.authorities.some(isForTests)) return err({ kind: 'authorities-for-tests' })
    const shelf = createCrlShelf(list.value, revocation)
    return shelf.ok ? ok({ jws, list: list.value, shelf: shelf.value }) : shelf
  }
}

/**
 * What a totem that starts now would trust, for a look beside a running one: nothing on the disk is changed. `future`:
 * the latest instant that an issuer has written into list or CRLs and that has not come yet by this clock, or null.
 */
export async function lookAtTrust(
  { trust: config, dataDir }: Pick<TotemConfig, 'trust' | 'dataDir'>,
  testTrust: boolean,
  now: Date,
): Promise<Result<{ trust: Trust; list: TrustList; future: Date | null }, TrustUnusable>> {
  const key = await keyIn(config.listKey)
  if (!key) return err({ kind: 'list-key-unreadable' })
  const folder = join(dataDir, 'trust')
  const newest = await newestList({
    ...{ provisioned: config.list, kept: join(folder, 'trust-list.jws'), setAside: false },
    open: listOpener(key, config, testTrust),
    refuse: () => undefined,
  })
  if (!newest.ok) return newest
  const { list, shelf } = newest.value
  const crlFolder = join(folder, 'crls')
  let future = Date.parse(list.issued)
  for (const name of (await readdir(crlFolder).catch(() => [])).filter((name) => name.endsWith('.crl'))) {
    const der = await readFile(join(crlFolder, name)).catch(() => null)
    const put = der && shelf.put(der, now)
    if (put && !put.ok && put.error.kind === 'crl-from-the-future') future = Math.max(future, put.error.thisUpdate)
  }
  const isFuture = future > +now + CLOCK_SKEW_MS
  return ok({ trust: shelf.trust, list, future: isFuture ? new Date(future) : null })
}

/** True for an issuer of the bench, whose PKI says so in each name (simulator/pki). */
function isForTests({ certificate }: TrustList['authorities'][number]): boolean {
  try {
    return /\bTEST\b/.test(new X509Certificate(Buffer.from(certificate, 'base64')).subject)
  } catch {
    // It is no certificate at all; the next reader reports that.
    return false
  }
}

/** Removes a file. One that the disk will not give up is only in the way: the next start looks at it again. */
const drop = (path: string) => rm(path, { force: true }).catch(() => {})

const nameOf = (sha256: string) => `${sha256}.crl`

async function keyIn(file: string): Promise<JWK | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as JWK
  } catch {
    return null
  }
}
