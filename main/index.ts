import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TotemConfig } from '../contract/config.ts'
import type { DeviceEvent } from '../contract/device.ts'
import type { Result } from '../contract/result.ts'
import { readConfig } from './config.ts'
import { superviseDevices } from './devices/index.ts'
import { freeBytes } from './disk.ts'
import { verificationSigner } from './documents/verification-code.ts'
import { callHandlers } from './handlers.ts'
import { openJournal } from './journal/journal.ts'
import { createVisitServices } from './journeys/services.ts'
import { explain } from './keys/explain.ts'
import { openGatewayKeys } from './keys/gateway-keys.ts'
import { createKeysRefresh } from './keys/refresh.ts'
import { openTotemKeys } from './keys/totem-keys.ts'
import { createPaper, inPrinter } from './print/paper.ts'
import { createPaperSigner } from './print/sign.ts'
import { openQueue } from './queue/queue.ts'
import { createSession } from './session/index.ts'
import { exitForRestart, onQuit, runApp, versions } from './shell/app.ts'
import { registerCalls } from './shell/calls.ts'
import { spawnDeviceProcess } from './shell/device-process.ts'
import { createRecovery } from './shell/recovery.ts'
import { createCitizenWindow } from './shell/window.ts'
import { KEEP_MS } from './sync/answer.ts'
import { createGatewayClient } from './sync/client.ts'
import { createDrain } from './sync/drain.ts'
import { createHealth } from './sync/health.ts'
import { createTrustRefresh } from './trust/refresh.ts'
import { openTrustStore } from './trust/store.ts'

// The composition root: the one place where things are made and joined.

const STORAGE_CHECK_MS = 15_000
// 50,000 requests in half a minute, a few ms each time.
const PAYLOAD_CHECK_MS = 50

type DeviceReady = Extract<DeviceEvent, { event: 'ready' }>

runApp(() => {
  const config = readConfig()
  return { dataDir: config.dataDir, start: () => start(config) }
})

