import { createHash, createPrivateKey, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { atTotem } from '../../contract/caller.ts'
import { type CardEvidence, statementBytes, statementOf } from '../../contract/evidence.ts'

/** RSA-2048. */
const SIGNATURE_BYTES = 256
/** Length of a serial number of simulator/pki; its first byte keeps it positive. */
const SERIAL_BYTES = 16

/**
 * The cards of a fleet's citizens: evidence that verifies, each of a card of its own. A new card has the certificate of
 * the population's (`makePki` into `pki`) with another serial number, signed by the same CA. A gateway knows cards by
 * their certificates, so every request comes from a stranger. Names and keys are the few of the population.
 */
export function fleetCards(pki: string) {
  const authority = createPrivateKey(readFileSync(join(pki, 'card-ca.key.pem')))
  const known = new Map<string, { key: KeyObject; der: Buffer; serial: number }>()

  function cardOf(person: string) {
    const card = known.get(person) ?? readCard(pki, person)
    known.set(person, card)
    return card
  }

  return {
    /** The evidence that the card of `person` has signed at that totem and time (contract/evidence.ts). */
    evidence({
      person,
      totem,
      session,
      at,
      challenge: given,
    }: {
      person: string
      totem: string
      session: string
      at: Date
      /** The gateway's. */
      challenge: string
    }): CardEvidence {
      const { key, der, serial } = cardOf(person)
      const nonce = randomBytes(32).toString('base64')
      const statement = statementOf({ caller: atTotem(totem), session, at: at.toISOString(), challenge: given, nonce })
      const challenge = createHash('sha256').update(statementBytes(statement)).digest()
      return {
        by: 'card',
        statement,
        certificate: reissued(der, serial, authority).toString('base64'),
        signature: sign('sha256', challenge, key).toString('base64'),
      }
    },
  }
}

export type FleetCards = ReturnType<typeof fleetCards>

/** The certificate of one more card of `person`. */
export function anotherCard(pki: string, person: string): Buffer {
  const { der, serial } = readCard(pki, person)
  return reissued(der, serial, createPrivateKey(readFileSync(join(pki, 'card-ca.key.pem'))))
}

function readCard(pki: string, person: string) {
  const der = readFileSync(join(pki, `cards/${person}.cert.der`))
  const serial = der.indexOf(Buffer.from(new X509Certificate(der).serialNumber, 'hex'))
  return { key: createPrivateKey(readFileSync(join(pki, `cards/${person}.key.pem`))), der, serial }
}

/**
 * The same certificate with another serial number. Signing a template takes under a millisecond, making a new one
 * three.
 */
function reissued(der: Buffer, serial: number, authority: KeyObject): Buffer {
  const made = Buffer.from(der)
  randomBytes(SERIAL_BYTES - 1).copy(made, serial + 1)
  // Certificate ::= SEQUENCE { tbsCertificate, … }, both with lengths of two bytes (82 hh ll).
  const tbs = made.subarray(4, 8 + made.readUInt16BE(6))
  sign('sha256', tbs, authority).copy(made, made.length - SIGNATURE_BYTES)
  return made
}
