import { EventEmitter, once } from 'node:events'
import { connect } from 'node:net'
import { constants } from 'node:os'
import type { TotemConfig } from '../../contract/config.ts'
import type { DeviceEvent, PrinterStatus } from '../../contract/device.ts'
import type { TrialOutcome } from '../../contract/readiness.ts'
import { type DeviceProcess, type Devices, superviseDevices } from '../devices/index.ts'
import type { Check } from './rows.ts'

/** Readers answer pcscd within a second of its start. */
const READER_MS = 5_000
/** The socket of PC/SC Lite, where no environment names another one (pcscd(8)). */
const PCSCD = '/run/pcscd/pcscd.comm'
/** A shell's exit code of a program that a signal has ended (bash(1)). */
const SIGNALLED = 128

const PRINTING: Partial<Record<PrinterStatus, TrialOutcome>> = { ready: 'ok', paperLow: 'attention' }

export interface TriedHardware {
  devices: Pick<Devices, 'call'>
  printer: PrinterStatus
  checks: Check[]
  /** Ends what was started for the trial. */
  close(): void
}

/** Starts a device process as a visit has it, and tries reader and printer. */
export async function tryHardware(config: TotemConfig, spawn: () => DeviceProcess): Promise<TriedHardware> {
  const service = await cardService(config)
  const started = await startHardware(spawn)
  return { ...(await rowsOf(config, service, started)), close: () => started.devices.stop() }
}

/** Looks at reader and printer of the totem that runs. `cie`: what its device process said when it began. */
export async function lookAtHardware(
  config: TotemConfig,
  devices: Pick<Devices, 'call' | 'card' | 'printer' | 'available'>,
  cie: Hardware['cie'],
): Promise<TriedHardware> {
  const readers = devices.card !== null && devices.card.state !== 'no-reader'
  const running = { devices, cie, died: devices.available ? null : 1, readers, printerTold: true }
  return { ...(await rowsOf(config, await cardService(config), running)), close: () => undefined }
}

async function rowsOf(
  config: TotemConfig,
  service: Pick<Check, 'outcome' | 'detail'>,
  { devices, cie, died, readers, printerTold }: Hardware,
): Promise<Omit<TriedHardware, 'close'>> {
  const asked = died === null || printerTold ? await devices.call('printer.status', {}) : null
  const printer = asked?.ok ? asked.value.status : devices.printer
  const checks: Check[] = [
    { key: 'card-service', ...service },
    {
      key: 'cie',
      // Without the key every CIE is turned away.
      outcome: cie === null ? 'not-tried' : cie === 'ready' ? 'ok' : 'failed',
      detail: cie ?? '–',
    },
  ]
  // Without the service the device process ends itself, again and again.
  if (service.outcome === 'ok' || died === null) {
    checks.push({ key: 'program', outcome: died === null ? 'ok' : 'failed', detail: died === null ? '–' : endOf(died) })
  }
  if (died === null) {
    checks.push({ key: 'reader', outcome: readers ? 'ok' : 'failed', detail: devices.card?.state ?? 'no-reader' })
  }
  if (asked?.ok || died === null) {
    const detail = `${config.printer.profile}: ${printer}`
    checks.push({ key: 'printer', outcome: PRINTING[printer] ?? 'failed', detail })
  }
  return { devices, printer, checks }
}

interface Hardware {
  devices: Pick<Devices, 'call' | 'card' | 'printer'>
  cie: Extract<DeviceEvent, { event: 'ready' }>['cie'] | null
  readers: boolean
  printerTold: boolean
  /** Exit code of a device process that ended during the trial. */
  died: number | null
}

/** Waits until the device process has reported readers and printer, or has died. */
async function startHardware(spawn: () => DeviceProcess): Promise<Hardware & { devices: Devices }> {
  const news = new EventEmitter()
  const told: Pick<Hardware, 'cie' | 'died' | 'printerTold'> = { cie: null, died: null, printerTold: false }
  const devices = superviseDevices({ spawn })
  devices.listen({
    onEvent(event) {
      if (event.event === 'ready') told.cie = event.cie
      // The supervisor itself says `absent` when the process dies.
      if (event.event === 'printer' && told.died === null) told.printerTold = true
      news.emit('news')
    },
    onStarted: () => undefined,
    onDied({ code }) {
      told.died = code
      news.emit('news')
    },
  })
  devices.start()
  const readers = () => devices.card !== null && devices.card.state !== 'no-reader'
  const patience = AbortSignal.timeout(READER_MS)
  while (told.died === null && !(readers() && told.printerTold) && !patience.aborted)
    await once(news, 'news', { signal: patience }).catch(() => undefined)
  return { devices, ...told, readers: readers() }
}

/** `exit 1`, or the signal that ended the process. */
function endOf(code: number): string {
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - SIGNALLED)?.[0]
  return signal ?? `exit ${code}`
}

/** Whether pcscd listens, and to this user. systemd starts it at the first connection. */
async function cardService({ bench }: TotemConfig): Promise<Pick<Check, 'outcome' | 'detail'>> {
  const path = bench?.deviceEnv.PCSCLITE_CSOCK_NAME ?? process.env.PCSCLITE_CSOCK_NAME ?? PCSCD
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return { outcome: 'ok', detail: 'running' }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { outcome: 'failed', detail: code === 'EACCES' || code === 'EPERM' ? 'no-access' : 'not-running' }
  } finally {
    socket.destroy()
  }
}
