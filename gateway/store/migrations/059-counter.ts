import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** The counter: who recognised whom by which document, and what became of each sheet (gateway/console/counter/). */
export const counter: Migration = {
  async up(db: Kysely<unknown>) {
    // `person`: the access log's name for who was recognised; `operator`: for who recognised them. A document's number stands
    // here as a keyed hash, with its last three characters.
    await sql`
      create table counter_visit (
        id text primary key,
        session text not null,
        at timestamptz not null,
        office text not null,
        station text not null,
        number text not null,
        operator text not null,
        person text not null,
        token_hash text unique,
        evidence jsonb not null,
        outcome text not null
      )`.execute(db)
    await sql`create index counter_visit_at on counter_visit (at)`.execute(db)
    await sql`create index counter_visit_operator on counter_visit (operator, at)`.execute(db)
    // `answered`: what the operator has said of the sheet. `of_totem`, `of_operation`: the totem's request that it gives, of whose
    // sheets the first has reprint 0.
    await sql`
      create table counter_paper (
        station text not null,
        operation text not null,
        kind text not null check (kind in ('certificate', 'collected', 'declaration')),
        visit text not null,
        at timestamptz not null,
        office text not null,
        number text not null,
        operator text not null,
        of_totem text,
        of_operation text,
        reprint integer not null default 0,
        types text,
        mark boolean not null default false,
        state text not null check (state in ('asked', 'issued', 'refused')),
        prints integer not null default 0,
        answered text check (answered in ('printed', 'void')),
        primary key (station, operation),
        unique (of_totem, of_operation, reprint)
      )`.execute(db)
    await sql`create index counter_paper_operator on counter_paper (operator, at)`.execute(db)
  },
}
