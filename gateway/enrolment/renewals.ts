import { createPublicKey } from 'node:crypto'
import type { Logger } from 'pino'
import { type Clock, HOUR_MS, MINUTE_MS } from '../../basics/time.ts'
import { type EnrolmentRefusal, type Renewed, type Renewing, renewalTranscript } from '../../contract/enrolment.ts'
import type { Authority } from './authority.ts'
import { isSigned, quotedIn } from './machine.ts'
import { databaseNow, type EnrolmentDatabase } from './tables.ts'

const NONCE_MS = 10 * MINUTE_MS
/** Whoever asks again within it gets the same certificate: the answer may have been lost. */
const SAME_MS = HOUR_MS

/** New certificates for totems that are enrolled: for the same key, against a fresh proof of the same machine. */
export interface Renewals {
  /** Says nothing about whether there is such a totem. */
  nonce(totem: string): { nonce: string }
  renew(asked: Renewing): Promise<Renewed>
}

export function createRenewals({
  db,
  reference,
  authority,
  secureBoot,
  onChanged,
  now,
  log,
}: {
  db: EnrolmentDatabase
  reference(text: string): string
  authority: Authority
  secureBoot: readonly string[] | null
  onChanged(): Promise<void>
  now: Clock
  log: Logger
}): Renewals {
  const sealOf = (totem: string, at: string) => reference(`totem-polis/renewal ${totem} ${at}`)

  function isFresh(totem: string, nonce: string): boolean {
    const [at = '', seal] = nonce.split('.')
    const age = +now() - Number(at)
    return seal === sealOf(totem, at) && age >= 0 && age < NONCE_MS
  }

  async function renew({ totem, nonce, proof }: Renewing): Promise<Renewed> {
    const refused = (reason: EnrolmentRefusal): Renewed => {
      log.warn({ kind: 'renewal-refused', totem, reason })
      return { state: 'refused', reason, againS: null }
    }
    if (!isFresh(totem, nonce)) return refused('request-stale')
    let changed = false
    const answer = await db.transaction().execute(async (transaction): Promise<Renewed> => {
      const row = await transaction
        .selectFrom('totem_enrolled')
        .selectAll()
        .where('totem', '=', totem)
        .forUpdate()
        .executeTakeFirst()
      if (!row) return refused('totem-unknown')
      if (row.withdrawn_at !== null) return refused('totem-withdrawn')
      const transcript = renewalTranscript(nonce, totem)
      let boot = row.boot
      if (row.ak !== null) {
        // SECURITY: without its TPM a stolen key for TLS ends with its certificate.
        boot = proof.kind === 'tpm' ? quotedIn(proof.quote, keyOf(row.ak), transcript) : null
        if (boot === null) return refused('proof-refused')
        if (secureBoot && !secureBoot.includes(boot['7'] ?? '')) return refused('boot-refused')
      } else if (proof.kind !== 'file' || !isSigned(transcript, proof.signature, keyOf(row.spki)))
        return refused('proof-refused')

      const at = now()
      const newest = await transaction
        .selectFrom('totem_certificate')
        .select(['pem', 'issued_at'])
        .where('totem', '=', totem)
        .orderBy('issued_at', 'desc')
        .executeTakeFirst()
      if (newest && +at - +newest.issued_at < SAME_MS) return { state: 'renewed', certificate: newest.pem }
      const { pem, fingerprint, notAfter } = await authority.issue(totem, Buffer.from(row.spki, 'base64'), at)
      await transaction.deleteFrom('totem_certificate').where('totem', '=', totem).where('not_after', '<', at).execute()
      await transaction
        .insertInto('totem_certificate')
        .values({ fingerprint, totem, pem, issued_at: at, not_after: notAfter })
        .execute()
      await transaction
        .updateTable('totem_enrolled')
        .set({ boot: boot && JSON.stringify(boot), changed_at: databaseNow })
        .where('totem', '=', totem)
        .execute()
      log.info({ kind: 'certificate-renewed', totem, ends: notAfter.toISOString() })
      changed = true
      return { state: 'renewed', certificate: pem }
    })
    if (changed) await onChanged()
    return answer
  }

  return {
    nonce(totem) {
      const at = String(+now())
      return { nonce: `${at}.${sealOf(totem, at)}` }
    },
    renew,
  }
}

const keyOf = (spki: string) => createPublicKey({ key: Buffer.from(spki, 'base64'), type: 'spki', format: 'der' })
