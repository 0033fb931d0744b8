import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, linkSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Release } from '../../contract/release.ts'
import type { System } from './system.ts'

/** The root is compressed already; zstd's quickest takes what is left. */
const SQUASHFS = '-comp zstd -Xcompression-level 1 -no-progress -all-time 0 -mkfs-time 0'

export interface BundleOptions {
  system: System
  /** Kind of machine that it is for. */
  compatible: string
  /** Of who signs systems: a certificate (PEM), and its key (PEM or a PKCS#11 URI). */
  signer: { certificate: string; key: string }
  work: string
  out: string
}

/** A system as a totem in service takes it: a RAUC bundle. Answers what the list of releases says of it. */
export async function makeBundle({ system, compatible, signer, work, out }: BundleOptions): Promise<Release> {
  const { version, root, tree, uki } = system
  rmSync(work, { recursive: true, force: true })
  rmSync(out, { force: true })
  mkdirSync(work, { recursive: true })
  // RAUC reads of a name's end how it is written: as it is.
  for (const [from, name] of [
    [root, 'system.img'],
    [tree, 'hashes.img'],
    [uki, `totem-polis_${version}.efi`],
  ] as const)
    linkSync(from, path.join(work, name))
  const images = ['system', 'hashes'].map((name) => `[image.${name}]\nfilename=${name}.img\n`).join('\n')
  writeFileSync(
    path.join(work, 'manifest.raucm'),
    `[update]\ncompatible=${compatible}\nversion=${version}\n\n[bundle]\nformat=verity\n\n${images}`,
  )
  const signed = [`--cert=${signer.certificate}`, `--key=${signer.key}`]
  execFileSync('rauc', ['bundle', ...signed, `--mksquashfs-args=${SQUASHFS}`, work, out], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  rmSync(work, { recursive: true })
  const digest = createHash('sha256')
  await pipeline(createReadStream(out), digest)
  const number = Number(version)
  return {
    ...{ number, kind: 'system', version: `${number}.0.0`, compatible, over: 0 },
    ...{ sha256: digest.digest('hex'), bytes: statSync(out).size },
  }
}
