// More than 400 lines: every handler of the console is joined to its route here, and nowhere else.
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { recurring } from '../../basics/recurring.ts'
import { HOUR_MS, MINUTE_MS } from '../../basics/time.ts'
import type { Action } from '../../contract/console/people.ts'
import { actions } from '../../contract/console/people.ts'
import type { ConsoleProblemKind } from '../../contract/console/problem.ts'
import { err, ok } from '../../contract/result.ts'
import { judgeAudit } from '../../trust/audit-chain.ts'
import type { Keyring } from '../keys/keyring.ts'
import { createRefunds, type Refunds } from '../payments/refunds.ts'
import { type Comuni, readComuni } from '../polis/comuni.ts'
import type { ConsoleSettings } from '../settings/console.ts'
import type { MailSettings } from '../settings/mail.ts'
import { keepStatistics } from '../statistics/keep.ts'
import type { Store } from '../store/database.ts'
import { deadOperations } from '../store/operations.ts'
import { ableNow, alarmsOf, assignAlarm, closeAlarm, noteAlarm, peopleFor, takeAlarm } from './alarms/alarms.ts'
import { type Bell, openBell } from './alarms/bell.ts'
import { evaluateAlarms } from './alarms/evaluate.ts'
import { approveMaintenance, endMaintenance, planMaintenance, windowsOf } from './alarms/maintenance.ts'
import { openAsActor } from './as-actor.ts'
import { type Anchors, keepAnchors } from './audit/anchors.ts'
import { append } from './audit/chain.ts'
import { eraseAudit } from './audit/erase.ts'
import { auditPageOf, wholeAudit } from './audit/read.ts'
import { downloadHandlers } from './bulk/files/download.ts'
import { type BulkParts, bulkHandlers } from './bulk/handlers.ts'
import { tendRequests } from './bulk/tend.ts'
import { createBulkWork, type WorkParts } from './bulk/work.ts'
import { approveCard, cardsOf, createTickets, revokeCard, type Tickets } from './cards/cards.ts'
import { mountCardLogIn } from './cards/log-in.ts'
import { ordersOf } from './commands/list.ts'
import { approveOrder, carryOutDue, isWhole, type OwnDeeds, orderCommand, stopOrder } from './commands/orders.ts'
import type { CounterGround } from './counter/ground.ts'
import { counterHandlers } from './counter/handlers.ts'
import { tidyCounter } from './counter/tidy.ts'
import { entiHandlers } from './enti/handlers.ts'
import { scopeNames } from './enti/names.ts'
import { mapOf } from './fleet/map.ts'
import { addNote, firstUnseen, fleetOf, hoursOf, isSeen, logOf, totemPageOf } from './fleet/totems.ts'
import { accountsFile, accountsOf } from './history/accounts.ts'
import { anomaliesOf, closeAnomaly, judgeRequests } from './history/anomalies.ts'
import { searchAccesses } from './history/citizen.ts'
import { FRESH_MS, SHAKEN_MS } from './identity/fresh.ts'
import { openIssuer } from './identity/issuer.ts'
import { namesOf } from './identity/people.ts'
import { createSessions } from './identity/sessions.ts'
import { logHandlers } from './log/handlers.ts'
import { mountLogIn } from './log-in.ts'
import { createLooks } from './looks.ts'
import { objectivesOf } from './objectives/page.ts'
import { rollUp } from './objectives/roll-up.ts'
import { operationsOf } from './operations/operations.ts'
import { paymentsOf } from './operations/payments.ts'
import { grantHandlers } from './permissions/handlers.ts'
import { may, mayApprove } from './permissions/matrix.ts'
import { remind } from './reminders.ts'
import { type Handlers, mountConsole } from './route.ts'
import { statisticsHandlers } from './statistics/handlers.ts'
import { type ConsoleDatabase, withConsole } from './tables.ts'
import { viewHandlers } from './views/views.ts'

const DONE = ok({ done: true as const })
const problem = (kind: ConsoleProblemKind, field: string | null = null) => err({ kind, field })

/** The console as its door has it. */
export interface ConsoleRoom {
  /** Mounts the wire and the log-in; `origin`: where browsers reach it. */
  mount(server: FastifyInstance, origin: () => string, limits: { logIn: object }): void
  /** For the door where smart cards shake hands. */
  tickets: Tickets
  /** Evaluates alarms and asks Alertmanager now. */
  look(): Promise<void>
  stop(): Promise<void>
}

