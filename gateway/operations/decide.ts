import { createHash } from 'node:crypto'
import { DAY_MS, italianDay } from '../../basics/time.ts'
import { isContrassegnoOf, type Settlement, settlementOf } from '../../catalogue/bollo.ts'
import { exemptionOf } from '../../contract/bollo.ts'
import type { Caller } from '../../contract/caller.ts'
import type { CertificateRequest, IssuedOutcome, Problem } from '../../contract/gateway.ts'
import { ok } from '../../contract/result.ts'
import { entitled } from '../access/entitled.ts'
import { type Register, tracesOf } from '../access/register.ts'
import type { AnprFailure } from '../anpr/answers.ts'
import type { Certificate } from '../anpr/certificate.ts'
import { problemOf } from '../anpr/problems.ts'
import type { Told } from '../citizen/store.ts'
import type { LoginJudge } from '../login/judge.ts'
import type { Means } from '../payments/means.ts'
import { typesText } from '../payments/notices.ts'
import type { Terms } from '../settings/terms.ts'
import type { AccessEntry } from '../store/operations.ts'

/** After 35 days the totem has told the person that nothing came of the request, so the gateway never issues it. */
export const WORKED_ON_MS = 35 * DAY_MS

type About = NonNullable<IssuedOutcome['about']> | null

/**
 * `undecided`: an operator or another machine must put something right first; `reason` is a code. `hopeless`: the same
 * question never gets an answer from this program. `revokedSince`: the card was good at its log-in and is revoked now.
 */
export type Decision = { access: AccessEntry } & (
  | { kind: 'issued'; certificate: Certificate; cents: Settlement['cents']; about: About; revokedSince: boolean }
  | { kind: 'refused'; problem: Problem }
  | { kind: 'undecided'; reason: string; anprIsOut: boolean }
  | { kind: 'hopeless'; reason: string }
)

/**
 * May this person have this certificate? `anprId` is what ANPR knows the operation by. The log-in is judged as of then,
 * by the CRLs of today (login/judge.ts).
 */
export async function decide(
  {
    register,
    logins,
    means,
    reference,
    terms,
    told,
    anprId,
  }: {
    anprId: string
    /** What ANPR has told of this person a moment ago; null where nobody has asked. */
    told(caller: Caller, requester: string): Promise<Told | null>
    terms: Terms
    register: Pick<Register, 'askedBy'>
    logins: Pick<LoginJudge, 'asReceived'>
    means: Means
    reference: (person: string) => string
  },
  caller: Caller,
  request: CertificateRequest,
  receivedAt: Date,
): Promise<Decision> {
  const { evidence } = request
  const access = accessOf(request, null)
  const no = (kind: Problem['kind']): Decision => ({ kind: 'refused', problem: { kind, anpr: null }, access })
  const login = logins.asReceived(caller, evidence, receivedAt)
  if (!login.ok) {
    const { kind } = login.error
    // The CRL may still come, and what was known at the door is known again under the right `accessLogKey`.
    return kind === 'revocation-unknown' || kind === 'challenge-unknown'
      ? { kind: 'undecided', reason: kind, anprIsOut: false, access }
      : no(kind)
  }
  const { holder, revokedSince } = login.value
  const requester = reference(holder.codiceFiscale)
  const known = await told(caller, requester)
  const person = { requester, codiceFiscale: holder.codiceFiscale, known }
  const decision = await certify({ register, means, reference, terms, anprId }, caller, person, request, receivedAt)
  return decision.kind === 'issued' ? { ...decision, revokedSince } : decision
}

const accessOf = (
  { types, bollo }: Pick<CertificateRequest, 'types' | 'bollo'>,
  requester: string | null,
): AccessEntry => ({
  requester,
  subject: null,
  types: types.join(' '),
  exemption: exemptionOf(bollo),
  anpr_operation: null,
  gate_transaction: null,
  warnings: null,
  pdf_sha256: null,
  line: null,
})

/**
 * The certificate for a person who has been proved. `known`: what ANPR has told of them a moment ago; null: it is asked by their
 * codice fiscale.
 */
export async function certify(
  {
    register,
    means,
    reference,
    terms,
    anprId,
  }: Pick<Parameters<typeof decide>[0], 'register' | 'means' | 'reference' | 'terms' | 'anprId'>,
  caller: Caller,
  { requester: asking, codiceFiscale, known }: { requester: string; known: Told | null; codiceFiscale: string | null },
  {
    operation,
    requestedAt,
    subject,
    types,
    bollo,
    language,
  }: Pick<CertificateRequest, 'operation' | 'requestedAt' | 'subject' | 'types' | 'bollo' | 'language'>,
  receivedAt: Date,
): Promise<Decision> {
  const access = accessOf({ types, bollo }, asking)
  // Until ANPR has said who the holder is, the log names them as their proof does.
  access.subject = subject ? reference(subject) : asking
  const no = (kind: Problem['kind']): Decision => ({ kind: 'refused', problem: { kind, anpr: null }, access })
  // A visit may go past midnight: the mark was judged by the day of the request.
  if (bollo.kind === 'contrassegno' && !isContrassegnoOf(bollo, italianDay(new Date(requestedAt))))
    return no('request-malformed')
  const failed = (failure: AnprFailure): Decision => {
    switch (failure.kind) {
      case 'anpr-refused':
      case 'anpr-other-person':
        return { kind: 'refused', problem: problemOf(failure), access }
      // ANPR is there, and may have issued: an operator looks, and asking again under the same id does no harm.
      case 'anpr-unreadable':
        return { kind: 'undecided', reason: failure.kind, anprIsOut: false, access }
      case 'anpr-question-wrong':
        return { kind: 'hopeless', reason: failure.kind, access }
      case 'anpr-unavailable':
      case 'anpr-busy':
      case 'anpr-closed':
      case 'anpr-misconfigured':
        return { kind: 'undecided', reason: failure.reason, anprIsOut: true, access }
    }
  }
  const looks = register.askedBy({ caller, requester: asking, operation })
  const person = known === null ? await looks.ownIdOf(codiceFiscale ?? '') : ok(known)
  if (!person.ok) return failed(person.error)
  const requester = person.value.idAnpr
  access.subject = reference(subject ?? requester)
  const bought = { requester: asking, subject: access.subject, types: typesText(types) }
  // Taken before anything may refuse, so that a refusal says what becomes of the money.
  const why = await means.take(bollo, bought, { totem: caller.id, operation })
  if (why !== null) return no(why)
  const wish = { requester, subject: subject ?? requester, types, bollo }
  const comune = known?.comune ?? null
  const may = await entitled(looks, { ...wish, language }, { day: italianDay(receivedAt), terms, comune })
  if (!may.ok) {
    const { error } = may
    return error.kind === 'failed' ? failed(error.failure) : { ...error, access }
  }
  const { about, ...more } = may.value
  const issued = await looks.issue(anprId, { ...wish, ...more })
  // It has its settlement, which this one does not change.
  if (issued === null) return no('withdrawn')
  const { line, result, trace } = issued
  Object.assign(access, tracesOf(trace), { line })
  if (!result.ok) return failed(result.error)
  access.pdf_sha256 = createHash('sha256').update(Buffer.from(result.value.pdf, 'base64')).digest('hex')
  const { cents } = settlementOf(bollo, more.charges)
  return { kind: 'issued', certificate: result.value, cents, about, revokedSince: false, access }
}
