import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JWK } from 'jose'
import type { Logger } from 'pino'
import { stampOf } from '../../basics/files.ts'
import { type Clock, HOUR_MS, MINUTE_MS } from '../../basics/time.ts'
import type { Evidence } from '../../contract/evidence.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { TrustBundle, TrustList } from '../../contract/trust.ts'
import { type CardCertificate, type CertificateRefusal, verifyCardCertificate } from '../../trust/card-certificate.ts'
import { type CrlShelf, createCrlShelf, sha256Of } from '../../trust/crl-shelf.ts'
import { type EvidenceRefusal, verifyEvidence } from '../../trust/evidence.ts'
import { replaces, verifyTrustList } from '../../trust/list.ts'
import type { Trust } from '../../trust/trust.ts'
import { createEndTeller, type Validity, validityOf } from '../keys/list-ends.ts'
import type { TrustSettings } from '../settings/config.ts'
import { openCrlFolder } from './crl-folder.ts'
import { openCrlPoints } from './crl-points.ts'
import { distributionPointsOf } from './distribution-points.ts'

/** A new list or CRL in its file counts within a minute: a withdrawn issuer cannot wait. */
const LOOK_EVERY_MS = MINUTE_MS / 2
const FETCH_EVERY_MS = MINUTE_MS

/** The issuers that may vouch for a card now; totems get the same (contract/trust.ts `trustBundle`). */
export interface TrustKeeper {
  /**
   * The person who logged in at `at` (trust/evidence.ts), by the CRLs of today. A request may have waited for weeks on
   * its totem. If the issuer revoked the card after the login, the card was good for it; if before, it was in other
   * hands.
   */
  verify(evidence: Evidence, at: Date): Result<CardCertificate, EvidenceRefusal>
  /**
   * All of `verify` but its need of a CRL: where none is at hand the card's `revocation` is `unknown-accepted`, whatever
   * the policy.
   */
  verifyUnrevoked(evidence: Evidence, at: Date): Result<CardCertificate, EvidenceRefusal>
  /** Whose card this certificate is, good now. Who asks has had the card prove its key already, as TLS does. */
  cardOf(der: Uint8Array): Result<CardCertificate, CertificateRefusal>
  bundle(): TrustBundle
  /** When the list in force ends. */
  readonly ends: Date
  /** Of the list, and of each CRL, named by the key that signed it. */
  validities(): Map<string, Validity>
  /** File and length of a CRL of the bundle. */
  crl(sha256: string): { path: string; bytes: number } | null
  /** Takes up files that have changed; runs by itself, whatever the hosts of CRLs do. */
  look(): Promise<void>
  /** Fetches the CRLs that are due; runs by itself. */
  fetch(): Promise<void>
  stop(): Promise<void>
}

type Unusable = { kind: 'unreadable' | 'trust-list-unsigned' | 'trust-list-malformed' | 'authorities-malformed' }

interface InForce {
  jws: string
  list: TrustList
  shelf: CrlShelf
}

