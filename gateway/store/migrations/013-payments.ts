import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Notices of pagoPA, their receipts, and money that must go back (payments/tables.ts). */
export const payments: Migration = {
  async up(db: Kysely<unknown>) {
    // The counter of notice numbers: a number that was taken is never taken again.
    await sql`create sequence payment_notice as bigint maxvalue 9999999999999`.execute(db)
    await sql`
      create table payment (
        id text primary key,
        requester text not null,
        subject text not null,
        types text not null,
        notice text not null unique,
        cents integer not null check (cents > 0),
        state text not null
          check (state in ('created', 'open', 'paid', 'spent', 'unspendable', 'lapsed', 'withdrawn')),
        closing boolean not null,
        receipt text unique,
        totem text,
        operation text,
        refusal text,
        made_at timestamptz not null,
        due_at timestamptz not null,
        look_at timestamptz,
        looks integer not null,
        check ((operation is null) = (totem is null)),
        check (receipt is not null or state not in ('paid', 'spent', 'unspendable')),
        check (operation is not null or state <> 'spent')
      )`.execute(db)
    // One operation is paid for once, and one certificate has one notice that waits.
    await sql`create unique index payment_operation on payment (totem, operation) where operation is not null`.execute(
      db,
    )
    await sql`
      create unique index payment_live on payment (requester, subject, types)
      where state in ('created', 'open', 'paid')`.execute(db)
    await sql`create index payment_requester on payment (requester)`.execute(db)
    await sql`create index payment_look on payment (look_at) where look_at is not null`.execute(db)
    await sql`
      create table payment_receipt (
        id text primary key,
        payment text not null references payment (id),
        cents integer not null,
        heard_at timestamptz not null
      )`.execute(db)
    await sql`
      create table refund (
        receipt text primary key references payment_receipt (id),
        payment text not null references payment (id),
        cents integer not null,
        why text not null check (why in ('refused', 'paid-twice', 'wrong-amount')),
        asked_at timestamptz not null,
        refunded_at timestamptz,
        refunded_by text
      )`.execute(db)
    await sql`create index refund_open on refund (asked_at) where refunded_at is null`.execute(db)
  },
}
