import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Orders for new totems, the totems that were enrolled by them, and their certificates (enrolment/tables.ts). */
export const enrolment: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table totem_order (
        id text primary key,
        totem text not null,
        handle text,
        code text,
        wish jsonb not null,
        machine_wanted text,
        software_key boolean not null,
        made_at timestamptz not null,
        made_by text not null,
        expires_at timestamptz not null,
        state text not null check (state in ('open', 'begun', 'done', 'withdrawn', 'disputed', 'closed')),
        failures integer not null default 0,
        locked_until timestamptz,
        machine text,
        begun jsonb,
        nonce text,
        secret text,
        answer_until timestamptz,
        ended_at timestamptz,
        check ((handle is null) = (code is null))
      )`.execute(db)
    await sql`create unique index totem_order_handle on totem_order (handle) where handle is not null`.execute(db)
    // One place has one order at a time.
    await sql`
      create unique index totem_order_waiting on totem_order (totem) where state in ('open', 'begun')`.execute(db)
    await sql`
      create table totem_enrolled (
        totem text primary key,
        order_id text not null references totem_order (id),
        key_kind text not null check (key_kind in ('tpm', 'file')),
        machine text not null,
        spki text not null,
        ak text,
        outcome jsonb not null,
        verification jsonb not null,
        boot jsonb,
        enrolled_at timestamptz not null,
        withdrawn_at timestamptz,
        withdrawn_by text,
        changed_at timestamptz not null,
        check ((key_kind = 'tpm') = (ak is not null))
      )`.execute(db)
    // SECURITY: one machine is one totem that is in service.
    await sql`
      create unique index totem_enrolled_machine on totem_enrolled (machine) where withdrawn_at is null`.execute(db)
    await sql`create index totem_enrolled_changed on totem_enrolled (changed_at)`.execute(db)
    await sql`
      create table totem_certificate (
        fingerprint text primary key,
        totem text not null references totem_enrolled (totem),
        pem text not null,
        issued_at timestamptz not null,
        not_after timestamptz not null
      )`.execute(db)
    await sql`create index totem_certificate_totem on totem_certificate (totem)`.execute(db)
  },
}
