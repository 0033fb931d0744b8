import { forgetGarbage } from '../../basics/memory.ts'
import type { Devices } from './index.ts'

/** Chromium's shared memory between two processes has blocks of powers of two, up to this size. */
const LARGEST_BYTES = 64 * 1024
/** More messages of one size are never under way in a visit. */
const OF_EACH_SIZE = 8

/** Overwrites what a visit has left in the memory of main, of the device process and between the two (invariant 2). */
export function forgetVisit(devices: Pick<Devices, 'call'>): void {
  for (let bytes = 32; bytes <= LARGEST_BYTES; bytes *= 2) {
    for (let n = 0; n < OF_EACH_SIZE; n++) void devices.call('memory.fill', { zeros: new Uint8Array(bytes) })
  }
  void devices.call('memory.forget', {})
  forgetGarbage()
}
