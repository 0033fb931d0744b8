import { existsSync, readFileSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type TotemConfig, totemConfigIn } from '../../contract/config.ts'
import type { EnrolmentImage } from '../../contract/enrolment.ts'
import type { IpcResult } from '../../contract/ipc.ts'
import { pad } from '../../contract/pad.ts'
import { reachMm } from '../../contract/panel.ts'
import { usual } from '../../contract/preferences.ts'
import type { View } from '../../contract/visit.ts'
import { superviseDevices } from '../devices/index.ts'
import { clockOr, createEnrolmentClient, gatewayTime } from '../enrolment/client.ts'
import { enrol } from '../enrolment/enrol.ts'
import { placesIn } from '../enrolment/keys.ts'
import { examine } from '../readiness/examine.ts'
import { tryHardware } from '../readiness/hardware.ts'
import { createFirstBoot } from '../service/first-boot.ts'
import { exitForRestart, onQuit, versions } from '../shell/app.ts'
import { registerCalls } from '../shell/calls.ts'
import { spawnDeviceProcess } from '../shell/device-process.ts'
import { createCitizenWindow, glassOf } from '../shell/window.ts'
import { createSupervisor } from './supervisor.ts'

const DEVICE = '/dev/tpmrm0'

/** What a machine is before it is a totem. */
export interface Bare {
  image: EnrolmentImage
  /** Where `totem.json` is to be. */
  config: string
  dataDir: string
}

/** A machine without `totem.json`: it shows the enrolment until it is a totem, and starts anew as that. */
export async function firstBoot({ image, config: file, dataDir }: Bare): Promise<void> {
  const glass = glassOf(image.panel ?? { mmPerPixel: 0.311, bottomMm: 700 })
  const window = createCitizenWindow(glass)
  window.load()
  const bench = __DEVELOPMENT__ ? (image.bench ?? null) : null
  const spawn = (printer: TotemConfig['printer'], externalKey: string | null) => () =>
    spawnDeviceProcess({ printer, externalKey, benchEnv: bench?.deviceEnv ?? null })
  const devices = superviseDevices({ spawn: spawn(image.printer ?? { profile: 'a4-kiosk' }, null) })
  devices.start()
  const { url } = image
  const ca = readFileSync(image.ca, 'utf8')
  const tcti = bench ? bench.tcti : existsSync(DEVICE) ? `device:${DEVICE}` : null
  const { version } = versions()
  const now = () => new Date()

  const boot = createFirstBoot({
    ...{ glass, devices, now, key: tcti === null ? 'file' : 'tpm' },
    gatewayTime: () => gatewayTime(url, ca),
    async enrol(code, onStep) {
      const client = createEnrolmentClient({ url, ca, version })
      const asked = { code, folder: dirname(file), dataDir, tcti, client, ca, version, now, onStep }
      const done = await enrol(asked).finally(client.close)
      if (!done.ok) return { ok: false, error: await clockOr(done.error, url, ca) }
      // What a bench needs besides, no registrar knows.
      if (bench) await benched(file, { deviceEnv: bench.deviceEnv, dockUrl: bench.dockUrl, ear: null })
      return done
    },
    undo: () => rm(placesIn(dirname(file)).config, { force: true }),
    async report(written) {
      const config = totemConfigIn(await readFile(written, 'utf8'))
      if (!config.ok) throw new Error('what was enrolled is no configuration')
      // The order may name another printer than the image, and only one process may have it.
      devices.stop()
      const { printer, cie } = config.value
      const start = spawn(printer, cie?.externalKey ?? null)
      const examined = await examine(config.value, 'it', () => tryHardware(config.value, start), {
        ...{ by: 'first-boot', grant: null },
      })
      const printed = ['ready', 'paperLow'].includes(examined.printer) && (await examined.print()).ok
      examined.close()
      return { ...examined, printed }
    },
    restart: exitForRestart,
    onChange: push,
  })

  let revision = 0
  const view = (): View => ({
    ...{ revision, language: 'it', preferences: usual, screen: { screen: 'starting' }, step: null },
    ...{ canGoBack: false, canLeave: false, idle: null, cardLost: null, contactless: false, speech: 'off' },
    service: boot.screen,
    totem: {
      ...{ id: '', office: '', comune: '', phone: null, hours: [], nearest: [] },
      ...{ mmPerPixel: glass.mmPerPixel, reachMm: reachMm(glass), pad: pad.parse({}), voice: false, languages: ['it'] },
    },
  })
  function push(): void {
    revision++
    window.push(view())
  }
  registerCalls({
    isCurrent: window.isCurrent,
    handlers: {
      current: view,
      service(given): undefined {
        boot.answer(given)
      },
      enterPin: (pin): undefined => void pin.fill(0),
      answer: () => undefined,
      previewPage: (): IpcResult<'previewPage'> => null,
      stay: () => undefined,
      speech: () => undefined,
    },
    onRefused: () => undefined,
  })
  devices.listen({ onEvent: boot.changed, onStarted: () => undefined, onDied: boot.changed })
  const supervisor = createSupervisor({ well: window.draws })
  boot.start()
  // A page that dies has nothing of anybody.
  await window.open(() => void window.recycle())
  supervisor.start()
  onQuit(() => {
    supervisor.stop()
    devices.stop()
  })
}

async function benched(file: string, bench: TotemConfig['bench']): Promise<void> {
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), bench }, null, 2))
}
