import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../basics/time.ts'
import { type Caller, type CallerAt, callerText } from '../../contract/caller.ts'
import type { Hearing } from './hearing.ts'

/** When the gateway gave a challenge: by its own clock, and as the totem's heard minute of that count. */
export interface Given {
  at: Date
  heard: number
}

/**
 * The challenges that cards sign. The gateway keeps none of them: a challenge carries its time and a seal by which the
 * gateways of a database know it again. So a totem can have as many as it likes and fills no table, and a database that
 * was restored from yesterday still knows those of today.
 */
export interface Challenges {
  give(caller: CallerAt<'totem'>): Promise<string>
  /** Null: the gateway did not give this challenge to this caller. */
  read(caller: Caller, challenge: string): Given | null
}

/** Six bytes of time (ms since the epoch), four of heard minutes, six at random, and the seal. */
const FACTS_BYTES = 16
const SEAL_BYTES = 16

/** A challenge as it is given to that caller at that time. */
export function sealedChallenge(caller: Caller, { at, heard }: Given, reference: (text: string) => string): string {
  const facts = randomBytes(FACTS_BYTES)
  facts.writeUIntBE(+at, 0, 6)
  facts.writeUInt32BE(heard, 6)
  return Buffer.concat([facts, sealOf(caller, facts, reference)]).toString('base64')
}

const sealOf = (caller: Caller, facts: Buffer, reference: (text: string) => string): Buffer =>
  Buffer.from(reference(`challenge ${callerText(caller)} ${facts.toString('hex')}`), 'base64url').subarray(
    0,
    SEAL_BYTES,
  )

/** `reference` makes the keyed hash that is the seal (access/references.ts); half of it is enough. */
export function createChallenges({
  hearing,
  reference,
  now,
}: {
  hearing: Hearing
  reference(text: string): string
  now: Clock
}): Challenges {
  return {
    async give(caller) {
      return sealedChallenge(caller, { at: now(), heard: await hearing.minutesOf(caller.id) }, reference)
    },
    read(caller, challenge) {
      const bytes = Buffer.from(challenge, 'base64')
      // A challenge has one text: as another one it would open another session.
      if (bytes.length !== FACTS_BYTES + SEAL_BYTES || bytes.toString('base64') !== challenge) return null
      const facts = bytes.subarray(0, FACTS_BYTES)
      if (!timingSafeEqual(bytes.subarray(FACTS_BYTES), sealOf(caller, facts, reference))) return null
      return { at: new Date(facts.readUIntBE(0, 6)), heard: facts.readUInt32BE(6) }
    },
  }
}
