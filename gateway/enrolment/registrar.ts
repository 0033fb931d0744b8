import { createPublicKey, randomBytes, type X509Certificate } from 'node:crypto'
import type { Logger } from 'pino'
import { type Clock, HOUR_MS, MINUTE_MS } from '../../basics/time.ts'
import {
  type Beginning,
  type Begun,
  type EnrolmentRefusal,
  type Finished,
  type Finishing,
  type PublicPoint,
  transcriptOf,
} from '../../contract/enrolment.ts'
import { handleOf } from '../../contract/enrolment-code.ts'
import { serviceSecret as codesOfDay } from '../service/secret.ts'
import type { Authority } from './authority.ts'
import { makeCredential } from './credential.ts'
import { isSigned, isVouchedFor, type Machine, machineIn, quotedIn, spkiOf } from './machine.ts'
import { codeReference } from './orders.ts'
import type { Provisions } from './provisions.ts'
import { databaseNow, type EnrolmentDatabase, type OrderRow as Order, type Within } from './tables.ts'

/** Wrong codes of one order: after five it waits, after ten it is closed. */
const [TRIES, MOST_TRIES] = [5, 10]
const WAIT_MS = 15 * MINUTE_MS
/** A technician whose line has failed comes back within the hour, with the answer of before. */
const ANSWER_MS = HOUR_MS

/** Makes machines into totems: the order's code says who stands there, the TPM says which machine. */
export interface Registrar {
  begin(asked: Beginning): Promise<Begun>
  finish(asked: Finishing): Promise<Finished>
}

interface Parts {
  db: EnrolmentDatabase
  reference(text: string): string
  authority: Authority
  provisions: Provisions
  makers: readonly X509Certificate[]
  /** Values of register 7; null: any. */
  secureBoot: readonly string[] | null
  /** After each change of who may come in. */
  onChanged(): Promise<void>
  now: Clock
  log: Logger
}

const refusal = (reason: EnrolmentRefusal, againS: number | null = null) =>
  ({ state: 'refused', reason, againS }) as const