/** Opens list and CRLs; without a good list the gateway does not start. */
export async function openTrust({
  config,
  name = 'trust.list',
  now,
  log,
}: {
  config: TrustSettings
  /** The setting of its list, as the log and the operators' figures name it. */
  name?: 'trust.list' | 'console.card.trust.list'
  now: Clock
  log: Logger
}): Promise<Result<TrustKeeper, Unusable>> {
  const { list: listFile, crlHosts: hosts, revocation } = config
  let listStamp = await stampOf(listFile)
  const opened = await readList(config)
  if (!opened.ok) return opened
  let inForce = opened.value
  const folder = await openCrlFolder(config.crls, { now, log })
  const maxAgeMs = revocation.maxAgeHours * HOUR_MS
  const stopping = new AbortController()
  // One after the other, each in some milliseconds: they write the same files, and a CRL belongs to the list in force.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
  const points = await openCrlPoints(join(config.crls, 'points.json'), {
    ...{ hosts, maxAgeMs, now, log },
    take: (der) => inTurn(() => folder.take(inForce.shelf, der)),
    stopping: stopping.signal,
  })

  async function lookAtList(): Promise<void> {
    const stamp = await stampOf(listFile)
    if (stamp === listStamp) return
    listStamp = stamp
    const next = await readList(config)
    if (!next.ok) return log.error({ kind: `list-${next.error.kind}` })
    if (!replaces(next.value.list, inForce.list)) {
      if (next.value.jws !== inForce.jws) log.error({ kind: 'list-not-newer', sequence: next.value.list.sequence })
      return
    }
    // The CRLs first: without them no card could be judged for a moment.
    await folder.look(next.value.shelf)
    inForce = next.value
    log.info({ kind: 'list-taken', sequence: inForce.list.sequence })
  }

  const tellEnd = createEndTeller(name, { now, log })
  const told = (kind: string) => (failure: NodeJS.ErrnoException) =>
    log.error({ kind, name: failure.name, code: failure.code })
  const look = () =>
    inTurn(async () => {
      if (stopping.signal.aborted) return
      await lookAtList()
      tellEnd(inForce.list)
      await folder.look(inForce.shelf)
    }).catch(told('trust-look-failed'))
  async function fetch(): Promise<void> {
    try {
      await points.add(inForce.list.authorities.flatMap(({ certificate }) => addressesIn(certificate)))
      await points.fetchDue()
    } catch (failure) {
      told('crl-points-not-kept')(failure as NodeJS.ErrnoException)
    }
  }
  /**
   * Fetches the CRLs that a certificate names, and keeps them fresh from then on. SECURITY: only for a certificate that
   * a listed issuer signed; nobody else may say where the gateway calls.
   */
  async function fetchCrlsOf(certificate: string): Promise<void> {
    try {
      if (await points.add(addressesIn(certificate))) await points.fetchDue()
    } catch (failure) {
      told('crl-points-not-kept')(failure as NodeJS.ErrnoException)
    }
  }

  await folder.look(inForce.shelf)
  const timers = [setInterval(look, LOOK_EVERY_MS), setInterval(fetch, FETCH_EVERY_MS)]
  // Fetching must not keep totems waiting.
  void look().then(fetch)

  function verify(evidence: Evidence, at: Date, trust: Trust) {
    const verdict = verifyEvidence(evidence, trust, at, now())
    if (isUnknown(verdict) && evidence.by === 'card') void fetchCrlsOf(evidence.certificate)
    return verdict
  }

  return ok({
    verify: (evidence, at) => verify(evidence, at, inForce.shelf.trust),
    verifyUnrevoked(evidence, at) {
      const { trust } = inForce.shelf
      return verify(evidence, at, { ...trust, policy: { ...trust.policy, whenUnknown: 'accept' } })
    },
    cardOf(der) {
      const verdict = verifyCardCertificate(der, inForce.shelf.trust, now())
      if (isUnknown(verdict)) void fetchCrlsOf(Buffer.from(der).toString('base64'))
      return verdict
    },
    bundle: () => ({
      list: inForce.jws,
      crls: [...folder.files].map(([sha256, { bytes }]) => ({ sha256, bytes })),
    }),
    get ends() {
      return new Date(inForce.list.nextUpdate)
    },
    validities: () =>
      new Map([
        [name, validityOf(inForce.list)],
        ...[...inForce.shelf.trust.crls].flatMap(([key, crls]) =>
          crls.map(({ thisUpdate, nextUpdate }, index) => {
            const crl = `crl ${sha256Of(Buffer.from(key)).slice(0, 8)}${index > 0 ? `.${index}` : ''}`
            return [crl, { issued: new Date(thisUpdate), ends: new Date(nextUpdate) }] as const
          }),
        ),
      ]),
    crl: (sha256) => folder.files.get(sha256) ?? null,
    look,
    fetch,
    async stop() {
      for (const timer of timers) clearInterval(timer)
      stopping.abort()
      await points.fetchDue()
      await last
    },
  })
}

const isUnknown = (verdict: Result<CardCertificate, EvidenceRefusal>) =>
  verdict.ok ? verdict.value.revocation === 'unknown-accepted' : verdict.error.kind === 'revocation-unknown'

const addressesIn = (base64: string) => distributionPointsOf(Buffer.from(base64, 'base64'))

async function readList({ list: file, listKey, revocation }: TrustSettings): Promise<Result<InForce, Unusable>> {
  let jws: string
  let key: JWK
  try {
    jws = (await readFile(file, 'utf8')).trim()
    key = JSON.parse(await readFile(listKey, 'utf8')) as JWK
  } catch {
    return err({ kind: 'unreadable' })
  }
  const list = await verifyTrustList(jws, key)
  if (!list.ok) return list
  const shelf = createCrlShelf(list.value, revocation)
  return shelf.ok ? ok({ jws, list: list.value, shelf: shelf.value }) : shelf
}
