import { randomBytes, verify, X509Certificate } from 'node:crypto'
import { expect } from 'vitest'
import type { CardFailure, CardReadout, LoginProof } from '../../../contract/device.ts'
import type { Result } from '../../../contract/result.ts'
import { nisOf } from '../../../simulator/card/cie/identity.ts'
import { DEFAULT_PIN } from '../../../simulator/card/cns.ts'
import { cardIdOf } from '../../../simulator/card/personal-file.ts'
import { personById } from '../../../simulator/population/people.ts'
import type { DrivenReader } from './driven-reader.ts'

export { type DrivenReader, driveReader, otherProgram } from './driven-reader.ts'

/**
 * Logs in as the totem does, with a person's CNS or CIE, and checks the signature. Answers how many APDUs it took.
 * `unread`: files of a CNS that this card does not give.
 */
export async function expectGoodLogin(
  from: DrivenReader,
  personId: string,
  unread: ('personal data' | 'card id')[] = [],
): Promise<number> {
  const person = personById(personId)
  const readout = await from.read()
  if (!readout.ok) throw new Error(readout.error.kind)
  if (readout.value.card === 'cns') {
    expect(readout.value.cardId).toBe(unread.includes('card id') ? null : cardIdOf(person))
    const code = unread.includes('personal data') ? undefined : person.codiceFiscale
    expect(readout.value.personalData?.codiceFiscale).toBe(code)
  } else {
    expect(readout.value.nis).toBe(nisOf(person))
  }
  const challenge = randomBytes(32)
  const proof = await from.login(DEFAULT_PIN, challenge)
  return readout.value.apdus + expectSigned(proof, readout.value, challenge)
}

/** Checks that the card that was read has signed this challenge; answers how many APDUs that took. */
export function expectSigned(
  proof: Result<LoginProof, CardFailure>,
  readout: CardReadout,
  challenge: Uint8Array,
): number {
  if (!proof.ok) throw new Error(JSON.stringify(proof.error))
  const certificate = readout.card === 'cns' ? readout.certificate : proof.value.cie?.certificate
  const { publicKey } = new X509Certificate(certificate ?? new Uint8Array())
  expect(verify('sha256', challenge, publicKey, proof.value.signature)).toBe(true)
  return proof.value.apdus
}

export const failure = (kind: string, more = {}) => ({ ok: false, error: { kind, ...more } })
