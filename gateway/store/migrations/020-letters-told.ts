import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What became of mails: told to their person at a later visit, so that a letter outlives its encrypted document. */
export const lettersTold: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      alter table letter
        drop constraint letter_handover_fkey,
        drop constraint letter_state_check,
        add constraint letter_state_check
          check (state in ('waiting', 'handed-over', 'accepted', 'delivered', 'refused', 'bounced')),
        add column requester text,
        add column way text not null default 'email' check (way in ('email', 'domicilio')),
        add column document text,
        add column operation text,
        add column why text,
        add column told_at timestamptz`.execute(db)
    await sql`create index letter_requester on letter (requester, at) where requester is not null`.execute(db)
    await sql`create index letter_at on letter using brin (at)`.execute(db)
    await sql`
      create table letter_receipt (
        handover text not null references letter (handover) on delete cascade,
        kind text not null,
        identifier text not null,
        provider text not null,
        at timestamptz not null,
        primary key (handover, kind)
      )`.execute(db)
  },
}
