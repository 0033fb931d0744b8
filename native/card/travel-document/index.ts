import type { CardFailure, TravelDocument } from '../../../contract/device.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { type Command, hexSw, type Response, readBinary, SW_OK } from '../apdu.ts'
import { MAX_PROTECTED, overSecureMessaging, type SecureChannel } from '../secure-messaging.ts'
import { readTlv, tlvLength } from '../tlv.ts'
import type { Channel } from '../transport.ts'
import { choosePace } from './card-access.ts'
import { establishPace } from './pace.ts'

const APPLICATION = Uint8Array.of(0xa0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01)

interface File {
  fid: number
  /** Tag of the single object that it holds. */
  tag: number
  /** Name of the file in a failure. */
  step: string
}
// EF.CardAccess: ICAO 9303-11 §9.2; the other files: ICAO 9303-10.
const EF_CARD_ACCESS: File = { fid: 0x011c, tag: 0x31, step: 'card-access' }
const DG1: File = { fid: 0x0101, tag: 0x61, step: 'dg1' }
const DG11: File = { fid: 0x010b, tag: 0x6b, step: 'dg11' }
const SOD: File = { fid: 0x011d, tag: 0x77, step: 'travel-document-sod' }

/** Far more than any of them has (a SOD: 2 to 4 kB), so that a hostile card cannot keep the totem reading. */
const MAX_FILE_BYTES = 16_384

/**
 * Reads the travel document of a CIE by the CAN, six digits on its front (ICAO 9303-11). The files are untrusted: main
 * verifies their signature. `card-unknown`: no EF.CardAccess, so no travel document. The caller resets the card, which
 * begins no second PACE without a reset.
 */
export async function readTravelDocument(channel: Channel, can: string): Promise<Result<TravelDocument, CardFailure>> {
  const before = channel.apdus
  const cardAccess = await readCardAccess(channel)
  if (!cardAccess.ok) return cardAccess
  const pace = choosePace(cardAccess.value)
  if (!pace) return err({ kind: 'card-error', step: 'pace-unsupported', sw: null })
  const secure = await overSecureMessaging(() => establishPace(channel, can, pace))
  if (!secure.ok) return secure
  try {
    const files = await overSecureMessaging(() => readFiles(secure.value))
    return files.ok ? ok({ ...files.value, apdus: channel.apdus - before }) : files
  } finally {
    secure.value.wipe()
  }
}

async function readCardAccess(channel: Channel): Promise<Result<Uint8Array, CardFailure>> {
  const file = await readFile(channel, EF_CARD_ACCESS, 256)
  if (file.ok || !isNotFound(file.error)) return file
  // EF.CardAccess lies under the MF, and another application may still be selected.
  await channel.send({ ins: 0xa4, p1: 0x00, p2: 0x0c, data: Uint8Array.of(0x3f, 0x00) })
  const again = await readFile(channel, EF_CARD_ACCESS, 256)
  return again.ok || !isNotFound(again.error) ? again : err({ kind: 'card-unknown' })
}

const isNotFound = (failure: CardFailure) => failure.kind === 'card-error' && failure.sw === '6A82'

async function readFiles(channel: SecureChannel): Promise<Result<Omit<TravelDocument, 'apdus'>, CardFailure>> {
  const selected = await channel.send({ ins: 0xa4, p1: 0x04, p2: 0x0c, data: APPLICATION })
  if (selected.sw !== SW_OK) return cardError('select-travel-document', selected.sw)
  const dg1 = await readFile(channel, DG1, MAX_PROTECTED)
  if (!dg1.ok) return dg1
  const dg11 = await readFile(channel, DG11, MAX_PROTECTED)
  if (!dg11.ok) return dg11
  const sod = await readFile(channel, SOD, MAX_PROTECTED)
  if (!sod.ok) return sod
  return ok({ dg1: dg1.value, dg11: dg11.value, sod: sod.value })
}

interface Sender {
  send(command: Command): Promise<Response>
}

/** A file that holds one object, cut at the object's length. Each read asks for at most `most` bytes. */
async function readFile(
  channel: Sender,
  { fid, tag, step }: File,
  most: number,
): Promise<Result<Uint8Array, CardFailure>> {
  const data = Uint8Array.of(fid >> 8, fid & 0xff)
  const selected = await channel.send({ ins: 0xa4, p1: 0x02, p2: 0x0c, data })
  if (selected.sw !== SW_OK) return cardError(step, selected.sw)
  let file: Uint8Array = new Uint8Array()
  // The first piece tells how much is still to be read.
  for (let wanted = most; wanted > 0; wanted = Math.min(most, (tlvLength(file) ?? 0) - file.length)) {
    const { data: piece, sw } = await channel.send(readBinary(file.length, wanted))
    // 6282: the file ends here.
    if (sw !== SW_OK && sw !== 0x6282) return cardError(step, sw)
    if (piece.length === 0 || file.length + piece.length > MAX_FILE_BYTES) return cardError(step, null)
    file = Buffer.concat([file, piece])
  }
  const object = readTlv(file)
  return object?.tag === tag ? ok(file.subarray(0, object.end)) : cardError(step, null)
}

const cardError = (step: string, sw: number | null): Result<never, CardFailure> =>
  err({ kind: 'card-error', step, sw: sw === null ? null : hexSw(sw) })
