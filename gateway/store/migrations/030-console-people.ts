import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Who signs in at the console, what they are given, and the chain of what they did (gateway/console/). */
export const consolePeople: Migration = {
  async up(db: Kysely<unknown>) {
    // `person`: keyed hash of the codice fiscale. Two accounts of one person are two rows.
    await sql`
      create table console_person (
        iss text not null,
        sub text not null,
        person text not null,
        name text not null,
        seen_at timestamptz not null,
        primary key (iss, sub)
      )`.execute(db)
    await sql`create index console_person_person on console_person (person)`.execute(db)
    // A log-in that has gone to the issuer and is not back yet. Rows are found by hashes: who reads the table signs nobody in.
    await sql`
      create table console_login (
        state_hash text primary key,
        browser_hash text not null,
        verifier text not null,
        nonce text not null,
        return_to text not null,
        expires_at timestamptz not null
      )`.execute(db)
    await sql`
      create table console_session (
        token_hash text primary key,
        id text not null unique,
        person text not null,
        name text not null,
        began_at timestamptz not null,
        seen_at timestamptz not null,
        authenticated_at timestamptz not null,
        ended_at timestamptz
      )`.execute(db)
    await sql`create index console_session_person on console_session (person)`.execute(db)
    await sql`
      create table console_grant (
        id text primary key,
        holder text not null,
        role text not null,
        scope jsonb not null,
        from_at timestamptz not null,
        until_at timestamptz not null,
        reason text not null,
        proposed_by text not null,
        proposed_at timestamptz not null,
        approved_by text,
        approved_at timestamptz,
        revoked_by text,
        revoked_at timestamptz,
        check (until_at > from_at and until_at <= from_at + interval '1 year'),
        check ((approved_by is null) = (approved_at is null)),
        check ((revoked_by is null) = (revoked_at is null)),
        -- SECURITY: four eyes, whatever the program does.
        check (proposed_by <> holder),
        check (approved_by is null or (approved_by <> holder and (approved_by <> proposed_by or approved_by = 'installation')))
      )`.execute(db)
    await sql`create index console_grant_holder on console_grant (holder)`.execute(db)

    await sql`
      create table console_audit (
        n bigint primary key,
        at timestamptz not null,
        actor text,
        role text,
        deed text not null,
        object text,
        reason text,
        outcome text not null check (outcome in ('done', 'refused')),
        detail jsonb not null,
        session text,
        previous text not null,
        hash text not null
      )`.execute(db)
    await sql`create index console_audit_actor on console_audit (actor, n)`.execute(db)
    // One row, which each append locks: with "the last entry for update" two appends find the same one.
    await sql`
      create table console_audit_head (
        one boolean primary key default true check (one),
        n bigint not null,
        hash text not null
      )`.execute(db)
    await sql`insert into console_audit_head (n, hash) values (0, ${'0'.repeat(64)})`.execute(db)
    await sql`
      create function console_audit_stays() returns trigger language plpgsql as $$
      begin
        raise exception 'the audit is written once' using errcode = '42501';
      end $$`.execute(db)
    // SECURITY: the database's owner too.
    await sql`
      create trigger console_audit_stays before update or delete or truncate on console_audit
      for each statement execute function console_audit_stays()`.execute(db)
    await sql`alter table console_audit enable row level security`.execute(db)
    await sql`
      create policy own_or_all on console_audit for select
      using (current_setting('totem.all', true) = 'yes' or actor = current_setting('totem.actor', true))`.execute(db)
    await sql`create policy append on console_audit for insert with check (true)`.execute(db)
  },
}
