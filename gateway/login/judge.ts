import { type Clock, DAY_MS, HOUR_MS } from '../../basics/time.ts'
import { type Caller, type CallerAt, isSameCaller } from '../../contract/caller.ts'
import type { Evidence } from '../../contract/evidence.ts'
import { SESSION_CHALLENGE_MS } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { CardCertificate } from '../../trust/card-certificate.ts'
import type { EvidenceRefusal } from '../../trust/evidence.ts'
import { CLOCK_SKEW_MS } from '../../trust/revocation.ts'
import type { TrustKeeper } from '../trust/keeper.ts'
import type { Challenges, Given } from './challenges.ts'
import type { Hearing } from './hearing.ts'

/** A visit takes 30 minutes at most, and a totem that is heard needs a few to bring what it asked for. */
const HEARD_MINUTES = 35
/** A request of a totem that is heard comes long before. */
const PROMPT_MS = HOUR_MS
/** How long a request may wait on a totem that is not heard. */
const SILENT_MS = 30 * DAY_MS

export type LoginRefusal =
  | EvidenceRefusal
  | {
      kind: 'statement-other-caller' | 'challenge-unknown' | 'statement-stale' | 'evidence-late' | 'request-expired'
    }

/** A log-in that counts for a request. `isLate`: the totem, or the gateway itself, has kept the request waiting. */
export interface AtDoor {
  codiceFiscale: string
  isLate: boolean
}

/** `revokedSince`: the issuer has revoked the card since the log-in. */
export interface Login {
  holder: CardCertificate
  revokedSince: boolean
}

/**
 * Judges who logged in and whether that still counts. Only what the gateway knows itself counts as time: when it gave
 * the challenge, how long it has heard the totem since, and when it received the request. A log-in was made between the
 * challenge and the receipt, and the totem's clock is believed within these bounds alone. A totem whose clock is wrong
 * loses nothing by that: the log-in counts as of the nearer bound.
 */
export interface LoginJudge {
  /** A person who stands at the machine now. */
  atOnce(caller: Caller, evidence: Evidence): Result<CardCertificate, LoginRefusal>
  /**
   * A request that comes in. Where no CRL is at hand `revocation` is `unknown-accepted`: `asReceived` decides that later.
   * `heardFirst`: in how many minutes the totem was heard when the same request came before; without it, it comes now.
   */
  atDoor(caller: CallerAt<'totem'>, evidence: Evidence, heardFirst?: number): Promise<Result<AtDoor, LoginRefusal>>
  /** A request that was received at that time, by the CRLs of now. */
  asReceived(caller: Caller, evidence: Evidence, receivedAt: Date): Result<Login, LoginRefusal>
}

export function createLoginJudge({
  trust,
  challenges,
  hearing,
  now,
}: {
  trust: Pick<TrustKeeper, 'verify' | 'verifyUnrevoked'>
  challenges: Pick<Challenges, 'read'>
  hearing: Hearing
  now: Clock
}): LoginJudge {
  function givenTo(caller: Caller, { statement }: Evidence): Result<Given, LoginRefusal> {
    if (!isSameCaller(statement.caller, caller)) return err({ kind: 'statement-other-caller' })
    const given = challenges.read(caller, statement.challenge)
    return given ? ok(given) : err({ kind: 'challenge-unknown' })
  }
  const loginAt = ({ statement }: Evidence, { at }: Given, receivedAt: Date) =>
    new Date(Math.min(Math.max(Date.parse(statement.at), +at), +receivedAt))

  return {
    atOnce(caller, evidence) {
      const given = givenTo(caller, evidence)
      if (!given.ok) return given
      const at = now()
      // Another gateway may have given it, by a clock that is a little ahead.
      if (Math.abs(+at - +given.value.at) > SESSION_CHALLENGE_MS) return err({ kind: 'statement-stale' })
      return trust.verify(evidence, at)
    },
    async atDoor(caller, evidence, heardFirst) {
      const given = givenTo(caller, evidence)
      if (!given.ok) return given
      const at = now()
      if (+at - +given.value.at > SILENT_MS) return err({ kind: 'request-expired' })
      const heard = (heardFirst ?? (await hearing.minutesOf(caller.id))) - given.value.heard
      if (heard > HEARD_MINUTES) return err({ kind: 'evidence-late' })
      const holder = trust.verifyUnrevoked(evidence, loginAt(evidence, given.value, at))
      if (!holder.ok) return holder
      return ok({ codiceFiscale: holder.value.codiceFiscale, isLate: +at - +given.value.at > PROMPT_MS })
    },
    asReceived(caller, evidence, receivedAt) {
      const given = givenTo(caller, evidence)
      if (!given.ok) return given
      const at = loginAt(evidence, given.value, receivedAt)
      const holder = trust.verify(evidence, at)
      if (!holder.ok) return holder
      return ok({ holder: holder.value, revokedSince: isRevokedSince(evidence, at, holder.value) })
    },
  }

  function isRevokedSince(evidence: Evidence, at: Date, { notAfter }: CardCertificate): boolean {
    const today = new Date(Math.min(+now(), +notAfter))
    // So close to the log-in a revocation counts as one before it (trust/revocation.ts).
    if (+today - +at <= CLOCK_SKEW_MS) return false
    const verdict = trust.verify(evidence, today)
    return !verdict.ok && verdict.error.kind === 'certificate-revoked'
  }
}
