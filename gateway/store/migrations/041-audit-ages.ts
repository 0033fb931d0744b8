import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * The console's audit is erased from its beginning when it is old enough, and no sooner, the database's owner included.
 * `console_audit_base` says with the gateway's signature after which entry the rest begins (gateway/console/audit/erase.ts).
 */
export const auditAges: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table console_audit_base (
        one boolean primary key default true check (one),
        signed text not null
      )`.execute(db)
    await sql`drop trigger console_audit_stays on console_audit`.execute(db)
    await sql`
      create trigger console_audit_stays before update or truncate on console_audit
      for each statement execute function console_audit_stays()`.execute(db)
    await sql`
      create function console_audit_ages() returns trigger language plpgsql as $$
      begin
        if old.at > now() - interval '36 months' then
          raise exception 'the audit is kept for 36 months' using errcode = '42501';
        end if;
        return old;
      end $$`.execute(db)
    await sql`
      create trigger console_audit_ages before delete on console_audit
      for each row execute function console_audit_ages()`.execute(db)
  },
}
