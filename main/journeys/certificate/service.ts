import { ulid } from 'ulid'
import type { Evidence } from '../../../contract/evidence.ts'
import {
  type CertificateRequest,
  type IssuedOutcome,
  LOGIN_REQUESTS,
  type PreviewRequest,
  preview as previewAnswer,
  REQUEST_VERSION,
} from '../../../contract/gateway.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import type { Devices } from '../../devices/index.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Queue } from '../../queue/queue.ts'
import { holderReference, type NamedKey, type OutcomeKeys, openOutcome, sealRequest } from '../../queue/sealing.ts'
import type { GatewayClient } from '../../sync/client.ts'
import type { Drain } from '../../sync/drain.ts'
import type { About } from '../../visit/about.ts'
import { createReading } from '../../visit/reading.ts'
import { passing, refusedBy } from '../../visit/refusals.ts'
import {
  type Entered,
  type PreviewSheet,
  type Recognised,
  type Refused,
  refused,
  type Unavailable,
  type VisitId,
} from '../../visit/services.ts'
import { factsOf } from './facts.ts'
import type { Requested, StorageFull, Wanted } from './visit.ts'

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

/** A visit ends long before. The gateway counts minutes of its own; the totem's clock may be put back meanwhile. */
const LOGIN_COUNTS_MS = { after: 25 * 60_000, before: 4 * 60_000 }
/** A person waits at most this long, then gets a slip. The request goes on by itself. */
const PATIENCE_MS = 20_000
/** The wait while the line is down: one try, in case the line has just come back. */
const OFFLINE_PATIENCE_MS = 1_500

/** Previews and requests. The queue records a request before anything else happens to it (invariant 1). */
export function createCertificates(options: CertificateOptions) {
  const { devices, queue, journal, client, drain, keys, totem, now } = options
  /** What each log-in has asked for, as the gateway counts it (gateway/login/spending.ts). */
  const asked = new WeakMap<Evidence, Set<string>>()

  const { wordsOf, concerns } = createReading({ devices, journal })
  const isOf = async ({ operation, pdf }: IssuedOutcome, about: About | null, session: string) =>
    about === null || concerns(await wordsOf(Buffer.from(pdf, 'base64')), about, { session, operation })

  return {
    async preview(
      { session }: VisitId,
      { token, idAnpr }: Entered,
      wanted: Wanted,
      about: About | null,
    ): Promise<Result<PreviewSheet, Refused | Unavailable>> {
      const subject = wanted.subject ?? idAnpr
      if (!token || !subject) return err({ kind: 'unavailable' })
      const preview = await client.ask(previewAnswer, '/v1/previews', {
        token,
        body: { ...wanted, subject } satisfies PreviewRequest,
      })
      if (!preview.ok) {
        const { error } = preview
        const lasting = error.kind === 'refused' && !passing(error.problem)
        return err(lasting ? refusedBy(error.problem) : { kind: 'unavailable' })
      }
      const pdf = Buffer.from(preview.value.pdf, 'base64')
      const words = await wordsOf(pdf)
      if (!concerns(words, about, { session })) return err(refused('anpr-other-person'))
      const first = await devices.call('pdf.raster', { pdf, page: 1, width: 64 })
      return first.ok
        ? ok({ pdf, pages: first.value.pages, facts: factsOf(words ?? '', wanted.language ?? 'IT') })
        : err({ kind: 'unavailable' })
    },

    async request(
      { session }: VisitId,
      recognised: Recognised,
      wanted: Wanted,
      about: About | null,
    ): Promise<Result<Requested, Refused | StorageFull>> {
      // The totem promises no request that the gateway would refuse.
      const sinceLogin = now().getTime() - Date.parse(recognised.evidence.statement.at)
      if (sinceLogin > LOGIN_COUNTS_MS.after || sinceLogin < -LOGIN_COUNTS_MS.before) {
        return err(refused('session-refused'))
      }
      const { subject, types, bollo } = wanted
      const ofLogin = asked.get(recognised.evidence) ?? new Set()
      const thing = JSON.stringify([subject, types.toSorted(), bollo])
      if (ofLogin.has(thing) || ofLogin.size >= LOGIN_REQUESTS) return err(refused('evidence-spent'))
      const operation = ulid()
      const requestedAt = now().toISOString()
      const request: CertificateRequest = {
        version: REQUEST_VERSION,
        operation,
        kind: 'certificate',
        ...wanted,
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
        return err(recorded.error.kind === 'storage-full' ? { kind: 'storage-full' } : refused('session-refused'))
      }
      asked.set(recognised.evidence, ofLogin.add(thing))
      journal.record('request.queued', { session, operation, kind: 'certificate' })
      drain.wake()

      const settled = await drain.settled(
        operation,
        AbortSignal.timeout(options.online() ? PATIENCE_MS : OFFLINE_PATIENCE_MS),
      )
      if (settled.state === 'issued') {
        const outcome = await openOutcome(settled.outcome, keys.outcome, operation, totem)
        if (outcome.ok)
          return (await isOf(outcome.value, about, session))
            ? ok({ state: 'issued', outcome: outcome.value })
            : err(refused('anpr-other-person'))
      }
      if (settled.state === 'refused') {
        queue.told(operation)
        return err(refusedBy({ kind: settled.reason, anpr: settled.anpr }))
      }
      return ok({ state: 'queued', operation, requestedAt })
    },

    async arrived({ session }: VisitId, operation: string, about: About | null): Promise<IssuedOutcome | null> {
      const found = queue.get(operation)
      if (found?.state !== 'issued') return null
      const outcome = await openOutcome(found.outcome, keys.outcome, operation, totem)
      return outcome.ok && (await isOf(outcome.value, about, session)) ? outcome.value : null
    },
  }
}
