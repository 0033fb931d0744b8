import { journalBatch, journalReceipt } from '../../contract/journal.ts'
import { journalTroubles } from '../../contract/operators.ts'
import { ok } from '../../contract/result.ts'
import { PATIENT } from '../http/pressure.ts'
import { type Routes, route } from '../http/route.ts'
import { type JournalRoom, takeIn } from './intake.ts'
import type { JournalDatabase } from './tables.ts'
import { troubles } from './troubles.ts'

/** Five hundred entries of under 2 KB. */
const BATCH_BYTES = 1_000 * 1024
const MOST = 10_000

/** A totem's sync log, batch by batch. */
export const journalRoutes = (room: JournalRoom): Routes =>
  route(
    {
      method: 'POST',
      path: '/journal',
      from: 'totem',
      body: journalBatch,
      answer: journalReceipt,
      bodyLimit: BATCH_BYTES,
      config: PATIENT,
    },
    ({ caller, body }) => takeIn(room, caller.id, body),
  )

/** The sync logs that do not fit. */
export const overseeJournals = (db: JournalDatabase): Routes =>
  route({ method: 'GET', path: '/journal', answer: journalTroubles }, async () => {
    const seen = (await troubles(db, MOST)).map(({ seen_at: at, ...trouble }) => ({ ...trouble, at: at.toISOString() }))
    return ok({ troubles: seen })
  })
