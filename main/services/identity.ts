import { createHmac, randomBytes } from 'node:crypto'
import type { CardReadout } from '../../contract/device.ts'
import type { LoginStatement } from '../../contract/evidence.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Authorities } from '../../trust/authorities.ts'
import { verifyCardCertificate } from '../../trust/card-certificate.ts'
import { challengeOf, verifyEvidence } from '../../trust/evidence.ts'
import type { Devices } from '../devices/index.ts'
import type { Recognised, Refused, VisitId, WrongPin } from '../session/services.ts'
import { refused, refusedCard } from './refusals.ts'

export interface IdentityOptions {
  devices: Devices
  authorities: Authorities
  totem: string
  now(): Date
}

/** Cards of which a wrong try is remembered; more in a day would be an attack, and the oldest are forgotten first. */
const REMEMBERED_CARDS = 500

/** Tries left by card, so that the last one is never spent unknowingly, in this visit or a later one (invariant 3). */
function createTries() {
  const secret = randomBytes(32)
  const tries = new Map<string, number>()
  const key = ({ cardId, certificate }: CardReadout) =>
    createHmac('sha256', secret).update(cardId).update(certificate).digest('base64')
  return {
    left: (readout: CardReadout) => tries.get(key(readout)) ?? null,
    note(readout: CardReadout, left: number | null) {
      tries.delete(key(readout))
      if (left === null) return
      tries.set(key(readout), left)
      const [oldest] = tries.keys()
      if (tries.size > REMEMBERED_CARDS && oldest) tries.delete(oldest)
    },
  }
}

/** Who stands before the totem: nobody, until the card has signed our challenge (invariant 4). */
export function createIdentity({ devices, authorities, totem, now }: IdentityOptions) {
  const tries = createTries()
  return {
    triesLeft: tries.left,

    /** Reads what is free and refuses a card that could never be recognised, before a PIN is asked for it. */
    async readCard(): Promise<Result<CardReadout, Refused>> {
      const readout = await devices.call('card.read', {})
      if (!readout.ok) {
        return err(readout.error.kind === 'wrong-pin' ? refused('card-error') : refusedCard(readout.error))
      }
      const certificate = verifyCardCertificate(readout.value.certificate, authorities, now())
      if (!certificate.ok) return err(refused(certificate.error.kind))
      if (certificate.value.codiceFiscale !== readout.value.personalData.codiceFiscale) {
        return err(refused('codice-fiscale-differs'))
      }
      return ok(readout.value)
    },

    async recognise(
      { session }: VisitId,
      readout: CardReadout,
      pin: Uint8Array,
    ): Promise<Result<Recognised & { apdus: number }, Refused | WrongPin>> {
      const statement: LoginStatement = {
        purpose: 'totem-polis/login/1',
        totem,
        session,
        at: now().toISOString(),
        nonce: randomBytes(32).toString('base64'),
      }
      const challenge = challengeOf(statement)
      // SECURITY: the PIN's only copy here is overwritten as soon as the device process has its own (invariant 3).
      const login = await devices.call('card.login', { pin, challenge }).finally(() => pin.fill(0))
      if (!login.ok) {
        if (login.error.kind !== 'wrong-pin') return err(refusedCard(login.error))
        tries.note(readout, login.error.triesLeft)
        return err(login.error)
      }
      tries.note(readout, null)
      const evidence = {
        statement,
        certificate: Buffer.from(readout.certificate).toString('base64'),
        signature: Buffer.from(login.value.signature).toString('base64'),
      }
      const holder = verifyEvidence(evidence, authorities, now())
      if (!holder.ok) return err(refused(holder.error.kind))
      const { name, surname, codiceFiscale } = readout.personalData
      if (holder.value.codiceFiscale !== codiceFiscale) return err(refused('codice-fiscale-differs'))
      return ok({ name, surname, codiceFiscale, evidence, apdus: readout.apdus + login.value.apdus })
    },
  }
}
