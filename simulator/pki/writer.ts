import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { X509Certificate } from '@peculiar/x509'
import { type Authority, privateKeyPem } from './issue.ts'

export type Writer = ReturnType<typeof writerInto>

/**
 * Writes the files of a PKI folder, each once; names are relative to `dir`. Only their owner may read keys and secrets.
 */
export function writerInto(dir: string) {
  const plain = (name: string, content: string | Uint8Array) => writeFile(join(dir, name), content, { flag: 'wx' })
  const secret = (name: string, content: string | Uint8Array) =>
    writeFile(join(dir, name), content, { flag: 'wx', mode: 0o600 })
  const certificate = (name: string, made: X509Certificate) => plain(name, `${made.toString('pem')}\n`)
  const key = async (name: string, keys: CryptoKeyPair) => secret(name, await privateKeyPem(keys))
  return {
    plain,
    secret,
    certificate,
    key,
    der: (name: string, made: X509Certificate) => plain(name, new Uint8Array(made.rawData)),
    /** Writes `<name>.pem` and `<name>.key.pem`; answers its argument. */
    authority: async (name: string, made: Authority) => {
      await certificate(`${name}.pem`, made.certificate)
      await key(`${name}.key.pem`, made.keys)
      return made
    },
  }
}
