import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import {
  HANDOVER_BYTES,
  HANDOVER_PATIENCE_MS,
  handoverGiven,
  handoverState,
  handoverWithdrawn,
} from '../../../contract/handover.ts'
import { err, ok } from '../../../contract/result.ts'
import type { Journal } from '../../journal/journal.ts'
import { sealDocument } from '../../queue/sealing.ts'
import type { GatewayClient } from '../../sync/client.ts'
import type { VisitServices } from '../../visit/services.ts'

export interface HandoverOptions {
  client: Pick<GatewayClient, 'ask'>
  journal: Journal
  now(): Date
}

const LOOK_MS = 1_500

/** Hands documents to telephones through the gateway, which never sees a key. */
export function createHandover({
  client,
  journal,
  now,
}: HandoverOptions): Pick<VisitServices, 'handOver' | 'handoverBecame' | 'withdrawHandover'> {
  /** What nobody waits for any more. */
  const withdrawn = new Set<string>()

  return {
    async handOver({ session }, pdf) {
      const failed = () => {
        journal.record('visit.phone', { session, became: 'unavailable' })
        return err({ kind: 'unavailable' as const })
      }
      if (pdf.length > HANDOVER_BYTES) return failed()
      const id = randomBytes(16).toString('base64url')
      const key = randomBytes(32)
      const body = { id, sealed: sealDocument(pdf, id, key).toString('base64') }
      const given = await client.ask(handoverGiven, '/v1/handovers', { body, repeatable: false })
      if (!given.ok) return failed()
      const link = `${given.value.page}#${key.toString('base64url')}`
      return ok({ id, link, until: new Date(+now() + HANDOVER_PATIENCE_MS).toISOString() })
    },

    async handoverBecame({ session }, { id, until }) {
      // A telephone that has begun gets the time that its line takes; the gateway ends that.
      for (let begun = false; begun || +now() < Date.parse(until); await delay(LOOK_MS)) {
        if (withdrawn.delete(id)) return 'over'
        const asked = await client.ask(handoverState, `/v1/handovers?id=${id}`, {})
        const state = asked.ok ? asked.value.state : 'waiting'
        if (state === 'taken' || state === 'contested') {
          journal.record('visit.phone', { session, became: state })
          return state
        }
        if (state === 'gone') break
        begun = state === 'opened'
      }
      journal.record('visit.phone', { session, became: 'over' })
      return 'over'
    },

    withdrawHandover({ session }, { id }) {
      withdrawn.add(id)
      journal.record('visit.phone', { session, became: 'withdrawn' })
      // A line that is down loses this: the link ends by itself.
      void client.ask(handoverWithdrawn, '/v1/handovers/withdrawn', { body: { id } })
    },
  }
}
