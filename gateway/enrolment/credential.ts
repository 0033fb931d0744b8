import { constants, createCipheriv, createHmac, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto'

const SEED_BYTES = 32

/**
 * Makes a secret that only one TPM opens, and only for one of its objects: TPM2_MakeCredential (TPM 2.0 Library, part 1,
 * 24 "Credential protection") for an RSA endorsement key of the default template (SHA-256, AES-128 CFB). `name`: what the
 * TPM calls the object. Both answers are what tpm2_activatecredential takes, without its file header.
 */
export function makeCredential(
  { ek, name }: { ek: KeyObject; name: Buffer },
  secret: Buffer,
): { blob: Buffer; secret: Buffer } {
  const seed = randomBytes(SEED_BYTES)
  const wrapped = publicEncrypt(
    {
      key: ek,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
      // The label has its final zero (part 1, annex B.4).
      oaepLabel: Buffer.from('IDENTITY\0'),
    },
    seed,
  )
  const cipher = createCipheriv('aes-128-cfb', derived(seed, 'STORAGE', name, 16), Buffer.alloc(16))
  const identity = Buffer.concat([cipher.update(sized(secret)), cipher.final()])
  const seal = createHmac('sha256', derived(seed, 'INTEGRITY', Buffer.alloc(0), 32))
    .update(identity)
    .update(name)
    .digest()
  return { blob: Buffer.concat([sized(seal), identity]), secret: wrapped }
}

function sized(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** KDFa (part 1, 11.4.10.2): SP 800-108 in counter mode; one round is enough for 32 bytes. */
function derived(key: Buffer, label: string, context: Buffer, bytes: number): Buffer {
  const [counter, bits] = [Buffer.alloc(4), Buffer.alloc(4)]
  counter.writeUInt32BE(1)
  bits.writeUInt32BE(8 * bytes)
  return createHmac('sha256', key)
    .update(counter)
    .update(`${label}\0`)
    .update(context)
    .update(bits)
    .digest()
    .subarray(0, bytes)
}
