import { createHash, randomBytes } from 'node:crypto'
import { type Clock, MINUTE_MS } from '../../basics/time.ts'
import { type Caller, isSameCaller } from '../../contract/caller.ts'
import type { Evidence } from '../../contract/evidence.ts'
import type { Problem, Session } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Register } from '../access/register.ts'
import { problemOf } from '../anpr/problems.ts'
import type { Database } from '../store/schema.ts'
import type { TrustKeeper } from '../trust/keeper.ts'
import { holderOf, openSession } from './store.ts'

/** A login may be so old, and the totem's clock so far from ours. */
const FRESH_MS = 5 * MINUTE_MS
/** A visit ends long before its session. */
const SESSION_MS = 15 * MINUTE_MS

/** The person of a session, and who asked for it. */
export interface Holder {
  caller: Caller
  idAnpr: string
  /** As the access log names them; null in sessions of an earlier version. */
  requester: string | null
}

/** A citizen's online session: it says who they are, and how long the gateway shows them their own data. */
export interface Sessions {
  /** Opens one for the person whom the evidence proves. */
  open(caller: Caller, evidence: Evidence): Promise<Result<Session, Problem>>
  /** The person of a session. A session is good for its own caller only. */
  holder(caller: Caller, token: string): Promise<Result<Holder, Problem>>
}

const refuse = (kind: Problem['kind']) => err<Problem>({ kind, anpr: null })

export function createSessions({
  db,
  register,
  trust,
  reference,
  now,
}: {
  db: Database
  register: Register
  trust: TrustKeeper
  reference(person: string): string
  now: Clock
}): Sessions {
  return {
    async open(caller, evidence) {
      const { statement } = evidence
      if (!isSameCaller(statement.caller, caller)) return refuse('statement-other-caller')
      const at = now()
      const verified = trust.verify(evidence, at)
      if (!verified.ok) return refuse(verified.error.kind)
      if (Math.abs(+at - Date.parse(statement.at)) > FRESH_MS) return refuse('statement-stale')

      const { codiceFiscale } = verified.value
      const requester = reference(codiceFiscale)
      const person = await register.askedBy({ caller, requester }).personOf(codiceFiscale)
      if (!person.ok) return err(problemOf(person.error))
      const { idAnpr } = person.value
      const token = randomBytes(32).toString('base64url')
      const expires = new Date(+at + SESSION_MS)
      // Opened last, so that a login is not used up when ANPR is away.
      const opened = await openSession(
        db,
        {
          tokenHash: hash(token),
          caller,
          idAnpr,
          requester,
          expires,
        },
        { nonce: statement.nonce, at, nonceLifeMs: 4 * FRESH_MS },
      )
      if (!opened) return refuse('statement-replayed')
      return ok({ token, expires: expires.toISOString(), holder: { idAnpr } })
    },

    async holder(caller, token) {
      const found = await holderOf(db, hash(token), caller, now())
      return found ? ok({ caller, ...found }) : refuse('session-expired')
    },
  }
}

/** The database keeps hashes of tokens only, so that nobody who reads it can speak for a citizen. */
const hash = (token: string) => createHash('sha256').update(token).digest('base64url')
