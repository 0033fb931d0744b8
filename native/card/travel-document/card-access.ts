import { readTlv, readTlvs } from '../tlv.ts'

/** id-PACE-DH-GM-3DES-CBC-CBC, 0.4.0.127.0.7.2.2.4.1.1, which every CIE seen offers. The value of its DER. */
export const PACE_DH_GM_3DES = Uint8Array.of(0x04, 0x00, 0x7f, 0x00, 0x07, 0x02, 0x02, 0x04, 0x01, 0x01)
const VERSION = 2
/** Number of the standardised domain parameters in `group.ts`. */
export const PARAMETER_ID = 2

const SET = 0x31
const SEQUENCE = 0x30
const OBJECT_IDENTIFIER = 0x06
const INTEGER = 0x02

/**
 * How to ask for PACE by EF.CardAccess, a SET of SecurityInfo (ICAO 9303-11 §9.2.1) that may list other protocols too.
 * Null: it offers nothing that the totem supports. `named`: it offers the protocol with several parameters, so the
 * totem names its own.
 */
export function choosePace(cardAccess: Uint8Array): { named: boolean } | null {
  const set = readTlv(cardAccess)
  const infos = set?.tag === SET ? readTlvs(set.value) : null
  const ours = (infos ?? []).flatMap(({ tag, value }) => {
    const fields = tag === SEQUENCE ? readTlvs(value) : null
    const [protocol, version, parameter] = fields ?? []
    if (protocol?.tag !== OBJECT_IDENTIFIER || !Buffer.from(PACE_DH_GM_3DES).equals(protocol.value)) return []
    return [isInteger(version, VERSION) && isInteger(parameter, PARAMETER_ID)]
  })
  return ours.includes(true) ? { named: ours.length > 1 } : null
}

const isInteger = (field: { tag: number; value: Uint8Array } | undefined, value: number) =>
  field?.tag === INTEGER && field.value.length === 1 && field.value[0] === value
