import { createHash, randomBytes } from 'node:crypto'
import { type Clock, MINUTE_MS } from '../../basics/time.ts'
import type { Caller } from '../../contract/caller.ts'
import type { Evidence } from '../../contract/evidence.ts'
import { type Problem, SESSION_CHALLENGE_MS, type Session } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Register } from '../access/register.ts'
import { problemOf } from '../anpr/problems.ts'
import type { LoginJudge } from '../login/judge.ts'
import type { Database } from '../store/schema.ts'
import { ask, end, holderOf, openSession, spendChallenge, type Told, whyNotOpen } from './store.ts'

/** A visit ends long before its session. */
const SESSION_MS = 15 * MINUTE_MS

/** The person of a session, and who asked for it. */
export interface Holder extends Told {
  caller: Caller
  /** As the access log names them; null in sessions of an earlier version. */
  requester: string | null
}

/** A citizen's online session: it says who they are, and how long the gateway shows them their own data. */
export interface Sessions {
  /** Opens one for the person whom the evidence proves. */
  open(caller: Caller, evidence: Evidence): Promise<Result<Session, Problem>>
  /** Opens one for a person whom somebody has proved before. `proof` names that proof, which opens one session. */
  openFor(caller: Caller, person: { codiceFiscale: string; proof: string }): Promise<Result<Session, Problem>>
  /**
   * The person of a session, for one more question. A session is good for its own caller, and for so many questions.
   * `mark`: the answer tells whether a marca da bollo has paid. `free`: no question to the register, and not counted.
   */
  holder(caller: Caller, token: string, about?: { mark?: boolean; free?: boolean }): Promise<Result<Holder, Problem>>
  /** The visit is over: the session is good for nothing more, and no voucher of its person is kept. */
  end(caller: Caller, token: string): Promise<Result<Record<string, never>, Problem>>
}

const refuse = (kind: Problem['kind']) => err<Problem>({ kind, anpr: null })

export function createSessions({
  db,
  register,
  logins,
  reference,
  mayBegin,
  ways = [],
  now,
}: {
  db: Database
  register: Register
  logins: Pick<LoginJudge, 'atOnce'>
  reference(person: string): string
  /** May a visit begin, as far as ANPR's quotas of today go? */
  mayBegin(): Promise<boolean>
  /** How documents can be taken home besides on paper. */
  ways?: NonNullable<Session['ways']>
  now: Clock
}): Sessions {
  async function openFor(
    caller: Caller,
    { codiceFiscale, proof: challenge }: Parameters<Sessions['openFor']>[1],
  ): Promise<Result<Session, Problem>> {
    const at = now()
    const requester = reference(codiceFiscale)
    const why = await whyNotOpen(db, { challenge, caller, requester, at })
    if (why !== null) return refuse(why)
    if (!(await mayBegin())) return refuse('anpr-unavailable')
    const person = await register.askedBy({ caller, requester }).personOf(codiceFiscale)
    if (!person.ok) {
      if (person.error.kind === 'anpr-refused') await spendChallenge(db, challenge, at)
      return err(problemOf(person.error))
    }
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
      { challenge, at, challengeLifeMs: 4 * SESSION_CHALLENGE_MS },
    )
    if (opened !== 'opened') return refuse(opened)
    return ok({ token, expires: expires.toISOString(), holder: { idAnpr }, ways })
  }

  return {
    async open(caller, evidence) {
      const verified = logins.atOnce(caller, evidence)
      if (!verified.ok) return refuse(verified.error.kind)
      const { codiceFiscale } = verified.value
      return openFor(caller, { codiceFiscale, proof: evidence.statement.challenge })
    },

    openFor,

    async holder(caller, token, { mark = false, free = false } = {}) {
      const tokenHash = hash(token)
      const found = await holderOf(db, tokenHash, caller, now())
      if (!found) return refuse('session-expired')
      return free || (await ask(db, tokenHash, { mark })) ? ok({ caller, ...found }) : refuse('session-spent')
    },

    async end(caller, token) {
      const tokenHash = hash(token)
      const found = await holderOf(db, tokenHash, caller, now())
      if (!found) return refuse('session-expired')
      await end(db, tokenHash)
      register.left({ caller, requester: found.requester })
      return ok({})
    },
  }
}

/** The database keeps hashes of tokens only, so that nobody who reads it can speak for a citizen. */
const hash = (token: string) => createHash('sha256').update(token).digest('base64url')
