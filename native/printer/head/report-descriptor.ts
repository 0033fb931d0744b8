// The kernel refuses a larger report (HID_MAX_BUFFER_SIZE), so such a descriptor is noise.
const MAX_REPORT_BYTES = 16_384

/**
 * Bytes of the largest output report, without its id, from a HID report descriptor (Device Class Definition for HID
 * 1.11, §6.2.2). Null when it declares none or does not parse.
 */
export function outputReportBytes(descriptor: Uint8Array): number | null {
  const bitsById = new Map<number, number>()
  let globals = { size: 0, count: 0, id: 0 }
  const saved: (typeof globals)[] = []
  for (let at = 0; at < descriptor.length; ) {
    const prefix = descriptor[at] ?? 0
    // Long items (prefix FEh) carry their length in the next byte; none is defined.
    const length = prefix === 0xfe ? 2 + (descriptor[at + 1] ?? 0) : ([0, 1, 2, 4][prefix & 3] ?? 0)
    const data = descriptor.subarray(at + 1, at + 1 + length)
    if (data.length < length) return null
    const value = data.reduceRight((sum, byte) => sum * 256 + byte, 0)
    const item = prefix & 0xfc
    if (item === 0x74) globals = { ...globals, size: value }
    if (item === 0x94) globals = { ...globals, count: value }
    if (item === 0x84) globals = { ...globals, id: value }
    if (item === 0xa4) saved.push(globals)
    if (item === 0xb4) globals = saved.pop() ?? globals
    if (item === 0x90) bitsById.set(globals.id, (bitsById.get(globals.id) ?? 0) + globals.size * globals.count)
    at += 1 + length
  }
  const bytes = Math.ceil(Math.max(0, ...bitsById.values()) / 8)
  return bytes >= 1 && bytes <= MAX_REPORT_BYTES ? bytes : null
}
