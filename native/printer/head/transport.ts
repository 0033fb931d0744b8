import { err, ok, type Result } from '../../../contract/result.ts'
import { type Answer, parseAnswers } from './escpos.ts'
import type { HidBus, HidDevice } from './hid.ts'

export type TransportFailure =
  /** There is no such device, or it has just gone. */
  | { kind: 'absent' }
  /** The device takes no data. A write cannot be called back, so everything else waits until it ends. */
  | { kind: 'stuck' }

export interface Transport {
  /** Makes sure that the device is open. `value` is true when it was opened anew, with its state unknown. */
  open(): Promise<Result<boolean, TransportFailure>>
  /** Sends bytes cut into reports; NULs fill the last one, which ESC/POS ignores between commands. */
  send(bytes: Uint8Array): Promise<Result<void, TransportFailure>>
  /** Answers that came within `timeoutMs`; empty when none did. */
  receive(timeoutMs: number): Promise<Result<Answer[], TransportFailure>>
  close(): Promise<void>
}

// The kernel gives up a USB interrupt write after 5 s (USB_CTRL_SET_TIMEOUT); a driver above it must wait a little
// longer.
const WRITE_TIMEOUT_MS = 6000
/** A host that did not run for that long hears of the time that is up before it hears of the write that is done. */
const GRACE_MS = 100

/** One printer on a HID bus. The caller makes one call at a time. */
export function createTransport(bus: HidBus, ids: { vendorId: number; productId: number }): Transport {
  let device: (HidDevice & { reportBytes: number }) | null = null
  let inFlight: Promise<unknown> | null = null
  let received: Uint8Array = new Uint8Array()

  async function lost(): Promise<{ ok: false; error: TransportFailure }> {
    const gone = device
    device = null
    received = new Uint8Array()
    await gone?.close().catch(() => undefined)
    return err({ kind: 'absent' })
  }

  async function write(to: HidDevice, report: Uint8Array): Promise<'done' | 'failed' | 'stuck'> {
    const writing = to.write(report).then(
      () => 'done' as const,
      () => 'failed' as const,
    )
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'stuck'>((resolve) => {
      timer = setTimeout(() => {
        timer = setTimeout(() => resolve('stuck'), GRACE_MS)
      }, WRITE_TIMEOUT_MS)
    })
    const outcome = await Promise.race([writing, late])
    clearTimeout(timer)
    if (outcome === 'stuck') {
      inFlight = writing.then((end) => {
        inFlight = null
        return end === 'failed' ? lost() : undefined
      })
    }
    return outcome
  }

  return {
    async open() {
      if (inFlight) return err({ kind: 'stuck' })
      if (device) return ok(false)
      device = await bus.open(ids.vendorId, ids.productId)
      return device ? ok(true) : err({ kind: 'absent' })
    },

    async send(bytes) {
      if (inFlight) return err({ kind: 'stuck' })
      for (let at = 0; at < bytes.length; ) {
        if (!device) return err({ kind: 'absent' })
        const report = new Uint8Array(1 + device.reportBytes)
        report.set(bytes.subarray(at, at + device.reportBytes), 1)
        const outcome = await write(device, report)
        if (outcome === 'stuck') return err({ kind: 'stuck' })
        if (outcome === 'failed') return lost()
        at += device.reportBytes
      }
      return ok(undefined)
    },

    async receive(timeoutMs) {
      if (inFlight) return err({ kind: 'stuck' })
      if (!device) return err({ kind: 'absent' })
      try {
        const data = await device.read(timeoutMs)
        const { answers, rest } = parseAnswers(Buffer.concat([received, data ?? new Uint8Array()]))
        received = rest
        return ok(answers)
      } catch {
        return lost()
      }
    },

    async close() {
      // A stuck write keeps the handle open until the process ends.
      if (!inFlight) await lost()
    },
  }
}
