import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What operators ask of totems from afar (gateway/commands/). */
export const commands: Migration = {
  async up(db: Kysely<unknown>) {
    // One deed at the console, about one totem or many.
    await sql`
      create table command_order (
        id text primary key,
        kind text not null,
        args jsonb not null,
        reason text not null,
        totems integer not null check (totems > 0),
        proposed_by text not null,
        proposed_name text not null,
        proposed_at timestamptz not null,
        second boolean not null,
        approved_by text,
        approved_name text,
        approved_at timestamptz,
        ended_why text check (ended_why in ('withdrawn', 'refusals')),
        ended_name text,
        ended_at timestamptz,
        check ((approved_by is null) = (approved_at is null)),
        check ((ended_why is null) = (ended_at is null)),
        -- SECURITY: four eyes, whatever the program does.
        check (approved_by is null or approved_by <> proposed_by)
      )`.execute(db)
    await sql`create index command_order_kind on command_order (kind, proposed_at)`.execute(db)
    // `signed`: without it a row does nothing. Who can write here and has no key can therefore command nothing.
    await sql`
      create table totem_command (
        id text primary key,
        order_id text not null references command_order (id),
        totem text not null,
        serial integer,
        signed text,
        issued_at timestamptz,
        expires_at timestamptz,
        fetched_at timestamptz,
        ended_at timestamptz,
        refusal text,
        found jsonb,
        unique (totem, serial),
        check (ended_at is not null or refusal is null)
      )`.execute(db)
    await sql`create index totem_command_order on totem_command (order_id)`.execute(db)
    await sql`create index totem_command_totem on totem_command (totem, id)`.execute(db)
    await sql`
      create index totem_command_open on totem_command (totem, serial)
      where ended_at is null and signed is not null`.execute(db)
    // The row is locked until the commit: serials of a totem come in the order in which they can be seen.
    await sql`create table command_counter (totem text primary key, last integer not null)`.execute(db)
    await sql`alter table totem_command enable row level security`.execute(db)
    await sql`
      create policy in_sight on totem_command for select
      using (console_sees(null, null)
        or exists (select from totem_place place where place.totem = totem_command.totem))`.execute(db)
    await sql`alter table command_order enable row level security`.execute(db)
    await sql`
      create policy in_sight on command_order for select
      using (exists (select from totem_command each where each.order_id = command_order.id))`.execute(db)
  },
}
