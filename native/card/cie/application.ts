import type { CardFailure } from '../../../contract/device.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { type Command, hexSw, type Response, SW_OK } from '../apdu.ts'
import { tlvLength } from '../tlv.ts'

/** Sends commands: the bare channel, or secure messaging over it. */
export interface Sender {
  send(command: Command): Promise<Response>
}

export const cardError = (step: string, sw: number | null): Result<never, CardFailure> =>
  err({ kind: 'card-error', step, sw: sw === null ? null : hexSw(sw) })

/** The answer data of a command that must succeed; `step` names the command in the failure. */
export async function demand(sender: Sender, step: string, command: Command): Promise<Result<Uint8Array, CardFailure>> {
  const { data, sw } = await sender.send(command)
  return sw === SW_OK ? ok(data) : cardError(step, sw)
}

// SELECT without an answer. IAS is the applet (IAS ECC, CEN/TS 15480-2), CIE the application within it.
const byName = (aid: string): Command => ({ ins: 0xa4, p1: 0x04, p2: 0x0c, data: Buffer.from(aid, 'hex') })
const IAS = byName('a0000000308000000009816001')
const CIE = byName('a00000000039')
const MASTER_FILE: Command = { ins: 0xa4, p1: 0x00, p2: 0x00 }

/**
 * Historical bytes of the NXP, Actalis and Bit4id cards whose IAS applet is not selected by name: it is there from the
 * reset, or selecting the master file starts it. The hint only saves an APDU; SELECT decides what the card is.
 */
const IAS_FROM_RESET = /80318065(49544e5850|49544a34(4[1-4]|49))/
/** Historical bytes of the first Gemalto card, which gives its whole DH domain at once. */
const WHOLE_DOMAIN = '80318065b085040011'

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

export const tellsWholeDomain = (atr: Uint8Array): boolean => hexOf(atr).includes(WHOLE_DOMAIN)

/** Selects the CIE application; false: the card is no CIE. */
export async function selectCie(channel: Sender, atr: Uint8Array): Promise<boolean> {
  const succeeds = async (command: Command) => (await channel.send(command)).sw === SW_OK
  const fromReset = IAS_FROM_RESET.test(hexOf(atr))
  if (fromReset && (await succeeds(CIE))) return true
  for (const way of fromReset ? [MASTER_FILE, IAS] : [IAS, MASTER_FILE])
    if ((await succeeds(way)) && (await succeeds(CIE))) return true
  return false
}

/**
 * Elementary files of the CIE application: the short identifier (SFI), with which a read selects them, and the
 * identifier.
 */
export const File = {
  nis: { sfi: 0x01, id: 0x1001, step: 'read-nis' },
  serial: { sfi: 0x02, id: 0x1002, step: 'read-serial' },
  certificate: { sfi: 0x03, id: 0x1003, step: 'read-certificate' },
  internalKey: { sfi: 0x04, id: 0x1004, step: 'read-internal-key' },
  sod: { sfi: 0x06, id: 0x1006, step: 'read-sod' },
} as const
type File = (typeof File)[keyof typeof File]

/** Real files have some 2 KB. A card that claims more would only hold up the totem. */
const MAX_FILE_BYTES = 8192

/** Reads the first `length` bytes of a file, or all of it when it is shorter. */
export function readStart(sender: Sender, file: File, length: number): Promise<Result<Uint8Array, CardFailure>> {
  return read(sender, file, length, () => length)
}

/**
 * Reads a file that holds one DER object, `step` bytes at a time, and cuts the padding off at the object's length.
 * Null: the file ends within the object, or holds none.
 */
export async function readObject(
  sender: Sender,
  file: File,
  step: number,
): Promise<Result<Uint8Array | null, CardFailure>> {
  const content = await read(sender, file, step, (start) => tlvLength(start) ?? 0)
  if (!content.ok) return content
  const length = tlvLength(content.value)
  return ok(length !== null && length === content.value.length ? content.value : null)
}

async function read(
  sender: Sender,
  file: File,
  step: number,
  lengthOf: (start: Uint8Array) => number,
): Promise<Result<Uint8Array, CardFailure>> {
  const parts: Uint8Array[] = []
  let length = step
  let selected = false
  for (let offset = 0; offset < length; ) {
    const le = Math.min(step, length - offset)
    // The first read selects the file by its short identifier; the others go on in the selected file.
    const p1 = offset === 0 && !selected ? 0x80 | file.sfi : offset >> 8
    const { data, sw } = await sender.send({ ins: 0xb0, p1, p2: offset & 0xff, le })
    // 6282: the file ended within this read. 6B00: it ended before it.
    if (sw !== SW_OK && sw !== 0x6282 && sw !== 0x6b00) {
      // ISO 7816-4 has the short identifier select the file, but not every card does so: then SELECT names it, once.
      if (selected) return cardError(file.step, sw)
      const id = Uint8Array.of(file.id >> 8, file.id & 0xff)
      const found = await sender.send({ ins: 0xa4, p1: 0x02, p2: 0x04, data: id })
      if (found.sw !== SW_OK) return cardError(file.step, found.sw)
      selected = true
      continue
    }
    parts.push(data)
    if (offset === 0) length = Math.min(lengthOf(data), MAX_FILE_BYTES)
    offset += data.length
    if (sw !== SW_OK || data.length === 0) break
  }
  const content = Buffer.concat(parts)
  return ok(Uint8Array.from(content.subarray(0, length)))
}
