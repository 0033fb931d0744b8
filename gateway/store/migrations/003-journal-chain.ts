import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { NAMELESS_CHAIN } from '../../../contract/journal.ts'

/**
 * Sync logs by chain. Two entries of one number and different hashes are two histories of one chain: both are kept.
 * `number` counts a totem's chains; `seq` is the end of a chain's longest history.
 */
export const journalChain: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table journal_entry rename to journal_entry_1`.execute(db)
    await sql`
      create table journal_chain (
        totem text not null,
        chain text not null,
        number integer not null,
        seq integer not null,
        anchored_seq integer not null,
        anchored_at timestamptz,
        primary key (totem, chain),
        unique (totem, number)
      )`.execute(db)
    await sql`
      create table journal_entry (
        totem text not null,
        chain text not null,
        seq integer not null,
        hash text not null,
        at timestamptz not null,
        event text not null,
        severity text not null,
        fields jsonb not null,
        primary key (totem, chain, seq, hash)
      )`.execute(db)
    await sql`
      create table journal_trouble (
        totem text not null,
        chain text not null,
        kind text not null check (kind in ('fork', 'older-chain', 'gap', 'broken')),
        seq integer not null,
        seen_at timestamptz not null,
        primary key (totem, chain, kind, seq)
      )`.execute(db)
    await sql`
      insert into journal_chain (totem, chain, number, seq, anchored_seq)
      select totem, ${sql.lit(NAMELESS_CHAIN)}, 1, seq, 0 from journal_head where seq > 0`.execute(db)
    await sql`
      insert into journal_entry (totem, chain, seq, hash, at, event, severity, fields)
      select totem, ${sql.lit(NAMELESS_CHAIN)}, seq, hash, at, event, severity, fields from journal_entry_1`.execute(db)
    await sql`drop table journal_entry_1`.execute(db)
    await sql`drop table journal_head`.execute(db)
  },
}
