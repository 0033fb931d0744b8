import { italianDay } from '../../../basics/time.ts'
import { cardNotice } from '../../../catalogue/identity-card.ts'
import { familySheet, type Problem, type RefusalKind, session } from '../../../contract/gateway.ts'
import { issueRefusal } from '../../../contract/issue-refusal.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import type { GatewayClient } from '../../sync/client.ts'
import { passing, refusedBy } from '../../visit/refusals.ts'
import type { Entered, Left, Notice, Recognised, Refused, VisitId } from '../../visit/services.ts'

/** How ANPR says that it has no family of the person to tell. */
const NO_SHEET: readonly RefusalKind[] = ['person-not-found', 'anpr-unreadable', ...issueRefusal.options]

export interface EnterOptions {
  client: GatewayClient
  online(): boolean
  now(): Date
  /** Certificates that wait on this totem for the person, and the fate of their earlier requests. */
  waitingFor(visit: VisitId, holder: Recognised): Promise<Left>
  noticesFor(codiceFiscale: string): Notice[]
  pendingFor(codiceFiscale: string): number
  /** A session was opened: its token. */
  opened?(visit: string, token: string): void
}

/** Opens the citizen session at the gateway, and gathers what this totem keeps for the person. */
export function createEnter({
  client,
  online,
  now,
  waitingFor,
  noticesFor,
  pendingFor,
  opened: noted = () => {},
}: EnterOptions) {
  return async (visit: VisitId, holder: Recognised): Promise<Result<Entered, Refused>> => {
    const { codiceFiscale, evidence } = holder
    const { waiting, notices: unfit } = await waitingFor(visit, holder)
    const notices = [...unfit, ...noticesFor(codiceFiscale)]
    const pending = pendingFor(codiceFiscale)
    const offline = ok({ token: null, idAnpr: null, family: null, languages: [], waiting, pending, notices })
    if (!online()) return offline
    // Certificates that wait on this totem are the person's, even if the gateway refuses today.
    const refuse = (problem: Problem) =>
      waiting.length + notices.length > 0 || passing(problem) ? offline : err(refusedBy(problem))
    // The gateway takes a nonce once, so a second request would count as a replay.
    const opened = await client.ask(session, '/v1/sessions', { body: evidence, repeatable: false })
    if (!opened.ok) return opened.error.kind === 'refused' ? refuse(opened.error.problem) : offline
    noted(visit.session, opened.value.token)
    const { token, ways = [] } = opened.value
    const entered = { token, idAnpr: opened.value.holder.idAnpr, waiting, pending, notices, ways }
    const family = await client.ask(familySheet, '/v1/sessions/current/family', { token })
    if (family.ok) {
      // The card holder stands first, whatever the order of the family sheet: most certificates are for them.
      const members = family.value.members.toSorted((one, other) => Number(other.self) - Number(one.self))
      const { languages, card, charges } = family.value
      const notice = card && cardNotice(card, italianDay(now()))
      return ok({ ...entered, family: members, languages, charges, card: notice })
    }
    if (family.error.kind !== 'refused') return offline
    // The holder can ask for themselves also where ANPR has no sheet of theirs, or none that can be read.
    return NO_SHEET.includes(family.error.problem.kind)
      ? ok({ ...entered, family: null, languages: [] })
      : refuse(family.error.problem)
  }
}
