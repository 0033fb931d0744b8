import { createHash } from 'node:crypto'
import { decodeTime } from 'ulid'
import { DAY_MS, italianDay, MINUTE_MS } from '../../basics/time.ts'
import { isContrassegnoOf } from '../../catalogue/bollo.ts'
import { exemptionOf } from '../../contract/bollo.ts'
import { type Caller, isSameCaller } from '../../contract/caller.ts'
import type { CertificateRequest, Problem } from '../../contract/gateway.ts'
import type { Register } from '../access/register.ts'
import type { AnprFailure } from '../anpr/answers.ts'
import type { Issued } from '../anpr/client.ts'
import { problemOf } from '../anpr/problems.ts'
import { isRelative } from '../anpr/subjects.ts'
import type { Marks } from '../payments/contrassegno.ts'
import type { AccessEntry } from '../store/operations.ts'
import type { TrustKeeper } from '../trust/keeper.ts'

/** How long a request may wait on a totem without a line. */
const MAX_AGE_MS = 30 * DAY_MS
/** After 35 days the totem has told the person that nothing came of the request, so the gateway never issues it. */
export const WORKED_ON_MS = 35 * DAY_MS
/**
 * A totem's clock may be so far ahead: its citizen was told that the request is safe. What binds a login to one visit
 * is its nonce, its signature and `VISIT_MS`, and not its date.
 */
const MAX_AHEAD_MS = 30 * DAY_MS
/** A request is made in the visit of its login. Both times are the totem's own, so that the rule holds offline too. */
const VISIT_MS = 30 * MINUTE_MS
/** A totem's clock may be put back by so much in the middle of a visit. */
const STEP_MS = 5 * MINUTE_MS

/**
 * May a request of this age be taken in? The answer says something about a clock, theirs or ours, and nothing is
 * stored.
 */
export function ageProblem(
  { evidence: { statement } }: CertificateRequest,
  now: Date,
): 'request-expired' | 'statement-ahead' | null {
  const age = +now - Date.parse(statement.at)
  if (age > MAX_AGE_MS) return 'request-expired'
  return age < -MAX_AHEAD_MS ? 'statement-ahead' : null
}

/** `undecided`: an operator or another machine must put something right first; `reason` is a code. */
export type Decision = { access: AccessEntry } & (
  | { kind: 'issued'; certificate: Issued }
  | { kind: 'refused'; problem: Problem }
  | { kind: 'undecided'; reason: string; anprIsOut: boolean }
)

/**
 * May this person have this certificate? `anprId` is what ANPR knows the operation by. The evidence is judged at the
 * time of its login, not of its arrival.
 */
export async function decide(
  {
    register,
    trust,
    marks,
    reference,
    now,
    anprId,
  }: {
    anprId: string
    register: Register
    trust: TrustKeeper
    marks: Marks
    reference: (person: string) => string
    now: Date
  },
  caller: Caller,
  { operation, requestedAt, evidence, subject, types, bollo }: CertificateRequest,
): Promise<Decision> {
  const access: AccessEntry = {
    requester: null,
    subject: null,
    types: types.join(' '),
    exemption: exemptionOf(bollo),
    anpr_operation: null,
    pdf_sha256: null,
    line: null,
  }
  const no = (kind: Problem['kind']): Decision => ({ kind: 'refused', problem: { kind, anpr: null }, access })
  const { statement } = evidence
  const loginAt = Date.parse(statement.at)
  if (!isSameCaller(statement.caller, caller)) return no('statement-other-caller')
  const sinceLogin = [decodeTime(operation), Date.parse(requestedAt)].map((at) => at - loginAt)
  if (sinceLogin.some((ms) => ms > VISIT_MS || ms < -STEP_MS)) return no('request-malformed')
  // A visit may go past midnight: the totem has judged the mark by the day of the request.
  if (bollo.kind === 'contrassegno' && !isContrassegnoOf(bollo, italianDay(new Date(requestedAt))))
    return no('request-malformed')
  // A login that seems to be of the future was made today at the latest.
  const holder = trust.verify(evidence, new Date(Math.min(loginAt, +now)))
  if (!holder.ok) {
    const { kind } = holder.error
    // The CRL may still come.
    return kind === 'revocation-unknown' ? { kind: 'undecided', reason: kind, anprIsOut: false, access } : no(kind)
  }

  access.requester = reference(holder.value.codiceFiscale)
  // Until ANPR has said who the holder is, the log names them as the card does.
  access.subject = subject ? reference(subject) : access.requester
  const failed = (failure: AnprFailure): Decision => {
    if (failure.kind === 'anpr-unavailable')
      return { kind: 'undecided', reason: failure.reason, anprIsOut: true, access }
    // ANPR is there, and may have issued: an operator looks, and asking again under the same id does no harm.
    if (failure.kind === 'anpr-unreadable') return { kind: 'undecided', reason: failure.kind, anprIsOut: false, access }
    return { kind: 'refused', problem: problemOf(failure), access }
  }
  const looks = register.askedBy({ caller, requester: access.requester, operation })
  const person = await looks.personOf(holder.value.codiceFiscale)
  if (!person.ok) return failed(person.error)
  const requester = person.value.idAnpr
  access.subject = reference(subject ?? requester)
  // SECURITY: the totem names the subject. ANPR's own refusal (EN169) is the second wall, and not the only one.
  if (subject !== null && subject !== requester) {
    const sheet = await looks.familyOf(requester)
    if (!sheet.ok) return failed(sheet.error)
    if (!isRelative(sheet.value, subject)) return no('not-in-family')
  }
  if (!(await marks.take(bollo, { totem: caller.id, operation }))) return no('contrassegno-used')
  const { line, answer: issued } = await looks.issue(anprId, {
    requester,
    subject: subject ?? requester,
    types,
    bollo,
  })
  access.line = line
  if (!issued.ok) return failed(issued.error)
  const { pdf, idOperazioneAnpr } = issued.value
  access.anpr_operation = idOperazioneAnpr
  access.pdf_sha256 = createHash('sha256').update(Buffer.from(pdf, 'base64')).digest('hex')
  return { kind: 'issued', certificate: issued.value, access }
}