async function start(config: TotemConfig) {
  const now = () => new Date()
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  const journal = opened(
    'journal',
    openJournal({
      path: join(config.dataDir, 'journal.db'),
      totem: config.totem,
      now: Date.now,
      strict: __DEVELOPMENT__,
    }),
  )
  const queue = opened(
    'queue',
    openQueue({
      path: join(config.dataDir, 'queue.db'),
      now: Date.now,
      minFreeBytes: config.minFreeBytes,
      onRepaired: (repaired) => journal.record('storage.repaired', { store: 'queue', ...repaired }),
    }),
  )
  journal.record('totem.started', versions())

  const { dataDir, trust: trustConfig } = config
  const testTrust = __DEVELOPMENT__ && config.bench !== null
  const trust = opened('trust list', await openTrustStore({ config: trustConfig, testTrust, dataDir, journal, now }))
  const { listKey } = trustConfig
  const gatewayKeys = opened(
    "list of the gateway's keys",
    await openGatewayKeys({ list: config.gateway.keys, listKey, dataDir, journal, now: Date.now }),
  )
  const loaded = await openTotemKeys(config, { queue, journal })
  if (!loaded.ok) {
    journal.record('keys.unusable', { reason: loaded.error.kind })
    process.stderr.write(`totem: ${explain(loaded.error)}\n`)
    return exitForRestart()
  }
  const own = loaded.value
  const keys = { sealing: gatewayKeys.sealingKey, outcome: own.outcome, holder: own.holder }
  const client = createGatewayClient({
    url: config.gateway.url,
    ca: readFileSync(config.gateway.ca, 'utf8'),
    certificate: readFileSync(config.gateway.certificate, 'utf8'),
    key: own.tls,
    version: versions().version,
    onMalformed: (path, httpStatus) => journal.record('gateway.answer-malformed', { path, httpStatus }),
  })
  const { version: totem, electron, node } = versions()
  const health = createHealth({
    versions: { totem, electron, node },
    devices: () => devices,
    queue,
    journal,
    free: () => freeBytes(dataDir),
  })
  let online = false
  const drain = createDrain({
    queue,
    journal,
    client,
    outcomeKeys: keys.outcome,
    totem: config.totem,
    isSigned: (anchor) => keysRefresh.isSigned(anchor),
    now: Date.now,
    random: Math.random,
    lineProbeMs: config.timings.lineProbeMs,
    health: health.now,
    // The citizen who waits is told through `settled`; nobody else is there to be told.
    onSettled: () => {},
    onLine(state) {
      online = state === 'up'
      trustRefresh.line(state)
      keysRefresh.line(state)
      session.refresh()
    },
  })

  const devices = superviseDevices({
    spawn: () =>
      spawnDeviceProcess({
        printer: config.printer,
        externalKey: config.cie?.externalKey ?? null,
        benchEnv: config.bench?.deviceEnv ?? null,
      }),
    onEvent: (event) => deviceTold(event),
    onStarted(restarts) {
      health.restarted(restarts)
      journal.record('device.started', { restarts })
    },
    onDied: ({ code, waitMs }) => journal.record('device.died', { code, waitMs }),
  })
  const died = createRecovery()
  const window = createCitizenWindow({
    panel: config.panel,
    onGone(reason) {
      const { recovery, inLastMinute } = died()
      journal.record('renderer.died', { reason, inLastMinute })
      if (recovery === 'leave') exitForRestart()
      if (recovery === 'end-visit') session.answer({ type: 'leave' })
      void window.recycle()
    },
  })
  const place = { totem: config.totem, office: `${config.office.name} (${config.office.province})` }
  const verification = own.verification && verificationSigner(own.verification)
  const sign = createPaperSigner(verification, config.totem)
  const paper = createPaper({
    devices,
    journal,
    ledger: queue.ledger,
    sign,
  })
  const session = createSession({
    services: createVisitServices({
      devices,
      queue,
      journal,
      client,
      drain,
      paper,
      place,
      sign,
      pdfOnly: config.printer.profile === 'a4-office',
      keepMs: KEEP_MS,
      secondLanguage: config.office.secondLanguage,
      trust: () => trust.trust,
      trustReady: () => trust.ready,
      possession: trustConfig.possession,
      keys,
      totem: config.totem,
      dataDir: config.dataDir,
      minFreeBytes: config.minFreeBytes,
      online: () => online,
      now,
    }),
    timings: config.timings,
    totem: {
      id: config.totem,
      office: config.office.name,
      comune: config.office.comune,
      mmPerPixel: config.panel.mmPerPixel,
    },
    online: () => online,
    onView: (view) => window.push(view),
    onVisitOver: () => void window.recycle(),
  })

  const trustRefresh = createTrustRefresh({
    client,
    store: trust,
    journal,
    onReady: () => session.refresh(),
    room: (bytes) => freeBytes(dataDir) - bytes > config.minFreeBytes,
    random: Math.random,
  })
  const keysRefresh = createKeysRefresh({ client, store: gatewayKeys, journal, random: Math.random })

  let cie: DeviceReady['cie'] = 'ready'
  function deviceTold(event: DeviceEvent) {
    if (event.event === 'ready') {
      // Once, and not again at each of its restarts.
      if (event.cie !== 'ready' && event.cie !== cie) journal.record('device.cie-unavailable', { reason: event.cie })
      cie = event.cie
    }
    if (event.event === 'card') {
      journal.record('reader.changed', { state: event.card.state })
      session.card(event.card)
      session.refresh()
    }
    if (event.event === 'printer') {
      journal.record('printer.changed', { status: event.status })
      session.printer(event.status)
    }
    if (event.event === 'print') {
      paper.note(event)
      if (event.state === 'acknowledged') health.printed()
      // A sheet that is taken is one of those before.
      if (inPrinter(event)) session.progress(event)
    }
  }

  registerCalls({
    isCurrent: window.isCurrent,
    handlers: callHandlers(session, devices),
    onRefused: (reason, method) => journal.record('ipc.refused', { reason, method }),
  })
  await window.recycle()
  if (__DEVELOPMENT__ && config.bench?.dockUrl) {
    const { openDock } = await import('./shell/dock-window.ts')
    await openDock(config.bench.dockUrl)
  }

  let low = false
  const checkStorage = () => {
    const free = freeBytes(config.dataDir)
    if (!low && free < config.minFreeBytes) {
      journal.record('storage.low', { freeMb: Math.floor(free / 1_048_576) })
    }
    low = free < config.minFreeBytes
    session.refresh()
  }
  checkStorage()
  // What a start leaves out to be quick: the payloads, some at a time.
  let checked: number | null = 0
  const payloadCheck = setInterval(() => {
    const next = queue.checkNext(checked ?? 0)
    checked = next.ok ? next.value : null
    if (checked === null) clearInterval(payloadCheck)
  }, PAYLOAD_CHECK_MS)
  const storageWatch = setInterval(checkStorage, STORAGE_CHECK_MS)

  onQuit(() => {
    clearInterval(storageWatch)
    clearInterval(payloadCheck)
    session.stop()
    devices.stop()
    void drain.stop()
    void trustRefresh.stop()
    void keysRefresh.stop()
    client.close()
    journal.record('totem.stopped', {})
    journal.close()
    queue.close()
  })
}

/** A store that cannot be opened is named on stderr (the system's journal) and the supervisor tries again. */
function opened<T>(name: string, result: Result<T, { kind: string }>): T {
  if (result.ok) return result.value
  process.stderr.write(`totem: the ${name} cannot be opened: ${result.error.kind}\n`)
  return exitForRestart()
}
