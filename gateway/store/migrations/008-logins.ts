import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What a log-in is worth (login/tables.ts), and what a session has asked (citizen/tables.ts). */
export const logins: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table hearing (
        totem text primary key,
        minutes integer not null,
        minute integer not null
      ) with (fillfactor = 50)`.execute(db)
    await sql`
      create table evidence_use (
        totem text not null,
        operation text not null,
        card text not null,
        evidence text not null,
        asked text not null,
        at timestamptz not null,
        primary key (totem, operation),
        unique (totem, evidence, asked)
      )`.execute(db)
    await sql`create index evidence_use_card on evidence_use (totem, card)`.execute(db)
    await sql`create index evidence_use_at on evidence_use using brin (at)`.execute(db)
    await sql`
      create table brought_early (
        totem text not null,
        operation text not null,
        sealed text not null,
        heard integer not null,
        at timestamptz not null,
        primary key (totem, operation)
      )`.execute(db)
    await sql`create index brought_early_at on brought_early using brin (at)`.execute(db)
    // A session is opened by a challenge of the gateway's, and no more by a nonce of the totem's.
    await sql`alter table spent_nonce rename to spent_challenge`.execute(db)
    await sql`alter table spent_challenge rename column nonce to challenge`.execute(db)
    await sql`alter table session add questions integer not null default 0, add marks integer not null default 0`.execute(
      db,
    )
  },
}
