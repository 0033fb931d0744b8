import type { PrinterStatus } from '../../contract/device.ts'

/** Turns at a printer, which does one thing at a time, and the last status that was published. `onStatus` gets each change. */
export function createTurns(onStatus: (status: PrinterStatus) => void) {
  let last: Promise<unknown> = Promise.resolve()
  let published: PrinterStatus | null = null
  return {
    /** Everything that touches the device goes through here, one operation after the other. */
    inTurn<T>(work: () => Promise<T>): Promise<T> {
      const mine = last.then(work)
      last = mine.catch(() => undefined)
      return mine
    },
    /** Reports a status that differs from the one before, and answers it. */
    publish(status: PrinterStatus): PrinterStatus {
      if (status !== published) {
        published = status
        onStatus(status)
      }
      return status
    },
    /** The last status; null before the first. */
    published: () => published,
  }
}
