// More than 400 lines: every room and every door of the gateway is made here and nowhere else.
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { JWK } from 'jose'
import { destination, type Logger, pino } from 'pino'
import type { z } from 'zod'
import type { Clock } from '../basics/time.ts'
import packageJson from '../package.json' with { type: 'json' }
import { accessReferences } from './access/references.ts'
import { createRegister } from './access/register.ts'
import { askingAnpr, wayToAnpr } from './anpr/open.ts'
import { BULK } from './anpr/services.ts'
import { createConsoleDoor } from './channels/console/door.ts'
import { createCardDoor } from './channels/counter/door.ts'
import { createEnrolmentDoor } from './channels/enrolment/door.ts'
import { createOperatorDoor } from './channels/operator/door.ts'
import { openOperators } from './channels/operator/operators.ts'
import { createPagopaDoor } from './channels/pagopa/door.ts'
import { createPublicDoor } from './channels/public/door.ts'
import { createTotemDoor } from './channels/totem/door.ts'
import { createTotems } from './channels/totem/totems.ts'
import { mayBuy } from './citizen/buy.ts'
import { boughtBy } from './citizen/preview.ts'
import { citizenRoutes } from './citizen/routes.ts'
import { createSessions } from './citizen/session.ts'
import { toldFor } from './citizen/store.ts'
import { createCommandRoom } from './commands/routes.ts'
import { createFacts } from './console/alarms/facts.ts'
import { seriesRoutes } from './console/alarms/series.ts'
import { createTally } from './console/objectives/tally.ts'
import { openConsole } from './console/room.ts'
import { createDelivery } from './delivery/room.ts'
import { openEnrolment, registrarFiles } from './enrolment/open.ts'
import { openOffices } from './fleet/offices.ts'
import { keepPlaces } from './fleet/places.ts'
import { fleetRoutes, overseeFleet } from './fleet/routes.ts'
import { withoutFloods } from './floods.ts'
import { readPage } from './http/page.ts'
import { reachedAt } from './http/reached.ts'
import { type Routes, routes } from './http/route.ts'
import { openTls } from './http/tls.ts'
import { makeMonths } from './journal/months.ts'
import { journalRoutes, overseeJournals } from './journal/routes.ts'
import { withJournals } from './journal/tables.ts'
import { openKeyring } from './keys/keyring.ts'
import { keyRoutes } from './keys/routes.ts'
import { createChallenges } from './login/challenges.ts'
import { createHearing } from './login/hearing.ts'
import { createLoginJudge } from './login/judge.ts'
import { challengeRoutes } from './login/routes.ts'
import { createMetrics } from './metrics.ts'
import { createBell } from './operations/bell.ts'
import { createCarryOut } from './operations/carry-out.ts'
import { createCitizens } from './operations/citizens.ts'
import { createFull } from './operations/full.ts'
import { createIntake } from './operations/intake.ts'
import { createOutcomes } from './operations/outcomes.ts'
import { operationRoutes, overseeOperations } from './operations/routes.ts'
import { createSettler } from './operations/settler.ts'
import { createWithdraw } from './operations/withdraw.ts'
import { redrive, startWork } from './operations/work.ts'
import { createMarks } from './payments/contrassegno.ts'
import { createMeans } from './payments/means.ts'
import { openPayments } from './payments/open.ts'
import { createRefunds } from './payments/refunds.ts'
import { overseePayments, paymentRoutes } from './payments/routes.ts'
import { polisFiles } from './polis/open.ts'
import { createReleaseRoom, openReleaseKeeper } from './releases/open.ts'
import { startRetention } from './retention.ts'
import { createServiceRoom } from './service/routes.ts'
import { type GatewayConfig, gatewayConfig, type TrustSettings } from './settings/config.ts'
import { requireSafeDatabase } from './settings/line.ts'
import { pagopaAccess } from './settings/pagopa.ts'
import { chargesIn } from './settings/terms.ts'
import { CONFIG, folderMade, folderThere, jsonIn, TEMPORARY, textOf, Unusable } from './settings/unusable.ts'
import { openStore } from './store/database.ts'
import { DatabaseIsNewer, type DatabaseRefusal, refusalOf } from './store/refusals.ts'
import { openTrust, type TrustKeeper } from './trust/keeper.ts'
import { trustRoutes } from './trust/routes.ts'
import { verifyRoutes } from './verify/routes.ts'
import { keepPage } from './verify/served.ts'

