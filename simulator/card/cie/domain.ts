import { tlv } from '../tlv.ts'

export interface DhDomain {
  /** Big-endian, as the card gives them: p and g of 256 bytes, q of 32. */
  g: Uint8Array
  p: Uint8Array
  q: Uint8Array
}

/**
 * 2048 bits with a subgroup of prime order of 256, made for these cards (`openssl genpkey -genparam -algorithm DSA`).
 * Each family gives a group of its own, so this must be one that no terminal knows by heart.
 */
export const DH_DOMAIN: DhDomain = {
  p: hex(`
    eaf9ce873178b040917d72494b88c37081275cae979d1da3fb6b4d4db431830264cbde40113ae32e19099b7d4ce20e264f8500a3efcad244
    6c8abd93ff5e0502438c2bbc60323b148a597fff7c759f637103ab702994b07ba6dd433f3401f2908397e564cc9b184f5e818343996a1ade
    cddb4337357a025b271778d9c1b591937a5f5c6baf1eeb0fbc51bb2b9e684404060dbd98dfdad30206846aa7816bacba36cbd9336b37f33d
    1809220f61e09441d23dd1b7ad6e702b1f9f00efc80d809b0d8f74b33d301735b1f9ffd2f3a9da071dabbb666088f8e831625905737ffc27
    783e5a9798b587641d00c5268eb5b9df045c35a33ea7561a2c8bc1ef19c1917b`),
  g: hex(`
    0fd592ebb2854439471f4d9908dc8f805aba10e10f05887946ad028fe39b1129362d004900032e1a11e5c40abd6ef6d80e2d73e688862e35
    726b30e35452f8d25bd10f76551e593b218ad507c8650237a42871c01b63580b02aa65f46792ab0ef295214898be20aeb6fdc9de17381ab3
    9105b0b1fc6fd51820512fc589df8e09727c4bde264906967a53bf681c0c0ea332a31bcec6e111e71d2927a6f8ff66d8b2fb876cfd486b0d
    5295e009e1942d6d517ec8a6a06e5033a55882f2721e5b2d142d4a8e3c7192b5a44eae2d60039d883b664f9deff2898566dbe591677b3dfb
    48f4daf7e8bc37d068e497fd760f691de29f8d14f884e2f132b8fc286558aeef`),
  q: hex('a27cfe0a44ff219b74b675357af0f0a67e93c97a1dd9ee5db8f25ae2533e3c09'),
}

/** EF.DH: the group once more; EF.SOD holds its hash. The layout of real cards is not public. */
export const EF_DH: Uint8Array = tlv(0x30, ...[DH_DOMAIN.p, DH_DOMAIN.q, DH_DOMAIN.g].map(unsigned))

/** A DER INTEGER is signed. */
function unsigned(bytes: Uint8Array): Uint8Array {
  return (bytes[0] ?? 0) & 0x80 ? tlv(0x02, Uint8Array.of(0), bytes) : tlv(0x02, bytes)
}

function hex(text: string): Uint8Array {
  return Buffer.from(text.replace(/\s/g, ''), 'hex')
}
