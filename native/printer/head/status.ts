import type { PrinterStatus } from '../../../contract/device.ts'

/** The four answers to DLE EOT 1, 2, 3, 4. */
export type StatusBytes = readonly [number, number, number, number]

/** Raw flags of the DLE EOT answers (Epson ESC/POS Command Reference, DLE EOT). */
export interface RawStatus {
  offline: boolean
  coverOpen: boolean
  paperEnd: boolean
  paperNearEnd: boolean
  mechanicalError: boolean
  cutterError: boolean
  unrecoverable: boolean
  overheated: boolean
}

export function rawStatus([printer, offline, error, paper]: StatusBytes): RawStatus {
  return {
    offline: (printer & 0x08) !== 0,
    coverOpen: (offline & 0x04) !== 0,
    paperEnd: (offline & 0x20) !== 0 || (paper & 0x60) !== 0,
    paperNearEnd: (paper & 0x0c) !== 0,
    mechanicalError: (error & 0x04) !== 0,
    cutterError: (error & 0x08) !== 0,
    unrecoverable: (error & 0x20) !== 0,
    overheated: (error & 0x40) !== 0,
  }
}

/**
 * One word for what to do about it. An open cover comes first, because it often reports the paper as missing too.
 * Without a near-end sensor its flag means nothing.
 */
export function printerStatusOf(raw: RawStatus, { paperLowSensor }: { paperLowSensor: boolean }): PrinterStatus {
  if (raw.unrecoverable) return 'offline'
  if (raw.coverOpen) return 'coverOpen'
  if (raw.mechanicalError || raw.cutterError) return 'jam'
  if (raw.paperEnd) return 'paperOut'
  if (raw.overheated) return 'overheated'
  if (raw.offline) return 'offline'
  return raw.paperNearEnd && paperLowSensor ? 'paperLow' : 'ready'
}

/** Custom's FULL STATUS, paper byte: a sheet stands in the output (KPM210/216 manual, DLE EOT 20). */
export const sheetInOutput = (paper: number): boolean => (paper & 0x20) !== 0