export async function openConsole(
  settings: ConsoleSettings & { anchors: string; auditMonths: number },
  {
    store,
    consoleUrl,
    mail,
    reachedAt,
    cardUrl,
    redrive,
    keys,
    own,
    lists,
    reference,
    serving,
    version,
    now,
    log,
  }: {
    store: Store
    /** The console's own way to PostgreSQL; null beside the embedded database. */
    consoleUrl: string | null
    /** The company's mail server; null: there is none. */
    mail: MailSettings | null
    /** Where browsers reach the console; null: not yet. */
    reachedAt(): string | null
    /** Where browsers show an operator's smart card; null: nowhere. */
    cardUrl(): string | null
    /** Gives operations that were given up another chance; answers how many. */
    redrive(): Promise<number>
    keys: Pick<Keyring, 'sign' | 'anchors' | 'signCommand' | 'sealing'>
    /** ANPR, for what offices ask about lists of people. */
    lists: Pick<WorkParts, 'register' | 'mayBegin' | 'settings'> & Pick<BulkParts, 'allowance'>
    /** What the gateway carries out of an operator's order. */
    own: OwnDeeds
    reference(person: string): string
    /** How citizens are served, for operators at a counter. */
    serving: Omit<CounterGround, 'db' | 'reference' | 'now'>
    version: string
    now(): Date
    log: Logger
  },
): Promise<ConsoleRoom> {
  const db = withConsole(store.db)
  const issuer = await openIssuer(settings.issuer, log)
  const { asActor, close } = await openAsActor(store, consoleUrl, log)
  const sessions = createSessions(db, now)
  const tickets = createTickets({ db, reference, now })
  const anchors = keepAnchors({ db, keys, file: settings.anchors, now, log })
  const evaluation = evaluateAlarms({ db: store.db, now, log })
  const bell = await openBell(settings.alertmanager, { db: store.db, now, log })
  const bulk = { db, keys: keys.sealing, now, log, reference, asActor, ...lists }
  const [bulkWork, tending] = [createBulkWork(bulk), tendRequests(bulk)]
  const judging = judgeRequests({ db, now, log })
  void judging.look()
  bulkWork.start()
  const comuni = await readComuni()
  const handlers = handlersOf({
    bulk,
    db,
    comuni,
    sessions,
    anchors,
    bell,
    redrive,
    refunds: createRefunds({ db: store.db, now, log }),
    keys,
    own,
    reference,
    counter: { ...serving, db, reference, now },
    version,
    now,
  })
  const rolling = rollUp({ db: store.db, now, log })
  void rolling.look()
  const counting = keepStatistics({ db: store.db, comuni, now, log })
  void counting.look()
  const reminding =
    mail && Object.keys(settings.reminders).length > 0
      ? await remind({ db, boxes: settings.reminders, mail, consoleUrl: reachedAt, now, log })
      : null
  const carrying = recurring(
    () => carryOutDue({ db, own, now }),
    MINUTE_MS,
    ({ code }) => log.error({ kind: 'orders-not-carried-out', code }),
  )
  void carrying.look()
  async function tidy(): Promise<void> {
    try {
      await sessions.tidy()
      await eraseAudit(db, keys, settings.auditMonths, now())
      await tidyCounter({ ...serving, db, reference, now })
    } catch (failure) {
      log.error({ kind: 'retention-failed', code: (failure as { code?: unknown }).code })
    }
  }
  const tidying = setInterval(() => void tidy(), HOUR_MS)
  return {
    tickets,
    mount(server, origin, { logIn: limit }) {
      mountLogIn(server, { issuer, sessions, db, reference, origin, now, limit })
      mountCardLogIn(server, { sessions, tickets, db, cardUrl, now, limit })
      server.register(
        async (scope) =>
          mountConsole(scope, handlers, { db, asActor, sessions, isNewLook: createLooks(now), origin, now }),
        { prefix: '/v1' },
      )
    },
    async look() {
      await evaluation.look()
      await judging.look()
      await tending.look()
      await bell.look()
      await counting.look()
      await reminding?.look()
    },
    async stop() {
      clearInterval(tidying)
      await Promise.all([bulkWork.stop(), tending.stop(), judging.stop()])
      await evaluation.stop()
      await rolling.stop()
      await counting.stop()
      await carrying.stop()
      await reminding?.stop()
      await bell.stop()
      await anchors.stop()
      await issuer.close()
      await close()
    },
  }
}

