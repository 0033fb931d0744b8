import type { TotemConfig } from '../../contract/config.ts'
import type { Offer } from '../../contract/offers.ts'
import type { Devices } from '../devices/index.ts'
import { freeBytes } from '../disk.ts'
import { createRenewal } from '../enrolment/renewal.ts'
import { watchIdentity } from '../keys/identity-watch.ts'
import { createKeysRefresh } from '../lists/gateway-keys-refresh.ts'
import { createTrustRefresh } from '../lists/trust-refresh.ts'
import { sheetsIn } from '../readiness/sheet.ts'
import { createAccess } from '../service/access.ts'
import { versions } from '../shell/app.ts'
import { challengeFile, openChallenges } from '../sync/challenges.ts'
import { createGatewayClient } from '../sync/client.ts'
import { createDrain } from '../sync/drain.ts'
import { createHealth } from '../sync/health.ts'
import type { Stores } from './stores.ts'
import { createUpdates, type Room } from './updates.ts'

export type GatewayLine = ReturnType<typeof createGatewayLine>

/**
 * Everything that goes to the gateway and comes from it: requests and outcomes, sync log, heartbeat, lists and CRLs.
 */
export function createGatewayLine(config: TotemConfig, stores: Stores, devices: Devices) {
  const { journal, queue, trust, gatewayKeys, own, identity: first } = stores
  const { dataDir, minFreeBytes } = config
  const { version: totem, electron, node } = versions()
  const client = createGatewayClient({
    ...{ url: config.gateway.url, version: totem },
    ...{ ca: first.ca, certificate: first.certificate, key: first.key },
    onMalformed: (path, httpStatus) => journal.record('gateway.answer-malformed', { path, httpStatus }),
  })
  const identity = watchIdentity(config, {
    ...{ first, journal },
    now: () => new Date(),
    take(renewed) {
      client.renew(renewed)
      // The old one may be why there was no line.
      drain.wake()
    },
  })
  const renewal = createRenewal(config, {
    ...{ client, journal, version: totem, now: () => new Date(), random: Math.random },
    identity: () => identity.identity,
    onRenewed: () => identity.look(),
  })
  const health = createHealth({
    versions: { totem, electron, node },
    devices: () => devices,
    queue,
    journal,
    free: () => freeBytes(dataDir),
    certificateEnds: () => identity.identity.ends,
    lastOutage: () => drain.lastOutage,
    office: `${config.office.name} (${config.office.province})`,
    release: () => updates.standing(),
    out: () => out(),
  })

  let online = false
  let closed: Offer[] = []
  let changed = () => {}
  let out: Room['out'] = () => null
  let commanded: (serial: number | null) => void = () => {}
  let settled: (operation: string) => void = () => {}
  const challenges = openChallenges({
    file: challengeFile(dataDir),
    client,
    online: () => online,
    onReady: () => changed(),
    now: () => new Date(),
  })
  const trustRefresh = createTrustRefresh({
    client,
    store: trust,
    journal,
    onReady: () => changed(),
    room: (bytes) => freeBytes(dataDir) - bytes > minFreeBytes,
    random: Math.random,
  })
  const keysRefresh = createKeysRefresh({ client, store: gatewayKeys, journal, random: Math.random })
  const updates = createUpdates(config, stores, {
    ...{ client, devices, online: () => online },
    lastOutage: () => drain.lastOutage,
    clockDiffers: () => drain.clockDiffers,
  })
  const access = createAccess({
    ...{ client, journal, dataDir, totem: config.totem, random: Math.random },
    anchors: () => gatewayKeys.list.anchor,
  })
  const drain = createDrain({
    queue,
    journal,
    client: {
      ...client,
      async heartbeat(beat) {
        const answer = await client.heartbeat(beat)
        if (answer.ok) {
          challenges.take(answer.value.challenge)
          closed = answer.value.closed ?? []
          commanded(answer.value.command ?? null)
          changed()
        }
        return answer
      },
    },
    outcomeKeys: own.outcome,
    totem: config.totem,
    isSigned: keysRefresh.isSigned,
    now: Date.now,
    random: Math.random,
    lineProbeMs: config.timings.lineProbeMs,
    health: health.now,
    standing: health.standing,
    readiness: { sheets: sheetsIn(dataDir), send: client.sendReadiness },
    onSettled: (operation) => settled(operation),
    onLine(state) {
      online = state === 'up'
      trustRefresh.line(state)
      keysRefresh.line(state)
      updates.line(state)
      access.line(state)
      challenges.prepare()
      changed()
    },
  })

  return {
    client,
    /** Which technicians may work here. */
    access,
    challenges,
    drain,
    health,
    updates,
    identity,
    online: () => online,
    /** What nobody can begin now, as the gateway said last. */
    closed: () => closed,
    /**
     * Reads the CRLs on the disk: no visit begins before cards can be judged. `onChange`: that is so from now on, the line came
     * up or went down, or the gateway told what is closed.
     */
    prepare(onChange: () => void) {
      changed = onChange
      trustRefresh.start()
    },
    /**
     * `onSettled`: an operation has got its answer. `room`: when a release may be fetched, and begun. `onCommand`: the gateway
     * was heard, and says which command waits.
     */
    start(onSettled: (operation: string) => void, room: Room, onCommand: (serial: number | null) => void) {
      out = room.out
      commanded = onCommand
      settled = onSettled
      drain.start()
      keysRefresh.start()
      renewal.start()
      updates.start(room)
      access.start()
    },
    stop() {
      void drain.stop()
      void trustRefresh.stop()
      void keysRefresh.stop()
      renewal.stop()
      updates.stop()
      void access.stop()
      client.close()
    },
  }
}
