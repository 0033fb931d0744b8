import { ulid } from 'ulid'
import { DAY_MS } from '../../../basics/time.ts'
import type { OwnRequest } from '../../../contract/journeys/requests.ts'
import { hasArrived, hasFailed, isOnItsWay, lettersTold, type OwnLetter } from '../../../contract/letter.ts'
import {
  type OwnRequests,
  ownAccessesTold,
  ownRequests,
  type Withdrawal,
  withdrawal,
} from '../../../contract/own-requests.ts'
import { goesBack, type Payment } from '../../../contract/pagopa.ts'
import type { Place } from '../../documents/model.ts'
import type { Journal } from '../../journal/journal.ts'
import { receiptSheet } from '../../print/receipt-sheet.ts'
import { type Queue, WITHDRAWN } from '../../queue/queue.ts'
import { holderReference } from '../../queue/sealing.ts'
import type { GatewayClient } from '../../sync/client.ts'
import { lastLetters, lettersOf } from '../../sync/letter.ts'
import type { Entered, Recognised, VisitId } from '../../visit/services.ts'
import { withdrawalPaper } from './paper.ts'
import type { Access, Known } from './visit.ts'

declare module '../../visit/services.ts' {
  interface VisitServices {
    /** The person's requests at this totem and, with the line, at every other. */
    requests(visit: VisitId, entered: Entered, holder: Recognised): Promise<Known>
    /** Withdraws a request of this totem's: here, where it never left it, else at the gateway. */
    withdraw(visit: VisitId, entered: Entered, operation: string): Promise<Withdrawal['became']>
    /** What a person takes home who has withdrawn a request. */
    withdrawalSheet(visit: VisitId, request: Pick<OwnRequest, 'operation' | 'types' | 'requestedAt'>): Sheet
    /** Null: not known now. */
    accesses(visit: VisitId, entered: Entered): Promise<Access[] | null>
  }
}

interface RequestsOptions {
  queue: Queue
  journal: Journal
  client: Pick<GatewayClient, 'ask'>
  keys: { holder: Uint8Array }
  totem: string
  place: Place
  pdfOnly?: boolean
  now(): Date
}

/** As far back as the gateway tells (contract/own-requests.ts). */
const SHOWN_MS = 365 * DAY_MS

/** As the gateway tells it. */
const WITHDRAWN_THERE = { state: 'refused', reason: WITHDRAWN, anpr: null } as const

type Recorded = ReturnType<Queue['requestsOf']>[number]

/** What a person may see of their own requests and of who looked at their data. */
export function createRequests({ queue, journal, client, keys, totem, place, pdfOnly = false, now }: RequestsOptions) {
  return {
    async requests(
      { session }: VisitId,
      { token }: Pick<Entered, 'token'>,
      { codiceFiscale }: Pick<Recognised, 'codiceFiscale'>,
    ): Promise<Known> {
      const since = new Date(+now() - SHOWN_MS).toISOString()
      const own = queue.requestsOf(holderReference(codiceFiscale, keys.holder), since)
      const [told, letters] =
        token === null
          ? [null, []]
          : await Promise.all([
              client.ask(ownRequests, '/v1/sessions/current/requests', { token }),
              lettersOf(client, token),
            ])
      // What is shown now is told; if the line loses this, it is told once more.
      if (token !== null && untold(letters) > 0) void client.ask(lettersTold, '/v1/letters/told', { token, body: {} })
      const whole = told?.ok ?? false
      if (whole) journal.record('visit.looked', { session, looked: 'requests' })
      const requests = together(own, told?.ok ? told.value.requests : [], totem)
      return { requests: withLetters(requests, letters, { totem, at: now() }), whole }
    },

    async withdraw(
      { session }: VisitId,
      { token }: Pick<Entered, 'token'>,
      operation: string,
    ): Promise<Withdrawal['became']> {
      const here = queue.withdraw(operation)
      let became: Withdrawal['became'] = here.ok && here.value ? 'withdrawn' : 'unknown'
      if (became === 'unknown' && token !== null) {
        const told = await client.ask(withdrawal, '/v1/operations/withdraw', { token, body: { operation } })
        if (told.ok) became = told.value.became
        // If the disk does not take it now, the gateway's page of outcomes brings it again.
        if (became === 'withdrawn') queue.settle([{ operation, settlement: WITHDRAWN_THERE }], +now(), null)
      }
      if (became === 'withdrawn') journal.record('request.withdrawn', { session, operation })
      return became
    },

    withdrawalSheet: ({ language }: VisitId, request: Parameters<typeof withdrawalPaper>[0]) =>
      receiptSheet(withdrawalPaper(request, { language, place, at: now() }), pdfOnly),

    async accesses({ session }: VisitId, { token }: Pick<Entered, 'token'>): Promise<Access[] | null> {
      if (token === null) return null
      const told = await client.ask(ownAccessesTold, '/v1/sessions/current/accesses?counter=1', { token })
      if (!told.ok) return null
      journal.record('visit.looked', { session, looked: 'accesses' })
      return told.value.accesses.map(({ machine, office, operator = null, uses = [], ...access }) => ({
        ...{ ...access, operator, uses },
        ...{ office: placeOf({ office, machine }), here: machine === totem },
      }))
    },
  }
}