/**
 * Connections that may wait until they are taken: Linux' own limit (net.core.somaxconn). After an outage thousands of
 * totems call within seconds and the event loop takes one a turn. A totem that the kernel turns away tries again for
 * seconds.
 */
const BACKLOG = 4_096
/** Pages of the console that are lists, and how long one may take (contract/console/objectives.ts). */
const LISTS = new Set(['/console/v1/totems', '/console/v1/alarms', '/console/v1/operations', '/console/v1/audit'])
const LIST_MS = 300

export interface Gateway {
  /** Where totems call. */
  url: string
  operatorUrl: string
  /** Where anybody may verify a paper; null: not here. */
  publicUrl: string | null
  /** Where the mail server brings what came back; null: nowhere. */
  returnsPort: number | null
  /** Where pagoPA brings receipts; null: this gateway takes no payments. */
  receiptsUrl: string | null
  /** Where new machines become totems; null: not here. */
  enrolmentUrl: string | null
  /** Where operators work with a browser; null: not here. */
  consoleUrl: string | null
  /** Where their smart cards shake hands; null: not here. */
  cardUrl: string | null
  /** Takes up now what it looks at by itself every some seconds: lists, certificates, what it knows of ANPR, alarms. */
  look(): Promise<void>
  /** Takes no more requests, finishes those under way, closes the database. */
  stop(): Promise<void>
}

/**
 * Starts the gateway; throws `Unusable` on files that it cannot use. All rooms and doors are made here and nowhere
 * else, and nothing works or listens before the last lines. `log` gets ids and kinds, never personal data.
 */
