import { totemCommandKinds } from '../../contract/command.ts'
import type { Heartbeat } from '../../contract/heartbeat.ts'
import type { LastOutage } from '../../contract/line.ts'
import type { Devices } from '../devices/index.ts'
import type { Journal } from '../journal/journal.ts'
import { migrations } from '../queue/migrations.ts'
import type { Queue } from '../queue/queue.ts'

export interface Health {
  now(): Heartbeat
  /** Whether the devices can serve a citizen, and why not: what operators should hear soon. */
  standing(): string
  /** The device process was restarted; `times` counts all of them. */
  restarted(times: number): void
  /** The printer has acknowledged one more sheet. */
  printed(): void
  /** A process died, or a sheet is void. */
  fault(): void
}

const MB = 1_048_576

/** Collects the state of the totem for operators (contract/heartbeat.ts). `free`: bytes that can still be written. */
export function createHealth({
  versions,
  devices,
  queue,
  journal,
  free,
  certificateEnds,
  lastOutage,
  office,
  release = () => null,
  out = () => null,
}: {
  versions: Omit<Heartbeat['versions'], 'schema'>
  devices: () => Pick<Devices, 'available' | 'card' | 'printer'>
  queue: Pick<Queue, 'depth'>
  journal: Pick<Journal, 'unsentCount'>
  free: () => number
  certificateEnds: () => Date | null
  lastOutage: () => LastOutage | null
  release?: () => Heartbeat['release']
  out?: () => Heartbeat['out']
  office: string
}): Health {
  const began = performance.now()
  let [restarts, sheets, faults] = [0, 0, 0]
  return {
    now() {
      const { available, card, printer } = devices()
      const { queued, submitted, waiting, aside, oldestQueuedAt } = queue.depth()
      // A time in the future means that the clock was put back since: then the age is 0.
      const ageMs = (at: string) => Math.max(0, Date.now() - Date.parse(at))
      return {
        at: new Date().toISOString(),
        uptimeS: Math.floor((performance.now() - began) / 1_000),
        versions: { ...versions, schema: migrations.length },
        devices: { available, restarts, reader: card?.state ?? 'starting', printer },
        sheets,
        faults,
        queue: {
          queued,
          submitted,
          waiting,
          aside,
          oldestAgeS: oldestQueuedAt === null ? null : Math.floor(ageMs(oldestQueuedAt) / 1_000),
        },
        journal: { unsent: journal.unsentCount() },
        disk: { freeMb: Math.floor(free() / MB) },
        certificateEnds: certificateEnds()?.toISOString() ?? null,
        lastOutage: lastOutage(),
        office,
        release: release(),
        out: out(),
        commands: totemCommandKinds,
      }
    },
    standing() {
      const { available, card, printer } = devices()
      return `${available} ${card?.state === 'no-reader'} ${printer} ${out()}`
    },
    restarted(times) {
      restarts = times
    },
    printed() {
      sheets++
    },
    fault() {
      faults++
    },
  }
}
