import { createHash } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Answer, Body } from '../../../contract/console/api.ts'
import type { ConsoleProblem, ConsoleProblemKind } from '../../../contract/console/problem.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import type { CardCertificate } from '../../../trust/card-certificate.ts'
import { append, type Doer } from '../audit/chain.ts'
import { digest, newToken } from '../identity/secrets.ts'
import type { ConsoleDatabase, ConsoleTables, ConsoleTransaction } from '../tables.ts'

/** From the handshake to the console: the browser goes there by itself. */
const TICKET_MS = 60_000

type Card = Selectable<ConsoleTables['operator_card']>
/** A card that has proved its key, as its certificate names it. `person`: keyed hash of the codice fiscale in it. */
export type Proved = Pick<
  Selectable<ConsoleTables['card_ticket']>,
  'key_hash' | 'person' | 'name' | 'ends_at' | 'shaken_at'
>

export interface Tickets {
  /** For the browser that began this log-in, once, within a minute. */
  give(holder: CardCertificate, state: string): Promise<string>
  /** The card that this ticket stands for; null: there is none, or no more, or it belongs to another log-in. */
  take(ticket: string, state: string): Promise<Proved | null>
}

export function createTickets({
  db,
  reference,
  now,
}: {
  db: ConsoleDatabase
  reference(person: string): string
  now(): Date
}): Tickets {
  return {
    async give({ codiceFiscale, givenName, surname, publicKey, notAfter }, state) {
      const ticket = newToken()
      const at = now()
      await db
        .insertInto('card_ticket')
        .values({
          ...{ ticket_hash: digest(ticket), state_hash: digest(state), key_hash: keyHashOf(publicKey) },
          ...{ person: reference(codiceFiscale), name: nameOf(`${givenName} ${surname}`) },
          ...{ ends_at: notAfter, shaken_at: at, expires_at: new Date(+at + TICKET_MS) },
        })
        .execute()
      return ticket
    },
    async take(ticket, state) {
      const taken = await db
        .deleteFrom('card_ticket')
        .where('ticket_hash', '=', digest(ticket))
        .returningAll()
        .executeTakeFirst()
      await db.deleteFrom('card_ticket').where('expires_at', '<', now()).execute()
      return taken && taken.state_hash === digest(state) && +taken.expires_at >= +now() ? taken : null
    },
  }
}

const keyHashOf = (key: CardCertificate['publicKey']): string =>
  createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('base64url')

/** Certificates write names in capitals. */
const nameOf = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/(?<!\p{L})\p{L}/gu, (letter) => letter.toUpperCase())

/** The card of this key that is in force: presented by its person, approved by another, and not revoked. */
export const cardOf = (db: Pick<ConsoleDatabase, 'selectFrom'>, keyHash: string): Promise<Card | undefined> =>
  db
    .selectFrom('operator_card')
    .selectAll()
    .where('key_hash', '=', keyHash)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()

/** A card that nobody knows yet, in the hands of somebody who has signed in: it waits for another person's yes. */
export async function present(
  transaction: ConsoleTransaction,
  doer: Doer & { person: string },
  { key_hash, ends_at }: Proved,
  at: Date,
): Promise<void> {
  const before = await transaction
    .selectFrom('operator_card')
    .select('number')
    .where('person', '=', doer.person)
    .executeTakeFirst()
  const { rows } = before
    ? { rows: [before] }
    : await sql<{ number: string }>`select nextval('operator_number')::text as number`.execute(transaction)
  const [id, number] = [ulid(+at), rows[0]?.number ?? '']
  const made = await transaction
    .insertInto('operator_card')
    .values({
      ...{ id, person: doer.person, number, key_hash, ends_at, presented_at: at },
      ...{ approved_by: null, approved_at: null, revoked_by: null, revoked_at: null },
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (made) await append(transaction, doer, { deed: 'cards.present', object: id, detail: { number } }, at)
}

/** A renewed certificate on the same key ends later. */
export const noteEnd = (db: Pick<ConsoleDatabase, 'updateTable'>, { id }: Card, ends_at: Date) =>
  db.updateTable('operator_card').set({ ends_at }).where('id', '=', id).execute()

/** `of`: only this person's. */
export async function cardsOf(
  db: ConsoleDatabase,
  of: string | null,
  names: ReadonlyMap<string, string>,
  at: Date,
): Promise<Answer<'cards'>> {
  let query = db.selectFrom('operator_card').selectAll().orderBy('id', 'desc').limit(1_000)
  if (of !== null) query = query.where('person', '=', of)
  const name = (person: string | null) => person && (names.get(person) ?? person)
  return {
    cards: (await query.execute()).map((card) => ({
      ...{ card: card.id, number: card.number, person: card.person, name: names.get(card.person) ?? null },
      state: stateOf(card, at),
      ...{ presentedAt: card.presented_at.toISOString(), endsAt: card.ends_at.toISOString() },
      ...{ approvedBy: name(card.approved_by), revokedBy: name(card.revoked_by) },
    })),
  }
}

function stateOf(card: Card, at: Date): Answer<'cards'>['cards'][number]['state'] {
  if (card.revoked_at) return 'revoked'
  if (+card.ends_at <= +at) return 'ended'
  return card.approved_at ? 'enrolled' : 'presented'
}

const problem = (kind: ConsoleProblemKind) => err<ConsoleProblem>({ kind, field: null })
const locked = (transaction: ConsoleTransaction, card: string) =>
  transaction.selectFrom('operator_card').selectAll().where('id', '=', card).forUpdate().executeTakeFirst()

/** Another person than the card's says that it is theirs. */
export async function approveCard(
  transaction: ConsoleTransaction,
  doer: Doer & { person: string },
  { card: id }: Body<'approveCard'>,
  at: Date,
): Promise<Result<Answer<'approveCard'>, ConsoleProblem>> {
  const card = await locked(transaction, id)
  if (!card) return problem('not-found')
  if (stateOf(card, at) !== 'presented') return problem('conflict')
  if (card.person === doer.person) return problem('same-person')
  await transaction
    .updateTable('operator_card')
    .set({ approved_by: doer.person, approved_at: at })
    .where('id', '=', id)
    .execute()
  const detail = { holder: card.person, number: card.number }
  await append(transaction, doer, { deed: 'cards.approve', object: id, detail }, at)
  return ok({ done: true })
}

/** At once and alone, as one takes a grant away; the sessions that it began end with it. */
export async function revokeCard(
  transaction: ConsoleTransaction,
  doer: Doer & { person: string },
  { card: id }: Body<'revokeCard'>,
  at: Date,
): Promise<Result<Answer<'revokeCard'>, ConsoleProblem>> {
  const card = await locked(transaction, id)
  if (!card) return problem('not-found')
  if (card.revoked_at) return problem('conflict')
  await transaction
    .updateTable('operator_card')
    .set({ revoked_by: doer.person, revoked_at: at })
    .where('id', '=', id)
    .execute()
  await transaction
    .updateTable('console_session')
    .set({ ended_at: at })
    .where('card', '=', id)
    .where('ended_at', 'is', null)
    .execute()
  const detail = { holder: card.person, number: card.number }
  await append(transaction, doer, { deed: 'cards.revoke', object: id, detail }, at)
  return ok({ done: true })
}
