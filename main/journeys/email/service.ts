import { randomBytes, randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ulid } from 'ulid'
import { HANDOVER_BYTES } from '../../../contract/handover.ts'
import { letterState, letterTaken } from '../../../contract/letter.ts'
import { err, ok } from '../../../contract/result.ts'
import type { Place } from '../../documents/model.ts'
import type { Journal } from '../../journal/journal.ts'
import { type NamedKey, sealDocument, sealLetter } from '../../queue/sealing.ts'
import type { GatewayClient } from '../../sync/client.ts'
import type { VisitServices } from '../../visit/services.ts'
import { codePaper, codeSheet } from './slip.ts'

export interface EmailOptions {
  client: Pick<GatewayClient, 'ask'>
  journal: Journal
  keys: { sealing(): NamedKey }
  place: Place
  totem: string
  pdfOnly?: boolean
  now(): Date
}

/** So long a person waits to hear whether the mail server has taken the mail; then it goes by itself. */
const PATIENCE_MS = 15_000
const LOOK_MS = 1_000

/** Has links to documents sent by mail. The address is sealed to the gateway, and no disk of the totem's holds it. */
export function createEmail(options: EmailOptions): Pick<VisitServices, 'sendByEmail' | 'codeSlip'> {
  const { client, journal, keys, place, totem, now } = options
  return {
    async sendByEmail({ session, language }, { token }, { pdf, to }) {
      const failed = <Kind extends 'unavailable' | 'unknown' | 'refused'>(kind: Kind) => {
        journal.record('visit.email', { session, became: kind })
        return err({ kind })
      }
      if (token === null || pdf.length > HANDOVER_BYTES) return failed('unavailable')
      const id = randomBytes(16).toString('base64url')
      const key = randomBytes(32)
      const code = String(randomInt(1_000_000)).padStart(6, '0')
      const content = { to, key: key.toString('base64url'), code, language, office: place.office }
      const letter = await sealLetter(content, keys.sealing(), { id, totem })
      const body = { id, sealed: sealDocument(pdf, id, key).toString('base64'), letter }
      const taken = await client.ask(letterTaken, '/v1/letters', { body, token, repeatable: false })
      if (!taken.ok) {
        const { error } = taken
        return failed(error.kind === 'refused' && error.problem.kind === 'address-unknown' ? 'unknown' : 'unavailable')
      }
      let state = 'waiting'
      for (const until = +now() + PATIENCE_MS; state === 'waiting' && +now() < until; ) {
        await delay(LOOK_MS)
        const asked = await client.ask(letterState, `/v1/letters?id=${id}`, {})
        if (asked.ok) ({ state } = asked.value)
      }
      if (state === 'refused' || state === 'bounced') return failed('refused')
      const handedOver = state === 'handed-over'
      journal.record('visit.email', { session, became: handedOver ? 'handed-over' : 'waiting' })
      return ok({ operation: ulid(), code, handedOver })
    },
    codeSlip: ({ language }, { operation, code }) => {
      const paper = codePaper({ operation, code }, { language, place, at: now() })
      return codeSheet(paper, options.pdfOnly ?? false)
    },
  }
}
