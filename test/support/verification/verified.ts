import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The verdict of `totem verify` on the code that zbarimg reads on a sheet's picture. `pki`: the bench's keys. */
export async function verified(pki: string, sheet: { path: string }) {
  const { stdout: code } = await run('zbarimg', ['-q', '--raw', sheet.path])
  const file = (name: string) => path.join(pki, name)
  const keys = ['--keys', file('verification-keys.jws'), '--keys-signer', file('verification-keys.pub.jwk.json')]
  const { stdout } = await run(process.execPath, [...['commands/index.ts', 'verify', code.trim(), '--json', ...keys]])
  return JSON.parse(stdout)
}
