import { MINUTE_MS } from '../../basics/time.ts'

/** The office is closed, by the clock on its wall. */
const NIGHT = { from: 22, to: 5 }
/** Whoever has gone to fetch a document from the car is back by then. */
const ALONE_MS = 15 * MINUTE_MS
/** A hole that somebody uses is open now, and the totem is away for half a minute. */
const URGENT_ALONE_MS = 2 * MINUTE_MS

/** What a totem knows of the moment. */
export interface Moment {
  now: Date
  /** How long the first screen has stood there, touched by nobody; 0: somebody is there. */
  aloneMs: number
  card: boolean
  /** A sheet is held out. */
  paper: boolean
  /** Requests that the next line would take. */
  queued: number
  online: boolean
  /** Somebody works at this totem, such as on its readiness report. */
  technician: boolean
  /** By what is known of the gateway's clock. */
  clockRight: boolean
}

export type NotNow = 'person' | 'card' | 'paper' | 'technician' | 'queue' | 'clock' | 'day'

/** Why the totem cannot restart with another program now; null: it can. */
export function notNow(moment: Moment, urgent: boolean): NotNow | null {
  if (moment.aloneMs < (urgent ? URGENT_ALONE_MS : ALONE_MS)) return 'person'
  if (moment.card) return 'card'
  if (moment.paper) return 'paper'
  if (moment.technician) return 'technician'
  if (moment.online && moment.queued > 0) return 'queue'
  if (urgent) return null
  // Night by a wrong clock may be noon.
  if (!moment.clockRight) return 'clock'
  const hour = Number(moment.now.toLocaleString('en-GB', { timeZone: 'Europe/Rome', hour: '2-digit', hour12: false }))
  return hour >= NIGHT.from || hour < NIGHT.to ? null : 'day'
}
