import { spawn } from 'node:child_process'
import { closedProgram } from '../../basics/program.ts'

/** Linux' input_event on a 64-bit machine: 16 bytes of time, type, code, value (linux/input.h). */
const EVENT_BYTES = 24
const EV_SW = 5
const SW_HEADPHONE_INSERT = 2
/** A device that went away, or is not there yet, is tried again after this long. */
const AGAIN_MS = 5_000

/** Whether a headset's plug is in, after this event; null where the event is about something else. */
export function plugIn(event: Buffer): boolean | null {
  if (event.readUInt16LE(16) !== EV_SW || event.readUInt16LE(18) !== SW_HEADPHONE_INSERT) return null
  return event.readInt32LE(20) === 1
}

/**
 * Follows the switch of a headset's socket. A process reads the device, because a read that waits for months would keep
 * a thread of Node's pool. The kernel tells changes only: a plug that was in before the start counts from the next time.
 */
export function watchHeadset(device: string, onPlug: (plugged: boolean) => void): { stop(): void } {
  let stopped = false
  let again: NodeJS.Timeout | null = null
  let stopReader = () => {}

  function begin() {
    const reader = spawn(...closedProgram('cat', [device]), {
      env: { PATH: '/usr/bin:/bin' },
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    stopReader = () => void reader.kill('SIGKILL')
    let rest = Buffer.alloc(0)
    reader.stdout.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      for (; rest.length >= EVENT_BYTES; rest = rest.subarray(EVENT_BYTES)) {
        const plugged = plugIn(rest.subarray(0, EVENT_BYTES))
        if (plugged !== null) onPlug(plugged)
      }
    })
    reader.on('error', () => undefined)
    reader.on('close', () => {
      if (stopped) return
      again = setTimeout(begin, AGAIN_MS)
      // Nobody knows of the plug any more, so nothing personal is spoken.
      onPlug(false)
    })
  }
  begin()
  return {
    stop() {
      stopped = true
      if (again) clearTimeout(again)
      stopReader()
    },
  }
}
