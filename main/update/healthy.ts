import { MINUTE_MS } from '../../basics/time.ts'
import type { LineFault } from '../../contract/line.ts'

/** The device process has stood for so long. */
const STANDS_MS = MINUTE_MS
/** A release that is not healthy by then gives its place back. */
export const HEALTHY_WITHIN_MS = 10 * MINUTE_MS

/** What the program before had when it gave way. */
export interface Had {
  reader: boolean
  printer: boolean
  line: boolean
}

export interface Signs {
  /** Since the first view was on the screen. */
  upMs: number
  devices: boolean
  /** Restarts of the device process since then. */
  deviceRestarts: number
  reader: boolean
  printer: boolean
  /** `null`: not tried yet. A fault: why it is down. */
  line: 'up' | LineFault | null
}

/** `updater`: this program cannot confirm itself, and could take no other after it. */
export type Unhealthy = 'devices' | 'reader' | 'printer' | 'line' | 'updater'

/**
 * Faults of the line that a new program can have brought. All others are the office's: a line that is down in the night must
 * not throw out a good release.
 */
const OURS: readonly LineFault[] = [
  ...(['gateway-refused', 'not-tls', 'own-certificate-refused', 'certificate-other-ca'] as const),
  ...(['certificate-wrong-name', 'certificate-refused'] as const),
]

/** What is missing until this program has proved healthy; null: nothing. That its first view is shown comes before. */
export function missing(signs: Signs, had: Had): Unhealthy | null {
  if (!signs.devices || signs.deviceRestarts > 0 || signs.upMs < STANDS_MS) return 'devices'
  if (had.reader && !signs.reader) return 'reader'
  if (had.printer && !signs.printer) return 'printer'
  if (signs.line === null) return 'line'
  return had.line && signs.line !== 'up' && OURS.includes(signs.line) ? 'line' : null
}
