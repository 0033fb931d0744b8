import type { CardFailure, CieReadout } from '../../../contract/device.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import type { Channel } from '../transport.ts'
import { type Access, cardError, File, isWhole, readObject, readStart, selectCie } from './application.ts'
import type { CieCard } from './login.ts'

const NIS_BYTES = 12
const NIS = /^\d{12}$/
/** Le=00 asks for all that a short APDU can bring. */
const STEP = 256

/** Reads what a CIE gives without its PIN: EF.ID_Servizi, EF.Int.Kpub, EF.SOD. `card-unknown`: the card is no CIE. */
export async function readCie(
  channel: Channel,
  atr: Uint8Array,
): Promise<Result<{ readout: CieReadout; card: CieCard }, CardFailure>> {
  if (!(await selectCie(channel, atr))) return err({ kind: 'card-unknown' })

  const access: Access = { shortIds: 'not-known' }
  const nisFile = await readStart(channel, access, File.nis, NIS_BYTES)
  if (!nisFile.ok) return nisFile
  const nis = Buffer.from(nisFile.value).toString('latin1')
  if (!NIS.test(nis)) return cardError('nis', null)

  const internalKey = await readObject(channel, access, File.internalKey, STEP)
  if (!internalKey.ok) return internalKey
  if (!isWhole(internalKey.value)) return cardError('internal-key', null)

  const sod = await readObject(channel, access, File.sod, STEP)
  if (!sod.ok) return sod
  if (!isWhole(sod.value)) return cardError('sod', null)

  const files = { internalKey: internalKey.value, sod: sod.value }
  return ok({
    readout: {
      card: 'cie',
      atr: Buffer.from(atr).toString('hex'),
      pinPad: false,
      nis,
      ...files,
      apdus: channel.apdus,
    },
    card: { atr, ...files, access, selected: true },
  })
}
