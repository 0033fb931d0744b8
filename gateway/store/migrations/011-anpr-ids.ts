import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * Ids for ANPR (`idOperazioneClient`): 13 digits of the database's clock in milliseconds and 5 of a sequence, so that each
 * is above all before it, over all gateways and also when a clock goes back. The first services wanted ids that grow, the
 * later ones take any text: digits that grow suit both. A sequence knows no transaction, and the lock is let go before the
 * commit, so that nobody waits for a disk.
 */
export const anprIds: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create sequence anpr_id as bigint`.execute(db)
    await sql`
      create function next_anpr_id() returns text language plpgsql as $$
      declare
        made bigint;
        today bigint;
      begin
        perform pg_advisory_lock(hashtext('totem-anpr-id'));
        made := nextval('anpr_id');
        today := floor(extract(epoch from clock_timestamp()) * 1000)::bigint * 100000;
        if made < today then
          made := setval('anpr_id', today);
        end if;
        perform pg_advisory_unlock(hashtext('totem-anpr-id'));
        return made::text;
      end $$`.execute(db)
    await sql`alter table operation alter column anpr_id set default next_anpr_id(), add gate_transaction text`.execute(
      db,
    )
    await sql`alter table access_log add gate_transaction text, add warnings text`.execute(db)
  },
}
