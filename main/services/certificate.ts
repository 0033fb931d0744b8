import { ulid } from 'ulid'
import { type CertificateRequest, type Problem, REQUEST_VERSION } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Devices } from '../devices/index.ts'
import type { Journal } from '../journal/journal.ts'
import type { Queue } from '../queue/queue.ts'
import { holderReference, type NamedKey, type OutcomeKeys, openOutcome, sealRequest } from '../queue/sealing.ts'
import type {
  Entered,
  Notice,
  PreviewSheet,
  Recognised,
  Refused,
  Requested,
  StorageFull,
  Unavailable,
  VisitId,
  Waiting,
  Wanted,
} from '../session/services.ts'
import type { GatewayClient } from '../sync/client.ts'
import type { Drain } from '../sync/drain.ts'
import { refusedFor } from './refusals.ts'

export interface CertificateOptions {
  devices: Devices
  queue: Queue
  journal: Journal
  client: GatewayClient
  drain: Drain
  /** `sealing`: the gateway's key that is in force now. */
  keys: { sealing(): NamedKey; outcome: OutcomeKeys; holder: Uint8Array }
  totem: string
  online(): boolean
  now(): Date
}

/** The gateway takes a request up to 30 minutes after its login, and 5 before it: the clock may be put back in a visit. */
const LOGIN_COUNTS_MS = { after: 25 * 60_000, before: 4 * 60_000 }
/** A person stands there: after this they get a slip, and the request goes on by itself. */
const PATIENCE_MS = 20_000
/** The line is known to be down: long enough for one try, in case it has just come back. */
const OFFLINE_PATIENCE_MS = 1_500

/**
 * Not about this person: a wrong clock, a gateway that has just restarted or has lost its CRLs. The request can be recorded
 * all the same.
 */
const PASSING: Problem['kind'][] = ['statement-stale', 'session-expired', 'revocation-unknown', 'anpr-unavailable']

/** As many as the screen has room for; the others are told at the next visit. */
const NOTICES = 2

/** The journey of a certificate: recorded first, then everything else (DESIGN.md steps 3 to 7). */
export function createCertificates(options: CertificateOptions) {
  const { devices, queue, journal, client, drain, keys, totem, now } = options

  const refusedBy = ({ kind, anpr }: Problem) => refusedFor(kind, anpr)

  /** Printed, but the disk would not let the queue say so yet: never offered again, and tried again. */
  const printed = new Set<string>()
  function erase(operation: string): boolean {
    if (!queue.collected(operation).ok) return false
    printed.delete(operation)
    return true
  }

  async function waitingFor(codiceFiscale: string): Promise<Waiting[]> {
    for (const operation of printed) erase(operation)
    const waiting: Waiting[] = []
    for (const { operation, outcome, requestedAt } of queue.waiting(holderReference(codiceFiscale, keys.holder))) {
      if (printed.has(operation)) continue
      const opened = await openOutcome(outcome, keys.outcome, operation, totem)
      // One unreadable outcome must not hide the others; it stays in the queue for the technician.
      if (opened.ok) waiting.push({ outcome: opened.value, requestedAt })
    }
    return waiting
  }

  const noticesFor = (codiceFiscale: string): Notice[] =>
    queue
      .untold(holderReference(codiceFiscale, keys.holder))
      .slice(0, NOTICES)
      .map((untold) => {
        const { operation, state, requestedAt } = untold
        return { operation, state, requestedAt, reason: 'reason' in untold ? untold.reason : null }
      })

  return {
    async enter(recognised: Recognised): Promise<Result<Entered, Refused>> {
      const waiting = await waitingFor(recognised.codiceFiscale)
      const notices = noticesFor(recognised.codiceFiscale)
      const offline = ok({ token: null, family: null, waiting, notices })
      if (!options.online()) return offline
      // What waits on this totem is the person's whatever the gateway says today.
      const refuse = (problem: Problem) =>
        waiting.length + notices.length > 0 || PASSING.includes(problem.kind) ? offline : err(refusedBy(problem))
      const opened = await client.openSession(recognised.evidence)
      if (!opened.ok) return opened.error.kind === 'refused' ? refuse(opened.error.problem) : offline
      const { token } = opened.value
      const family = await client.family(token)
      if (!family.ok) return family.error.kind === 'refused' ? refuse(family.error.problem) : offline
      return ok({ token, family: family.value.members, waiting, notices })
    },

    noticed({ notices }: Entered) {
      // A disk that does not take it has it told once more.
      for (const { operation } of notices) queue.told(operation)
    },

    async preview({ token }: Entered, wanted: Wanted): Promise<Result<PreviewSheet, Refused | Unavailable>> {
      const { subject } = wanted
      if (!token || !subject) return err({ kind: 'unavailable' })
      const preview = await client.preview(token, { ...wanted, subject })
      if (!preview.ok) {
        const { error } = preview
        const lasting = error.kind === 'refused' && !PASSING.includes(error.problem.kind)
        return err(lasting ? refusedBy(error.problem) : { kind: 'unavailable' })
      }
      const pdf = Buffer.from(preview.value.pdf, 'base64')
      const first = await devices.call('pdf.raster', { pdf, page: 1, width: 64 })
      return first.ok ? ok({ pdf, pages: first.value.pages }) : err({ kind: 'unavailable' })
    },

    async request(
      { session }: VisitId,
      recognised: Recognised,
      wanted: Wanted,
    ): Promise<Result<Requested, Refused | StorageFull>> {
      // One that the gateway would not take must not be promised.
      const sinceLogin = now().getTime() - Date.parse(recognised.evidence.statement.at)
      if (sinceLogin > LOGIN_COUNTS_MS.after || sinceLogin < -LOGIN_COUNTS_MS.before) {
        return err(refusedFor('session-refused', null))
      }
      const operation = ulid()
      const requestedAt = now().toISOString()
      const request: CertificateRequest = {
        version: REQUEST_VERSION,
        operation,
        kind: 'certificate',
        ...wanted,
        language: 'IT',
        requestedAt,
        evidence: recognised.evidence,
      }
      const recorded = queue.add({
        operation,
        session,
        kind: 'certificate',
        holder: holderReference(recognised.codiceFiscale, keys.holder),
        sealed: await sealRequest(request, keys.sealing(), totem),
        requestedAt,
      })
      if (!recorded.ok) {
        return err(
          recorded.error.kind === 'storage-full' ? { kind: 'storage-full' } : refusedFor('session-refused', null),
        )
      }
      journal.record('request.queued', { session, operation, kind: 'certificate' })
      drain.wake()

      const settled = await drain.settled(
        operation,
        AbortSignal.timeout(options.online() ? PATIENCE_MS : OFFLINE_PATIENCE_MS),
      )
      if (settled.state === 'issued') {
        const outcome = await openOutcome(settled.outcome, keys.outcome, operation, totem)
        if (outcome.ok) return ok({ state: 'issued', outcome: outcome.value })
      }
      if (settled.state === 'refused') {
        queue.told(operation)
        return err(refusedFor(settled.reason, settled.anpr))
      }
      return ok({ state: 'queued', operation, requestedAt })
    },

    delivered({ session }: VisitId, operation: string) {
      printed.add(operation)
      if (erase(operation)) journal.record('request.collected', { session, operation })
    },
  }
}