export async function startGateway(
  { databaseUrl, consoleDatabaseUrl = null, ...given }: GatewayConfig,
  { now = () => new Date(), log: whole = pino(destination(2)) }: { now?: Clock; log?: Logger } = {},
): Promise<Gateway> {
  const { log, stop: endLog } = withoutFloods(whole)
  const config = gatewayConfig.parse(given)
  if (databaseUrl !== null) requireSafeDatabase(databaseUrl)
  if (consoleDatabaseUrl !== null) requireSafeDatabase(consoleDatabaseUrl)
  const operators = await openOperators(config.operator.tokens, log)
  const officeFile = await openOffices(config.offices, log)
  const offices = officeFile.names
  const tls = await openTls('tls', config.tls, { now, log })
  const publicTls = config.public && (await openTls('public.tls', config.public.tls, { now, log }))
  const consoleTls = config.console && (await openTls('console.tls', config.console.tls, { now, log }))
  const cardTrust = config.console?.card && (await operatorTrust(config.console.card.trust, now, log))
  const consolePage = config.console && (await readPage('console.page', config.console.page))
  const openPolis = config.polis && (await polisFiles(config.polis, log))
  const paying = config.pagopa && {
    settings: config.pagopa,
    access: await pagopaAccess(config.pagopa),
    tls: await openTls('pagopa.door', { ...config.tls, clientCa: config.pagopa.door.clientCa }, { now, log }),
  }
  await textOf('trust.list', config.trust.list)
  await jsonIn('trust.listKey', config.trust.listKey)
  await textOf('keys.list', config.keys.list)
  await folderThere('keys.folder', config.keys.folder)
  await folderThere('totems', config.totems)
  await folderMade('trust.crls', config.trust.crls)
  await folderMade('dataDir', config.dataDir)
  const releaseKeeper = await openReleaseKeeper(config.releases, log)
  const transport = await wayToAnpr(config.anpr, log)
  const verify = config.public && (await verification(config.public, config.dataDir, log))

  const opened = await openTrust({ config: config.trust, now, log })
  if (!opened.ok)
    throw refused(`trust.list: ${config.trust.list}`, opened.error, 'put one there that trust.listKey signed')
  const trust = opened.value
  const ring = await openKeyring({ ...config.keys, listKey: config.trust.listKey }, { now, log })
  if (!ring.ok) {
    const { list, folder } = config.keys
    throw refused(`keys: ${list} with ${folder}`, ring.error, 'put the list and the keys that it names there')
  }
  const keys = ring.value
  const enrolling =
    config.enrolment &&
    (await registrarFiles(config.enrolment, {
      ...{ clientCa: config.tls.clientCa, listKey: config.trust.listKey, revocation: config.trust.revocation },
      lists: () => ({ trustList: trust.bundle().list, gatewayKeys: keys.list }),
    }))
  const store = await openStore({ databaseUrl, dataDir: config.dataDir }, log).catch((reason) => {
    throw databaseUrl === null ? notOpened(config.dataDir, reason) : noDatabase(reason)
  })

  const { db, byKey, boss } = store
  const key = config.accessLogKey ?? join(config.dataDir, 'access-log.key')
  const [reference] = await Promise.all([accessReferences(db, key), makeMonths(db)]).catch(async (reason) => {
    await store.close()
    throw noDatabase(reason)
  })
  const bell = createBell(store, log)
  const certificates = () =>
    new Map([...tls.ends(), ...(publicTls?.ends() ?? []), ...(consoleTls?.ends() ?? []), ...(paying?.tls.ends() ?? [])])
  const lists = () =>
    new Map([...trust.validities(), ...(cardTrust?.validities() ?? []), ['keys.list', keys.validity()] as const])
  const metrics = createMetrics({
    ...{ db, now, certificates },
    lists: () => new Map([['trust.list', trust.ends] as const, ['keys.list', keys.ends] as const]),
  })
  const tally = createTally({ db, now })
  const facts = createFacts({ db, lists, certificates, now, log })
  const anprWatch = {
    anprOpen(...told: Parameters<typeof facts.anprOpen>) {
      metrics.anprOpen(...told)
      facts.anprOpen(...told)
    },
    anprAnswered(...told: Parameters<typeof facts.anprAnswered>) {
      metrics.anprAnswered(...told)
      facts.anprAnswered(...told)
      tally.count('anpr', told[1] !== 'anpr-unavailable')
    },
  }
  const { anpr, offers, mayBegin, allowance } = askingAnpr(transport, {
    db,
    limits: config.anpr.quotas,
    metrics: anprWatch,
    log,
    now,
  })
  const register = createRegister({ db: byKey, anpr, reference, loa: config.anpr.pdnd.loa, now })
  const enrolment =
    config.enrolment &&
    enrolling &&
    (await openEnrolment(enrolling, {
      ...{ db, reference, now, log, secureBoot: config.enrolment.secureBoot },
      isProvisionedByHand: (totem) => totems.isProvisionedByHand(totem),
    }).catch(async (reason) => {
      await store.close()
      throw noDatabase(reason)
    }))
  const totems = createTotems(config.totems, enrolment?.enrolled)
  const { outcomeKeyOf } = totems
  const { sealing: sealingKeys } = keys
  const onSettled = metrics.settled
  const pagopa = paying && openPayments({ ...paying, db, bell, now, log, onReceived: metrics.received })
  const forPagopa =
    paying &&
    pagopa &&
    createPagopaDoor({ ...paying, connections: paying.settings.door.connections, receipts: pagopa.receipts, log })
  const means = createMeans(createMarks({ db, reference }), pagopa?.taking.notices ?? null)
  const hearing = createHearing({ db, now })
  const challenges = createChallenges({ hearing, reference, now })
  const logins = createLoginJudge({ trust, challenges, hearing, now })
  const carryOut = createCarryOut({
    store,
    bell,
    register,
    logins,
    means,
    sealingKeys,
    outcomeKeyOf,
    reference,
    terms: config.certificates,
    told: (caller, requester) => toldFor(db, caller, requester, now()),
    onSettled,
    onFirstTry: (isAtOnce) => tally.count('outcome', isAtOnce),
    onRevokedSince: metrics.revokedSince,
    now,
    log,
  })
  const full = createFull()
  const citizens = createCitizens(bell)
  const intake = createIntake({
    db,
    boss,
    bell,
    sealingKeys,
    logins,
    hearing,
    reference,
    bounds: config.bounds,
    full,
    citizens,
    now,
    log,
  })
  const outcomes = createOutcomes({ db, bell, outcomeKeyOf, reference, now })
  const delivery = createDelivery({ config, register, db, offices, reference, sealingKeys, now, log })
  const sessions = createSessions({
    db,
    register,
    logins,
    reference,
    mayBegin: () => offers.mayBegin('recognition'),
    ways: delivery.ways,
    now,
  })
  const releases = createReleaseRoom(config.releases, releaseKeeper, { db, keys, now, log })
  const commands = createCommandRoom({ db, keys: enrolment?.keyBook ?? null, now, log })
  const service = createServiceRoom({ db, keys, reference, now, log })
  const journals = withJournals(db)
  const previewing = {
    ...{ register, means, reference, terms: config.certificates, now },
    mayBegin: () => offers.mayBegin('certificates'),
  }
  const stopping = new AbortController()
  const forTotems = createTotemDoor({
    tls,
    connections: config.listen.connections,
    totems,
    pressure: { waiting: store.waiting, stopping: stopping.signal, onShed: metrics.shed },
    // A database that is away hears nobody; then nothing that needs the count is answered either.
    onUnknown: async () => enrolment?.enrolled.look('unknown').catch(() => undefined),
    onHeard: (totem) => void hearing.minutesOf(totem).catch(() => undefined),
    rooms: {
      login: challengeRoutes(challenges),
      citizen: citizenRoutes({ db, sessions, offices, ...previewing }),
      payments: paymentRoutes({
        ...{ taking: pagopa?.taking ?? null, bell, reference, stopping: stopping.signal },
        payerOf: ({ caller, bearer }, about) => sessions.holder(caller, bearer, about),
        mayBuy: (payer, wish) => mayBuy(previewing, payer, wish),
        boughtBy: (payer, wish) => boughtBy(payer, wish, reference),
      }),
      operations: operationRoutes({
        ...{ db, intake, outcomes, full, onResult: metrics.submitted },
        holderOf: ({ caller, bearer }) => sessions.holder(caller, bearer, { free: true }),
        withdraw: createWithdraw({ db, bell, means, sealingKeys, reference, onSettled, now, log }),
      }),
      journal: journalRoutes({ db: journals, keys, bounds: config.bounds, now, log }),
      fleet: fleetRoutes({
        ...{ db, challenges, offers, outcomeKeyOf, onHeard: releases.heard },
        ...{ version: packageJson.version, newestCommand: commands.newest, now },
      }),
      trust: trustRoutes(trust),
      keys: keyRoutes(keys),
      releases: releases.forTotems,
      service: service.forTotems,
      commands: commands.forTotems,
      delivery: delivery.forTotems(sessions),
      enrolment: enrolment?.forTotems ?? routes(),
    },
    log,
  })
  const forOperators = createOperatorDoor({
    tls,
    connections: config.operator.connections,
    operators,
    rooms: {
      operations: overseeOperations({ db, redrive: () => redrive(store, bell), log }),
      fleet: overseeFleet(db),
      journals: overseeJournals(journals),
      payments: overseePayments(createRefunds({ db, now, log })),
      delivery: delivery.forOperators,
      enrolment: enrolment?.forOperators ?? routes(),
      releases: releases.forOperators,
      service: service.forOperators,
    },
    metrics: routes(metrics.routes, seriesRoutes({ db, now, log })),
    isReady: async () => !stopping.signal.aborted && (await store.answers()),
    log,
  })

  const places = await keepPlaces({ db, offices: officeFile, now, log })
  const polis = openPolis && (await openPolis({ db, now }))
  const forPublic =
    config.public && publicTls && verify
      ? createPublicDoor({
          ...{ tls: publicTls, connections: config.public.connections, log },
          rooms: [verify, delivery.forPublic, ...(polis ? [polis.page] : [])],
        })
      : null
  if (config.console && Object.keys(config.console.reminders).length > 0 && !config.delivery?.mail)
    throw new Unusable(CONFIG, 'console.reminders: they go by the mail server of delivery.mail, which is not set')
  const consoleRoom =
    config.console &&
    (await openConsole(
      {
        ...config.console,
        anchors: config.console.anchors ?? join(config.dataDir, 'audit-anchors.jsonl'),
        auditMonths: config.retention.auditMonths,
      },
      {
        ...{ store, consoleUrl: consoleDatabaseUrl, keys, reference, redrive: () => redrive(store, bell) },
        serving: {
          ...{ citizens: sessions, looking: { ...previewing, db }, settler: createSettler(byKey, means, now) },
          ...{ terms: config.certificates, offices },
          chargesIn: (comune: string | null) => chargesIn(config.certificates, comune),
        },
        mail: config.delivery?.mail ?? null,
        reachedAt: (): string | null => forConsole && reachedAt(forConsole, config.console?.url ?? null),
        cardUrl: () => forCards && reachedAt(forCards, config.console?.card?.url ?? null),
        lists: { register, mayBegin, allowance, settings: { ...config.anpr.lists, bulk: givenInBulk(config.anpr) } },
        own: {
          revoke: async (on, totem, by) => (await enrolment?.shutOut(on, totem, by)) ?? false,
          revoked: async (totem, by) => enrolment?.isOut(totem, by),
          holdUpdates: releases.hold,
        },
        version: packageJson.version,
        now,
        log,
      },
    ).catch(async (reason) => {
      await store.close()
      throw noDatabase(reason)
    }))
  const forConsole =
    config.console && consoleRoom && consoleTls && consolePage
      ? await createConsoleDoor({
          ...{ tls: consoleTls, connections: config.console.connections, url: config.console.url },
          ...{ page: consolePage, room: consoleRoom, polis: polis?.figures ?? null, log },
          onAnswered(path, status, ms) {
            tally.count('console', status < 500)
            if (LISTS.has(path)) tally.count('lists', ms <= LIST_MS)
          },
        })
      : null

  const forCards: FastifyInstance | null =
    config.console?.card && consoleRoom && consoleTls && cardTrust && forConsole
      ? await createCardDoor({
          ...{ tls: consoleTls, connections: config.console.card.connections, judge: cardTrust.cardOf, log },
          ticketFor: consoleRoom.tickets.give,
          consoleUrl: () => reachedAt(forConsole, config.console?.url ?? null),
        })
      : null

  const forMachines =
    config.enrolment &&
    enrolment &&
    createEnrolmentDoor({ tls, connections: config.enrolment.door.connections, room: enrolment.forMachines, log })

  const work = await startWork({ store, bell, citizens, carryOut, log }).catch(async (reason) => {
    await bell.stop()
    await store.close()
    throw noDatabase(reason)
  })
  const retention = startRetention({ store, now, journalMonths: config.retention.journalMonths, log })
  const tending = pagopa?.tend()
  const stop = async () => {
    stopping.abort()
    outcomes.stop()
    await Promise.all([
      forTotems.close(),
      forMachines?.close(),
      forConsole?.close(),
      forCards?.close(),
      forPagopa?.close(),
      work.stop(),
      retention.stop(),
      tending?.stop(),
    ])
    await forOperators.close()
    await forPublic?.close()
    await consoleRoom?.stop()
    await facts.stop()
    await places.stop()
    await polis?.stop()
    await tally.stop()
    await delivery.stop()
    releases.stop()
    tls.stop()
    publicTls?.stop()
    consoleTls?.stop()
    paying?.tls.stop()
    await trust.stop()
    await cardTrust?.stop()
    await keys.stop()
    await anpr.close()
    await pagopa?.client.close()
    await enrolment?.enrolled.stop()
    await work.idle()
    await bell.stop()
    await store.close()
    endLog()
  }

  try {
    const publicUrl = config.public && forPublic && (await listen('public', forPublic, config.public))
    await delivery.start(publicUrl)
    return {
      url: await listen('listen', forTotems, config.listen),
      operatorUrl: await listen('operator', forOperators, config.operator),
      receiptsUrl: forPagopa && paying && `${await listen('pagopa.door', forPagopa, paying.settings.door)}/v1/receipts`,
      enrolmentUrl:
        forMachines && config.enrolment && (await listen('enrolment.door', forMachines, config.enrolment.door)),
      consoleUrl: forConsole && config.console && (await listen('console', forConsole, config.console)),
      cardUrl: forCards && config.console?.card ? await listen('console.card', forCards, config.console.card) : null,
      publicUrl,
      returnsPort: delivery.returnsPort,
      async look() {
        await Promise.all([trust.look(), cardTrust?.look(), keys.look(), tls.look()])
        await facts.look()
        await consoleRoom?.look()
      },
      stop,
    }
  } catch (reason) {
    await stop()
    throw reason
  }
}

