import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Smart cards with which operators log in at a counter (gateway/console/cards/). */
export const operatorCards: Migration = {
  async up(db: Kysely<unknown>) {
    // `number` stands on receipts and in the access log, where a name does not belong. It is the person's, over all their cards.
    await sql`create sequence operator_number start 100001`.execute(db)
    await sql`
      create table operator_card (
        id text primary key,
        person text not null,
        number text not null,
        -- SHA-256 of the public key: a certificate that is renewed on the same key is the same card.
        key_hash text not null,
        ends_at timestamptz not null,
        presented_at timestamptz not null,
        approved_by text,
        approved_at timestamptz,
        revoked_by text,
        revoked_at timestamptz,
        check ((approved_by is null) = (approved_at is null)),
        check ((revoked_by is null) = (revoked_at is null)),
        -- SECURITY: four eyes, whatever the program does.
        check (approved_by is null or approved_by <> person)
      )`.execute(db)
    await sql`create unique index operator_card_key on operator_card (key_hash) where revoked_at is null`.execute(db)
    await sql`create index operator_card_person on operator_card (person)`.execute(db)
    // A card that has shaken hands and whose browser is not back yet. Rows are found by hashes: who reads the table signs nobody in.
    await sql`
      create table card_ticket (
        ticket_hash text primary key,
        state_hash text not null,
        key_hash text not null,
        person text not null,
        name text not null,
        ends_at timestamptz not null,
        shaken_at timestamptz not null,
        expires_at timestamptz not null
      )`.execute(db)
    // `shaken_at`: the card's newest handshake; `office` and `station`: where its person works with this session.
    await sql`
      alter table console_session add card text, add shaken_at timestamptz, add office text, add station text,
        add check ((card is null) = (shaken_at is null)), add check ((office is null) = (station is null))`.execute(db)
  },
}
