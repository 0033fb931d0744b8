import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { TotemConfig } from '../contract/config.ts'
import type { DeviceEvent } from '../contract/device.ts'
import type { Result } from '../contract/result.ts'
import { readConfig, readKey } from './config.ts'
import { superviseDevices } from './devices/index.ts'
import { verificationSigner } from './documents/verification-code.ts'
import { callHandlers } from './handlers.ts'
import { openJournal } from './journal/journal.ts'
import { openQueue } from './queue/queue.ts'
import { createVisitServices, freeBytes } from './services/index.ts'
import { createPaper, inPrinter } from './services/paper.ts'
import { createPaperSigner } from './services/verification.ts'
import { createSession } from './session/index.ts'
import { exitForRestart, onQuit, runApp, versions } from './shell/app.ts'
import { registerCalls } from './shell/calls.ts'
import { spawnDeviceProcess } from './shell/device-process.ts'
import { createRecovery } from './shell/recovery.ts'
import { createCitizenWindow } from './shell/window.ts'
import { createGatewayClient } from './sync/client.ts'
import { createDrain, KEEP_MS } from './sync/drain.ts'
import { createTrustRefresh } from './trust/refresh.ts'
import { openTrustStore } from './trust/store.ts'

// The composition root: the one place where things are made and joined.

const STORAGE_CHECK_MS = 15_000
const HOLDER_KEY_BYTES = 32

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
  const queue = opened('queue', openQueue({ path: join(config.dataDir, 'queue.db'), now: Date.now }))
  journal.record('totem.started', versions())

  const { dataDir, trust: trustConfig } = config
  const testTrust = __DEVELOPMENT__ && config.bench !== null
  const trust = opened('trust list', await openTrustStore({ config: trustConfig, testTrust, dataDir, journal, now }))
  const sealingKey = readKey(config.gateway.sealingKey)
  const outcomeKey = readKey(config.outcomeKey)
  const keys = {
    sealing: () => sealingKey,
    outcome: new Map([[outcomeKey.kid, outcomeKey]]),
    holder: holderSecret(config.dataDir),
  }
  const client = createGatewayClient({
    url: config.gateway.url,
    ca: readFileSync(config.gateway.ca, 'utf8'),
    certificate: readFileSync(config.gateway.certificate, 'utf8'),
    key: readFileSync(config.gateway.key, 'utf8'),
    version: versions().version,
    onMalformed: (path, httpStatus) => journal.record('gateway.answer-malformed', { path, httpStatus }),
  })
  let online = false
  const drain = createDrain({
    queue,
    journal,
    client,
    outcomeKeys: keys.outcome,
    totem: config.totem,
    now: Date.now,
    random: Math.random,
    lineProbeMs: config.timings.lineProbeMs,
    // The citizen who waits is told through `settled`; nobody else is there to be told.
    onSettled: () => {},
    onLine(state) {
      online = state === 'up'
      trustRefresh.line(state)
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
    onStarted: (restarts) => journal.record('device.started', { restarts }),
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
  const verification = config.verification && verificationSigner(readKey(config.verification.key))
  const sign = createPaperSigner(verification, config.totem)
  const paper = createPaper({
    devices,
    journal,
    ledger: queue.ledger,
    place,
    sign,
    pdfOnly: config.printer.profile === 'a4-office',
    keepMs: KEEP_MS,
    now,
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
  const storageWatch = setInterval(checkStorage, STORAGE_CHECK_MS)

  onQuit(() => {
    clearInterval(storageWatch)
    session.stop()
    devices.stop()
    void drain.stop()
    void trustRefresh.stop()
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

/** Key of the references by which waiting outcomes find their person; made once, readable by the totem's user only. */
function holderSecret(dataDir: string): Uint8Array {
  const file = join(dataDir, 'holder.key')
  if (!existsSync(file)) {
    // Whole on the disk before it has its name: after a power cut there is a key or none, never an empty one.
    const fd = openSync(`${file}.new`, 'w', 0o600)
    writeSync(fd, randomBytes(HOLDER_KEY_BYTES))
    fsyncSync(fd)
    closeSync(fd)
    renameSync(`${file}.new`, file)
  }
  const secret = readFileSync(file)
  if (secret.length !== HOLDER_KEY_BYTES) throw new Error('holder.key is damaged')
  return secret
}
