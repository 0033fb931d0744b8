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
const IAS_FROM_RESET = /80318065(49544e5850|49544a34(4[1-4]|49|4c))/
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

const SEQUENCE = 0x30
const SOD_TAG = 0x77
const isText = (byte: number) => /[0-9A-Z]/.test(String.fromCharCode(byte))

/**
 * Elementary files of the CIE application: the short identifier (SFI), with which a read selects them, the identifier,
 * and whether a content can begin with this byte.
 */
export const File = {
  nis: { sfi: 0x01, id: 0x1001, step: 'read-nis', begins: isText },
  serial: { sfi: 0x02, id: 0x1002, step: 'read-serial', begins: isText },
  certificate: { sfi: 0x03, id: 0x1003, step: 'read-certificate', begins: (byte: number) => byte === SEQUENCE },
  internalKey: { sfi: 0x04, id: 0x1004, step: 'read-internal-key', begins: (byte: number) => byte === SEQUENCE },
  sod: { sfi: 0x06, id: 0x1006, step: 'read-sod', begins: (byte: number) => byte === SOD_TAG },
} as const
type File = (typeof File)[keyof typeof File]

/** Real files have some 2 KB. A card that claims more would only hold up the totem. */
const MAX_FILE_BYTES = 8192

/**
 * How a card's files are asked for. ISO 7816-4 has a short identifier in READ BINARY select the file. A card that knows
 * none takes it for an offset into the file that happens to be selected, and could answer with that one's bytes. So the
 * first file that must be asked for by name decides for all of them.
 */
export interface Access {
  shortIds: 'not-known' | 'work' | 'fail'
}

const SW_FILE_NOT_FOUND = 0x6a82

/** Reads the first `length` bytes of a file, or all of it when it is shorter. */
export function readStart(
  sender: Sender,
  access: Access,
  file: File,
  length: number,
): Promise<Result<Uint8Array, CardFailure>> {
  return read(sender, access, file, length, () => length)
}

/**
 * Reads a file that holds one DER object, `step` bytes at a time, and cuts the padding off at the object's length. The
 * result is shorter when the file ends within the object, and empty when it holds none.
 */
export const readObject = (
  sender: Sender,
  access: Access,
  file: File,
  step: number,
): Promise<Result<Uint8Array, CardFailure>> => read(sender, access, file, step, (start) => tlvLength(start) ?? 0)

/** Whether this is one whole object, as `readObject` cuts it. */
export const isWhole = (content: Uint8Array): boolean => tlvLength(content) === content.length

async function read(
  sender: Sender,
  access: Access,
  file: File,
  step: number,
  lengthOf: (start: Uint8Array) => number,
): Promise<Result<Uint8Array, CardFailure>> {
  const first = await readFirst(sender, access, file, step)
  if (!first.ok) return first
  const parts = [first.value.data]
  const length = Math.min(lengthOf(first.value.data), MAX_FILE_BYTES)
  let { sw } = first.value
  for (let offset = first.value.data.length; offset < length && sw === SW_OK; ) {
    const response = await sender.send(readAt(offset >> 8, offset & 0xff, Math.min(step, length - offset)))
    sw = response.sw
    if (!isRead(sw)) return cardError(file.step, sw)
    if (response.data.length === 0) break
    parts.push(response.data)
    offset += response.data.length
  }
  return ok(Uint8Array.from(Buffer.concat(parts).subarray(0, length)))
}

const readAt = (p1: number, p2: number, le: number): Command => ({ ins: 0xb0, p1, p2, le })
/** 6282: the file ended within this read. 6B00: it ended before it. */
const isRead = (sw: number) => sw === SW_OK || sw === 0x6282 || sw === 0x6b00

/** Selects the file and reads its first bytes. */
async function readFirst(
  sender: Sender,
  access: Access,
  file: File,
  le: number,
): Promise<Result<Response, CardFailure>> {
  if (access.shortIds !== 'fail') {
    const response = await sender.send(readAt(0x80 | file.sfi, 0, le))
    const [byte] = response.data
    if (isRead(response.sw) && byte !== undefined && file.begins(byte)) {
      access.shortIds = 'work'
      return ok(response)
    }
    // Where they work, there is no such file. Asking again could break a protected channel.
    if (access.shortIds === 'work' && response.sw === SW_FILE_NOT_FOUND) return cardError(file.step, response.sw)
  }
  const id = Uint8Array.of(file.id >> 8, file.id & 0xff)
  const found = await sender.send({ ins: 0xa4, p1: 0x02, p2: 0x04, data: id })
  if (found.sw !== SW_OK) return cardError(file.step, found.sw)
  const response = await sender.send(readAt(0, 0, le))
  if (!isRead(response.sw)) return cardError(file.step, response.sw)
  if (response.data.length > 0) access.shortIds = 'fail'
  return ok(response)
}