function handlersOf({
  bulk,
  db,
  comuni,
  sessions,
  anchors,
  bell,
  redrive,
  refunds,
  keys,
  own,
  reference,
  counter,
  version,
  now,
}: {
  bulk: BulkParts
  db: ConsoleDatabase
  comuni: Comuni
  sessions: ReturnType<typeof createSessions>
  anchors: Anchors
  bell: Bell
  redrive(): Promise<number>
  refunds: Pick<Refunds, 'done'>
  keys: Pick<Keyring, 'sign' | 'anchors' | 'signCommand'>
  own: OwnDeeds
  reference(person: string): string
  counter: CounterGround
  version: string
  now(): Date
}): Handlers {
  const ordering = { db, keys, own, now }
  return {
    ...logHandlers({ keys, now }),
    ...viewHandlers,
    ...grantHandlers({ db, reference, now }),
    ...entiHandlers({ comuni, now }),
    ...counterHandlers(counter, sessions),
    ...bulkHandlers(bulk),
    ...downloadHandlers(bulk),

    me: async ({ session, held }) => {
      const nameOf = await scopeNames(db)
      return ok({
        ...{ person: session.person, name: session.name, csrf: session.csrf, version },
        card: session.card && {
          number: session.card.number,
          goodUntil: new Date(+session.card.at + SHAKEN_MS).toISOString(),
          counter: session.counter,
        },
        grants: held.map(({ role, scope, until }) => ({
          ...{ role, scope, scopeName: nameOf(scope), until: until.toISOString() },
        })),
        may: actions.filter((action: Action) => may(held, action) !== null),
        freshUntil: new Date(+session.authenticatedAt + FRESH_MS).toISOString(),
        endsAt: session.endsAt.toISOString(),
        at: now().toISOString(),
      })
    },
    sessions: async ({ session }) => ok(await sessions.list(session)),
    endSession: async ({ session, body }) =>
      (await sessions.end(session, body.session)) ? ok({ done: true }) : problem('not-found'),
    leave: async ({ session }) => {
      await sessions.end(session, session.id)
      return ok({ done: true })
    },

    fleet: async ({ query, seen }) => {
      const page = await seen((transaction) => fleetOf(transaction, query, now()))
      return page ? ok(page) : problem('malformed', 'after')
    },
    fleetMap: async ({ query, seen }) => ok(await seen((transaction) => mapOf(transaction, query, comuni, now()))),
    totem: async ({ params, seen }) => {
      const page = await seen((transaction) => totemPageOf(transaction, params.totem, now()))
      return page ? ok(page) : problem('not-found')
    },
    totemHours: async ({ params: { totem }, seen }) =>
      seen(async (transaction) =>
        (await isSeen(transaction, totem, now())) ? ok(await hoursOf(transaction, totem, now())) : problem('not-found'),
      ),
    totemLog: async ({ params: { totem }, query, seen }) =>
      seen(async (transaction) => {
        if (!(await isSeen(transaction, totem, now()))) return problem('not-found')
        const page = await logOf(transaction, totem, query)
        return page ? ok(page) : problem('malformed', 'before')
      }),
    addNote: async ({ params: { totem }, body: { text }, session: { person, name }, doer, seen }) =>
      seen(async (transaction) => {
        if (!(await isSeen(transaction, totem, now()))) return problem('not-found')
        await addNote(transaction, { totem, text, person, name }, now())
        await append(transaction, doer, { deed: 'fleet.note', object: totem }, now())
        return ok({ done: true as const })
      }),

    alarms: async ({ query, seen }) =>
      ok(await seen((transaction) => alarmsOf(transaction, query, bell.state(), now()))),
    takeAlarm: async ({ params: { alarm }, session: { name }, doer, seen }) =>
      (await seen((transaction) => takeAlarm(transaction, alarm, { doer, name }, now()))) ? DONE : problem('not-found'),
    alarmPeople: async ({ params: { alarm }, seen }) => {
      const everybody = await ableNow(db, now())
      const people = await seen((transaction) => peopleFor(transaction, alarm, everybody))
      return people ? ok({ people }) : problem('not-found')
    },
    assignAlarm: async ({ params: { alarm }, body: { person }, session: { name }, doer, seen }) => {
      const everybody = await ableNow(db, now())
      return seen(async (transaction) => {
        const people = await peopleFor(transaction, alarm, everybody)
        if (!people) return problem('not-found')
        const to = people.find((each) => each.person === person)
        // Whoever cannot see it can do nothing about it.
        if (!to) return problem('not-found', 'person')
        await assignAlarm(transaction, alarm, to, { doer, name }, now())
        return DONE
      })
    },
    noteAlarm: async ({ params: { alarm }, body: { text }, session: { name }, doer, seen }) =>
      (await seen((transaction) => noteAlarm(transaction, alarm, { text, doer, name }, now())))
        ? DONE
        : problem('not-found'),
    closeAlarm: async ({ params: { alarm }, body: { text }, session: { name }, doer, seen }) =>
      (await seen((transaction) => closeAlarm(transaction, alarm, { text, doer, name }, now())))
        ? DONE
        : problem('not-found'),

    orders: async ({ query, seen, session }) =>
      ok(await seen((transaction) => ordersOf(transaction, query, session.person, now()))),
    orderCommand: async ({ body, held, doer, session: { name }, seenAs }) => {
      const sight = may(held, `command.${body.kind}`)
      if (!sight) return problem('forbidden', 'kind')
      const unseen = await seenAs(sight, (transaction) => firstUnseen(transaction, body.totems, now()))
      if (unseen !== null) return problem('not-found', unseen)
      return orderCommand(ordering, { doer: { ...doer, role: sight.role }, name }, body)
    },
    approveOrder: async ({ body: { order }, held, doer, session: { name }, seenAs }) => {
      const about = await db.selectFrom('command_order').select('kind').where('id', '=', order).executeTakeFirst()
      const sight = about && mayApprove(about.kind, held)
      if (about && !sight) return problem('forbidden', 'kind')
      // An order about a totem that one does not see is none.
      const whole = sight && (await seenAs(sight, (transaction) => isWhole(transaction, order)))
      if (!sight || !whole) return problem('not-found')
      return approveOrder(ordering, { doer: { ...doer, role: sight.role }, name }, order)
    },
    stopOrder: async ({ body: { order }, doer, session: { name }, seen }) =>
      (await seen((transaction) => isWhole(transaction, order)))
        ? stopOrder(ordering, { doer, name }, order)
        : problem('not-found'),

    maintenance: async ({ query, session: { person }, seen }) =>
      ok(await seen((transaction) => windowsOf(transaction, query, person, now()))),
    planMaintenance: ({ body, session: { name }, doer, seen }) =>
      seen((transaction) => planMaintenance(transaction, { doer, name }, body, now())),
    approveMaintenance: ({ body, session: { name }, doer, seen }) =>
      seen((transaction) => approveMaintenance(transaction, { doer, name }, body, now())),
    endMaintenance: ({ body, session: { name }, doer, seen }) =>
      seen((transaction) => endMaintenance(transaction, { doer, name }, body, now())),

    operations: async ({ query, seen }) => {
      const given = await deadOperations(db)
      return ok(await seen((transaction) => operationsOf(transaction, query, given, now())))
    },
    redrive: async ({ doer, seen }) => {
      const redriven = await redrive()
      await seen((transaction) =>
        append(transaction, doer, { deed: 'operations.redrive', detail: { redriven } }, now()),
      )
      return ok({ redriven })
    },

    payments: async ({ seen }) => ok(await seen((transaction) => paymentsOf(transaction, now()))),
    refunded: async ({ body: { receipt }, doer, session: { name }, seen }) => {
      if (!(await refunds.done(receipt, name))) return problem('conflict')
      await seen((transaction) => append(transaction, doer, { deed: 'payments.refunded', object: receipt }, now()))
      return DONE
    },
    objectives: async () => ok(await objectivesOf(db, now())),

    cards: async ({ sight, session }) =>
      ok(await cardsOf(db, sight.all ? null : session.person, await namesOf(db), now())),
    approveCard: ({ doer, body }) =>
      db.transaction().execute((transaction) => approveCard(transaction, doer, body, now())),
    revokeCard: ({ doer, body }) =>
      db.transaction().execute((transaction) => revokeCard(transaction, doer, body, now())),

    searchAccesses: async ({ body, doer, seen }) => {
      const names = await namesOf(db)
      const about = { reference: bulk.reference, names, now: now() }
      return ok(await seen((transaction) => searchAccesses(transaction, doer, body, about)))
    },
    accounts: async ({ query, seen }) => ok(await seen((transaction) => accountsOf(transaction, query, now()))),
    accountsFile: async ({ query, seen }) =>
      ok(accountsFile(await seen((transaction) => accountsOf(transaction, query, now())))),
    anomalies: async ({ session: { person }, seen }) =>
      ok(await seen((transaction) => anomaliesOf(transaction, person))),
    closeAnomaly: async ({ body, doer, session: { name }, seen }) =>
      (await seen((transaction) => closeAnomaly(transaction, { doer, name }, body, now())))
        ? DONE
        : problem('not-found'),
    ...statisticsHandlers({ comuni, now }),

    audit: async ({ query, seen }) => {
      const names = await namesOf(db)
      return ok(await seen((transaction) => auditPageOf(transaction, query, names)))
    },
    verifyAudit: async ({ seen }) => {
      const signed = await anchors.kept()
      const { entries, base } = await seen(wholeAudit)
      return ok(await judgeAudit(entries, signed, keys.anchors, base))
    },
    exportAudit: async ({ seen, doer }) => {
      await seen((transaction) => append(transaction, doer, { deed: 'audit.export' }, now()))
      const signed = await anchors.kept()
      const { entries, base } = await seen(wholeAudit)
      const lines = [{ kind: 'totem-audit-export', anchors: signed, base }, ...entries]
      return ok({ file: `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`, entries: entries.length })
    },
  }
}
