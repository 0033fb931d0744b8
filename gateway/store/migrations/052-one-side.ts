import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Nobody decides for a comune and asks it, or audits it (gateway/console/permissions/giving.ts), whatever the program does. */
export const oneSide: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create function console_one_side() returns trigger language plpgsql as $$
      begin
        if new.revoked_at is null and exists (
          select from console_grant other
          where other.holder = new.holder and other.id <> new.id and other.revoked_at is null
            and other.from_at < new.until_at and other.until_at > new.from_at
            and ((new.role = 'TOP' and other.role in ('AUDITOR', 'ADMIN', 'STANDARD'))
              or (other.role = 'TOP' and new.role in ('AUDITOR', 'ADMIN', 'STANDARD')))
            -- A grant over the fleet is over every comune.
            and coalesce(coalesce(new.scope ->> 'comune', new.scope ->> 'ente') = coalesce(other.scope ->> 'comune', other.scope ->> 'ente'), true)
        ) then
          raise exception 'one person on both sides' using errcode = '23514';
        end if;
        return new;
      end $$`.execute(db)
    await sql`
      create trigger console_one_side before insert or update of approved_at, from_at, until_at on console_grant
      for each row execute function console_one_side()`.execute(db)
  },
}