export function createRegistrar({
  db,
  reference,
  authority,
  provisions,
  makers,
  secureBoot,
  onChanged,
  now,
  log,
}: Parts): Registrar {
  const locked = (transaction: Within, by: 'handle' | 'id', value: string) =>
    transaction.selectFrom('totem_order').selectAll().where(by, '=', value).forUpdate().executeTakeFirst()
  const secretReference = (secret: string) => reference(`totem-polis/enrolment-secret ${secret}`)

  /** Null: the code is this order's, and the order may be used now. */
  async function judgeCode(transaction: Within, order: Order, code: string): Promise<Begun | null> {
    const at = now()
    if (order.locked_until !== null && order.locked_until > at)
      return refusal('too-many-tries', Math.ceil((+order.locked_until - +at) / 1_000))
    const waits = order.state === 'open' || order.state === 'begun'
    if (order.code !== codeReference(reference, code)) {
      if (waits) await countFailure(transaction, order, at)
      return refusal('code-refused')
    }
    if (order.state === 'disputed') return refusal('code-used')
    if (order.state === 'withdrawn') return refusal('code-refused')
    // Of a code that is over, whoever finds it learns nothing more, and can do nothing.
    if (order.state === 'done' && order.expires_at <= at) return refusal('code-refused')
    if (order.state === 'closed') return refusal(order.failures >= MOST_TRIES ? 'code-refused' : 'code-expired')
    return order.expires_at <= at ? refusal('code-expired') : null
  }

  async function countFailure(transaction: Within, { id, totem, failures: before }: Order, at: Date): Promise<void> {
    const failures = before + 1
    const isOver = failures >= MOST_TRIES
    await transaction
      .updateTable('totem_order')
      .set({
        failures,
        ...(isOver && { state: 'closed' as const, ended_at: at }),
        ...(failures % TRIES === 0 && { locked_until: new Date(+at + WAIT_MS) }),
      })
      .where('id', '=', id)
      .execute()
    if (isOver) log.error({ kind: 'order-closed', order: id, totem, failures })
    else log.warn({ kind: 'order-tried', order: id, totem, failures })
  }

  /** Why this machine is not the one that was ordered; null: it may be. */
  async function judgeMachine(transaction: Within, order: Order, machine: Machine): Promise<EnrolmentRefusal | null> {
    if (machine.kind === 'file' && !order.software_key) return 'software-key-refused'
    if (order.machine_wanted !== null && order.machine_wanted !== machine.id) return 'machine-other'
    if (machine.kind === 'tpm' && order.machine_wanted === null && !isVouchedFor(machine, makers, now()))
      return 'machine-unknown'
    const other = await transaction
      .selectFrom('totem_enrolled')
      .select('totem')
      .where('machine', '=', machine.id)
      .where('totem', '<>', order.totem)
      .where('withdrawn_at', 'is', null)
      .executeTakeFirst()
    return other ? 'machine-enrolled' : null
  }

  /** Two machines have the code: nobody here knows which is the technician's, so neither is let in. */
  async function dispute(transaction: Within, { id, totem, machine: first }: Order, second: string): Promise<void> {
    const at = now()
    await transaction.updateTable('totem_order').set({ state: 'disputed', ended_at: at }).where('id', '=', id).execute()
    await transaction
      .updateTable('totem_enrolled')
      .set({ withdrawn_at: at, withdrawn_by: 'dispute', changed_at: databaseNow })
      .where('totem', '=', totem)
      .where('order_id', '=', id)
      .where('withdrawn_at', 'is', null)
      .execute()
    log.error({ kind: 'order-disputed', order: id, totem, machine: first, second })
  }

  async function begin({ code, ...shown }: Beginning): Promise<Begun> {
    const machine = await machineIn(shown)
    let changed = false
    const answer = await db.transaction().execute(async (transaction): Promise<Begun> => {
      const order = await locked(transaction, 'handle', handleOf(code))
      if (!order) return refusal('code-refused')
      const judged = await judgeCode(transaction, order, code)
      if (judged) return judged
      const refusing = (reason: EnrolmentRefusal) => {
        log.warn({
          kind: 'enrolment-refused',
          order: order.id,
          totem: order.totem,
          reason,
          machine: machine?.id ?? null,
        })
        return refusal(reason)
      }
      if (!machine || !isPoint(shown.outcome) || !isPoint(shown.verification)) return refusing('proof-refused')
      const unfit = await judgeMachine(transaction, order, machine)
      // SECURITY: a machine that could not be this totem disputes nothing: a code found in a bin puts no totem out.
      if (unfit) return refusing(unfit)
      if (order.machine !== null && order.machine !== machine.id) {
        await dispute(transaction, order, machine.id)
        changed = true
        return refusal('code-used')
      }
      return challenge(transaction, order, machine, shown)
    })
    if (changed) await onChanged()
    return answer
  }

  async function challenge(
    transaction: Within,
    order: Order,
    { id, tpm }: Machine,
    shown: Omit<Beginning, 'code'>,
  ): Promise<Begun> {
    const [nonce, secret] = [randomBytes(32).toString('base64'), randomBytes(32)]
    const at = now()
    await transaction
      .updateTable('totem_order')
      .set({
        ...(order.state === 'open' && { state: 'begun' as const }),
        machine: id,
        begun: JSON.stringify(shown),
        nonce,
        secret: tpm ? secretReference(secret.toString('base64')) : null,
        answer_until: new Date(+at + ANSWER_MS),
      })
      .where('id', '=', order.id)
      .execute()
    const made = tpm && makeCredential(tpm, secret)
    const credential = made && { blob: made.blob.toString('base64'), secret: made.secret.toString('base64') }
    log.info({ kind: 'enrolment-begun', order: order.id, totem: order.totem, machine: id })
    return { state: 'challenge', enrolment: order.id, nonce, credential, at: at.toISOString() }
  }

  async function finish({ enrolment, proof }: Finishing): Promise<Finished> {
    let changed = false
    const answer = await db.transaction().execute(async (transaction): Promise<Finished> => {
      const order = await locked(transaction, 'id', enrolment)
      const at = now()
      const { begun, nonce } = order ?? {}
      if (!order || !begun || !nonce || order.answer_until === null || order.answer_until < at)
        return refusal('request-stale')
      if (order.state === 'disputed') return refusal('code-used')
      if (order.state !== 'begun' && order.state !== 'done') return refusal('code-refused')
      const refusing = (reason: EnrolmentRefusal) => {
        log.warn({ kind: 'enrolment-refused', order: order.id, totem: order.totem, reason, machine: order.machine })
        return refusal(reason)
      }
      const machine = await machineIn(begun)
      const transcript = transcriptOf(nonce, begun)
      const boot = machine && proved(machine, proof, transcript, order.secret)
      if (!machine || boot === 'unproved' || boot === null) return refusing('proof-refused')
      if (secureBoot && machine.kind === 'tpm' && !secureBoot.includes(boot['7'] ?? '')) return refusing('boot-refused')
      // Another order may have made this machine a totem meanwhile.
      const unfit = await judgeMachine(transaction, order, machine)
      if (unfit) return refusing(unfit)

      const again = order.state === 'done' && (await standing(transaction, order, machine))
      const certificate = again || (await admit(transaction, order, machine, { begun, boot, at }))
      if (!again) changed = true
      const { office, printer, sound, panel } = order.wish
      const serviceSecret = codesOfDay(reference, order.totem, order.id).toString('base64')
      const own = { totem: order.totem, order: order.id, certificate, office, printer, sound, panel, serviceSecret }
      return { state: 'enrolled', totem: order.totem, sealed: await provisions.seal(own, begun.outcome, at) }
    })
    if (changed) await onChanged()
    return answer
  }

  /** What the machine's registers say (nothing without a TPM), once its proof holds. */
  function proved(machine: Machine, proof: Finishing['proof'], transcript: string, secret: string | null) {
    if (machine.tpm === null || proof.kind === 'file') {
      if (machine.tpm !== null || proof.kind !== 'file') return 'unproved'
      const key = createPublicKey({ key: machine.spki, type: 'spki', format: 'der' })
      return isSigned(transcript, proof.signature, key) ? {} : 'unproved'
    }
    // SECURITY: only the TPM of this EK, with this AK in it, opens the secret; the AK then vouches for everything else.
    if (secret === null || secretReference(proof.secret) !== secret) return 'unproved'
    return quotedIn(proof.quote, machine.tpm.ak, transcript) ?? 'unproved'
  }

  /** The certificate of an enrolment that the machine has not heard the end of; false: it has other keys now. */
  async function standing(transaction: Within, { id, totem }: Order, { spki }: Machine): Promise<string | false> {
    const row = await transaction
      .selectFrom('totem_enrolled')
      .innerJoin('totem_certificate', 'totem_certificate.totem', 'totem_enrolled.totem')
      .select('pem')
      .where('totem_enrolled.totem', '=', totem)
      .where('order_id', '=', id)
      .where('spki', '=', spki.toString('base64'))
      .where('withdrawn_at', 'is', null)
      .orderBy('issued_at', 'desc')
      .executeTakeFirst()
    return row?.pem ?? false
  }

  async function admit(
    transaction: Within,
    order: Order,
    machine: Machine,
    { begun, boot, at }: { begun: Omit<Beginning, 'code'>; boot: Record<string, string>; at: Date },
  ): Promise<string> {
    const { totem } = order
    const { pem, fingerprint, notAfter } = await authority.issue(totem, machine.spki, at)
    const row = {
      order_id: order.id,
      key_kind: machine.kind,
      machine: machine.id,
      spki: machine.spki.toString('base64'),
      ak: machine.tpm ? spkiOf(machine.tpm.ak).toString('base64') : null,
      outcome: JSON.stringify(begun.outcome),
      verification: JSON.stringify(begun.verification),
      boot: machine.tpm ? JSON.stringify(boot) : null,
      enrolled_at: at,
      withdrawn_at: null,
      withdrawn_by: null,
      changed_at: databaseNow,
    }
    await transaction
      .insertInto('totem_enrolled')
      .values({ totem, ...row })
      .onConflict((conflict) => conflict.column('totem').doUpdateSet(row))
      .execute()
    // The machine that was this totem before is it no more.
    await transaction.deleteFrom('totem_certificate').where('totem', '=', totem).execute()
    await transaction
      .insertInto('totem_certificate')
      .values({ fingerprint, totem, pem, issued_at: at, not_after: notAfter })
      .execute()
    await transaction
      .updateTable('totem_order')
      .set({ state: 'done', ended_at: at })
      .where('id', '=', order.id)
      .execute()
    log.info({ kind: 'totem-enrolled', order: order.id, totem, key: machine.kind, machine: machine.id })
    return pem
  }

  return { begin, finish }
}

/** On its curve: nothing could be sealed to another one. */
function isPoint({ kty, crv, x, y }: PublicPoint): boolean {
  try {
    createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' })
    return true
  } catch {
    return false
  }
}
