import { generateKeyPairSync } from 'node:crypto'
import { CompactSign } from 'jose'
import { sql } from 'kysely'
import { pino } from 'pino'
import type { GatewayKeys } from '../../../contract/gateway-keys.ts'
import { JOURNAL_ANCHOR_TYP, journalBatch } from '../../../contract/journal.ts'
import { takeIn } from '../../../gateway/journal/intake.ts'
import { withJournals } from '../../../gateway/journal/tables.ts'
import { troubles } from '../../../gateway/journal/troubles.ts'
import { bounds } from '../../../gateway/settings/config.ts'
import { type Journal, openJournal } from '../../../main/journal/journal.ts'
import { migratedTables } from '../gateway/database.ts'

/** The gateway's intake of sync logs, on a database of its own, with a clock that a test sets. */
export async function openIntake() {
  const database = await migratedTables()
  const db = withJournals(database)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const anchors = [{ ...publicKey.export({ format: 'jwk' }), kid: 'anchor-1' }] as GatewayKeys['anchor']
  const sign = (typ: string, payload: object) =>
    new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'ES256', kid: 'anchor-1', typ })
      .sign(privateKey)
  const clock = { now: Date.parse('2026-11-22T10:00:00.000Z') }
  const logged: Record<string, unknown>[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line)) })

  return {
    db,
    anchors,
    signAnchor: (payload: object) => sign(JOURNAL_ANCHOR_TYP, payload),
    clock,
    logged,
    /** Sends a totem's unsent entries, batch by batch, over the wire's JSON. Answers whether it was told of a fork. */
    async drain(journal: Journal, limit = 500): Promise<boolean> {
      let told = false
      for (let batch = journal.unsent(limit), rounds = 0; batch; batch = journal.unsent(limit), rounds++) {
        if (rounds > 1_000) throw new Error('the log never arrives')
        const sent = journalBatch.parse(JSON.parse(JSON.stringify(batch)))
        const receipt = await takeIn(
          {
            db,
            keys: { sign, anchors },
            bounds: bounds.parse({ journalEntriesPerTotemDay: 1_000_000 }),
            now: () => new Date(clock.now),
            log,
          },
          sent.entries[0]?.totem ?? '',
          sent,
        )
        if (!receipt.ok) throw new Error(receipt.error.kind)
        journal.acknowledged(batch, receipt.value, true)
        told ||= receipt.value.forked
      }
      return told
    },
    troubles: async () => (await troubles(db, 100)).map(({ chain, kind, seq }) => ({ chain, kind, seq })),
    /** How many totems are there twice, or were put back to an earlier day. */
    forkedTotems: async () => {
      const forks = (await troubles(db, 100)).filter(({ kind }) => kind === 'fork' || kind === 'older-chain')
      return new Set(forks.map(({ totem }) => totem)).size
    },
    held: () =>
      db
        .selectFrom('journal_entry')
        .select(['chain', 'seq', 'hash', 'event'])
        .orderBy('chain')
        .orderBy('seq')
        .execute(),
    async empty() {
      for (const table of ['journal_entry', 'journal_base', 'journal_chain', 'journal_trouble'] as const)
        await db.deleteFrom(table).execute()
      // What a totem may bring in a day.
      await sql`delete from journal_day`.execute(db)
      logged.length = 0
    },
    close: () => db.destroy(),
  }
}

/** Opens the bench totem's sync log in this file. */
export function openLog(path: string, more: { now?: () => number; maxPages?: number } = {}): Journal {
  const opened = openJournal({ path, totem: 'TT-0001', now: Date.now, ...more })
  if (!opened.ok) throw new Error(opened.error.reason)
  return opened.value
}