/** The issuers of operators' cards. */
async function operatorTrust(config: TrustSettings, now: Clock, log: Logger): Promise<TrustKeeper> {
  const name = 'console.card.trust.list'
  await textOf(name, config.list)
  await jsonIn('console.card.trust.listKey', config.listKey)
  await folderMade('console.card.trust.crls', config.crls)
  const opened = await openTrust({ config, name, now, log })
  if (opened.ok) return opened.value
  throw refused(`${name}: ${config.list}`, opened.error, 'put one there that console.card.trust.listKey signed')
}

/** The bulk services that PDND's back office has given us. */
const givenInBulk = ({ pdnd }: z.output<typeof gatewayConfig>['anpr']) =>
  BULK.filter((service) => pdnd.services[service] !== undefined)

/** The page that verifies a paper. */
async function verification(
  { page, keysSigner }: NonNullable<z.output<typeof gatewayConfig>['public']>,
  dataDir: string,
  log: Logger,
): Promise<Routes> {
  const signer = (await jsonIn('public.keysSigner', keysSigner)) as JWK
  await textOf('public.page', page)
  const kept = await keepPage({ file: page, signer, memory: join(dataDir, 'verification-keys.sequence'), log })
  if (!kept.ok) throw refused(`public.page: ${page}`, kept.error, 'make it anew with gateway/verify/build.ts')
  return verifyRoutes(kept.value)
}

