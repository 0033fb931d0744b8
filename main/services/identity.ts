import { randomBytes } from 'node:crypto'
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

/** Who stands before the totem: nobody, until the card has signed our challenge (invariant 4). */
export function createIdentity({ devices, authorities, totem, now }: IdentityOptions) {
  return {
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
      if (!login.ok) return err(login.error.kind === 'wrong-pin' ? login.error : refusedCard(login.error))
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
