import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Agent, fetch } from 'undici'
import { DEFAULT_PIN } from '../../../simulator/card/cns.ts'
import { PKI } from '../pki.ts'

const ca = join(PKI, 'gateway-ca.pem')
const file = (name: string) => readFileSync(join(PKI, 'cards', name))

/** The same for a browser that reaches a door at `url`. */
export const shownAt = (url: string, certificate: string) => ({
  origin: `https://localhost:${new URL(url).port}`,
  cert: Buffer.from(new X509Certificate(file(`${certificate}.cert.der`)).toString()),
  key: file(`${certificate}.key.pem`),
})

/** A TLS client that shows this certificate of the PKI's cards, or none; answers where the door sends it. */
export const byFile =
  (certificate: string | null, key = certificate) =>
  async (url: string): Promise<string> => {
    const shown = certificate && {
      cert: new X509Certificate(file(`${certificate}.cert.der`)).toString(),
      key: file(`${key}.key.pem`),
    }
    const dispatcher = new Agent({ connect: { ca: readFileSync(ca), ...shown } })
    try {
      const answer = await fetch(url, { redirect: 'manual', dispatcher })
      await answer.arrayBuffer()
      return answer.headers.get('location') ?? ''
    } finally {
      await dispatcher.close()
    }
  }

/** curl, whose OpenSSL has the private-key operation done by the card in pcscd's reader, through OpenSC's PKCS#11. */
export const byCard =
  (socket: string) =>
  async (url: string): Promise<string> => {
    const engine = ['--engine', 'pkcs11', '--key-type', 'ENG', '--cert-type', 'ENG', '--cert', 'pkcs11:type=cert']
    const key = ['--key', `pkcs11:type=private;pin-value=${DEFAULT_PIN}`]
    const asked = ['-sS', '--cacert', ca, ...engine, ...key, '-o', '/dev/null', '-w', '%{redirect_url}', url]
    const env = { ...process.env, PCSCLITE_CSOCK_NAME: socket }
    return (await promisify(execFile)('curl', asked, { env, timeout: 30_000 })).stdout
  }