const refused = (what: string, { kind }: { kind: string }, todo: string) =>
  new Unusable(CONFIG, `${what} is refused: ${kind}: ${todo}`)

/**
 * In words for the operator what is wrong with the database. Any other failure is a bug and keeps its stack. No message
 * says the failure's own text, which may quote the URL.
 */
function noDatabase(reason: unknown): unknown {
  if (reason instanceof Unusable) return reason
  const refusal = refusalOf(reason)
  if (refusal === null) return reason
  const { kind, code } = refusal
  const [exitCode, sentence] = NO_DATABASE[kind]
  return new Unusable(exitCode, `DATABASE_URL: ${sentence.replace('CODE', code)}`)
}

/** The embedded database: PGlite tells its troubles in English sentences only. */
function notOpened(dataDir: string, reason: unknown): unknown {
  if (reason instanceof DatabaseIsNewer) return new Unusable(CONFIG, `dataDir: ${NO_DATABASE.newer[1]}`)
  const sentence = `the database in ${dataDir} cannot be opened: one gateway alone may use it, and its files must be whole`
  return new Unusable(CONFIG, `dataDir: ${sentence}`)
}

const NO_DATABASE: Record<DatabaseRefusal['kind'], readonly [exitCode: number, sentence: string]> = {
  away: [TEMPORARY, 'the database is not there (CODE): see that it runs, at this address'],
  busy: [TEMPORARY, 'the database takes nobody now (CODE): it starts, stops, is full or is a standby'],
  'not-let-in': [TEMPORARY, 'the database does not let us in (CODE): see user, password and pg_hba.conf'],
  'no-such-database': [TEMPORARY, 'the server has no such database (CODE): create it for the gateway’s role'],
  'no-right': [TEMPORARY, 'the gateway’s role may not do what it must (CODE): gateway/OPERATIONS.md says which rights'],
  'not-believed': [CONFIG, 'the server’s certificate is not believed (CODE): name its CA in sslrootcert, and its name'],
  'no-tls': [CONFIG, 'the server speaks no TLS (CODE): switch it on there'],
  refused: [CONFIG, 'the database refuses what the gateway needs of it (CODE)'],
  newer: [
    CONFIG,
    'the database is of a newer version: start a gateway of that version, or restore the backup of this one',
  ],
}

async function listen(
  setting: string,
  server: FastifyInstance,
  { host, port }: { host: string; port: number },
): Promise<string> {
  await server.listen({ host, port, backlog: BACKLOG }).catch((reason: NodeJS.ErrnoException) => {
    const sentence = `nobody can listen at ${host}:${port} (${reason.code}): name an address of this machine that is free`
    throw new Unusable(CONFIG, `${setting}: ${sentence}`)
  })
  const bound = server.server.address() as AddressInfo
  return `https://${host.includes(':') ? `[${host}]` : host}:${bound.port}`
}