const isOpen = ({ state }: Pick<Recorded, 'state'>) => state === 'queued' || state === 'submitted'

/** Its office, or the totem by its id where the gateway's operator has named none. */
const placeOf = ({ office, machine }: { office: string | null; machine: string }) => office ?? `Totem ${machine}`

/** How many mails of a person came back since they were here. */
export const untold = (letters: readonly OwnLetter[]): number =>
  letters.filter((letter) => hasFailed(letter) && !letter.told).length

/**
 * Requests of this totem, which alone knows what has not been sent and what was collected; and those of the others, as
 * the gateway tells them. Newest first.
 */
export function together(own: readonly Recorded[], told: OwnRequests['requests'], totem: string): OwnRequest[] {
  const toldHere = new Map(told.filter(({ machine }) => machine === totem).map((one) => [one.operation, one]))
  const here = own.map(
    ({ operation, requestedAt, untouched, state, reason }): OwnRequest => ({
      ...{ operation, document: 'certificate', requestedAt, office: null, day: null },
      // Only what the gateway says it has and has not settled may be withdrawn there.
      withdrawable: untouched || (isOpen({ state }) && toldHere.get(operation)?.state === 'pending'),
      types: toldHere.get(operation)?.types ?? null,
      state: stateOf({ state, reason, untouched }),
      again: state === 'issued' ? 'collect' : null,
    }),
  )
  const elsewhere = told
    .filter(({ machine }) => machine !== totem)
    .map(
      ({ operation, machine, office, types, receivedAt, state }): OwnRequest => ({
        ...{
          operation,
          document: 'certificate',
          types,
          requestedAt: receivedAt,
          withdrawable: false,
          again: null,
          office: placeOf({ office, machine }),
          day: null,
        },
        state: ({ pending: 'sent', issued: 'elsewhere', refused: 'refused' } as const)[state],
      }),
    )
  return newestFirst([...here, ...elsewhere])
}

const newestFirst = (requests: OwnRequest[]) =>
  requests.toSorted((one, other) => Date.parse(other.requestedAt) - Date.parse(one.requestedAt))

/**
 * What became of mails. A certificate keeps its entry, and its paper where it waits; a paper that no totem keeps has an
 * entry of its own, and is asked for again.
 */
export function withLetters(
  requests: OwnRequest[],
  letters: readonly OwnLetter[],
  { totem, at }: { totem: string; at: Date },
): OwnRequest[] {
  const of = lastLetters(letters)
  const marked = requests.map((request) => {
    const letter = of.get(request.operation)
    const isMailed =
      letter &&
      (request.state === 'ready' ||
        request.state === 'elsewhere' ||
        (request.state === 'collected' && hasArrived(letter)))
    if (!isMailed) return request
    const again = hasArrived(letter) || isOnItsWay(letter, at) ? null : request.again
    return { ...request, state: mailState(letter), day: letter.sentAt, again }
  })
  const apart = letters
    .filter(({ operation }) => operation === null)
    .map(
      ({ document, machine, office, sentAt, state, way }): OwnRequest => ({
        ...{ operation: ulid(Date.parse(sentAt)), document: document ?? 'certificate', types: null },
        ...{ requestedAt: sentAt, day: sentAt, withdrawable: false, state: mailState({ state, way }) },
        office: machine === totem ? null : placeOf({ office, machine }),
        again: !hasFailed({ state }) || document === null ? null : document === 'visura' ? 'visura' : 'declaration',
      }),
    )
  return newestFirst([...marked, ...apart])
}

const MAIL_STATE = {
  email: { sent: 'mailed', arrived: 'opened' },
  domicilio: { sent: 'domicile', arrived: 'delivered' },
} as const
const mailState = (letter: Pick<OwnLetter, 'state' | 'way'>): OwnRequest['state'] =>
  hasFailed(letter) ? 'returned' : MAIL_STATE[letter.way][hasArrived(letter) ? 'arrived' : 'sent']

/** Payments as requests, before the others: each asks something of the person, or of the creditor. */
export const pendingAs = (payments: readonly Payment[]): OwnRequest[] =>
  payments
    .map((payment): OwnRequest => {
      const state = goesBack(payment) ? 'refund' : payment.state === 'paid' ? 'paid' : 'unpaid'
      const { payment: operation, types, madeAt: requestedAt, dueAt, refund } = payment
      const day = { unpaid: dueAt, paid: null, refund: refund?.by ?? null }[state]
      return {
        ...{ operation, document: 'certificate', types, requestedAt, state, day },
        ...{ office: null, withdrawable: false, again: null },
      }
    })
    .toSorted((one, other) => Date.parse(other.requestedAt) - Date.parse(one.requestedAt))

function stateOf({ state, untouched, reason }: Pick<Recorded, 'state' | 'reason' | 'untouched'>): OwnRequest['state'] {
  switch (state) {
    case 'queued':
      return untouched ? 'recorded' : 'sent'
    case 'submitted':
      return 'sent'
    case 'issued':
      return 'ready'
    case 'refused':
      return reason === WITHDRAWN ? 'withdrawn' : 'refused'
    default:
      return state
  }
}
