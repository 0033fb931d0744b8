import { execFileSync } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const STUB = '/usr/lib/systemd/boot/efi/linuxx64.efi.stub'
const PAGE = 0x1000

export interface Uki {
  version: string
  commandLine: string
  kernel: string
  initrd: string
  /** Folder for its parts. */
  work: string
  out: string
}

/**
 * Kernel, initrd and command line as one program of the firmware (Unified Kernel Image), so that one signature would vouch
 * for all three. Debian 12 has no ukify: the parts are sections behind systemd's stub.
 */
export function makeUki({ version, commandLine, kernel, initrd, work, out }: Uki): void {
  const release = path.join(work, 'os-release')
  const words = path.join(work, 'command-line')
  writeFileSync(
    release,
    `ID=totem-polis\nNAME="Totem Polis"\nPRETTY_NAME="Totem Polis ${version}"\nVERSION_ID=${version}\nIMAGE_ID=totem-polis\nIMAGE_VERSION=${version}\n`,
  )
  writeFileSync(words, commandLine)
  let at = pageAfter(endOf(STUB))
  const sections = { '.osrel': release, '.cmdline': words, '.linux': kernel, '.initrd': initrd }
  const added = Object.entries(sections).flatMap(([name, file]) => {
    const args = ['--add-section', `${name}=${file}`, '--change-section-vma', `${name}=0x${at.toString(16)}`]
    at = pageAfter(at + statSync(file).size)
    return args
  })
  execFileSync('objcopy', [...added, STUB, out])
}

const pageAfter = (address: number) => Math.ceil(address / PAGE) * PAGE

/** Where the last section of a program ends in memory. */
function endOf(program: string): number {
  const lines = execFileSync('objdump', ['--section-headers', program], { encoding: 'utf8' }).split('\n')
  const ends = lines.flatMap((line) => {
    const [, size, address] = /^\s*\d+\s+\.\S+\s+([0-9a-f]+)\s+([0-9a-f]+)/.exec(line) ?? []
    return size && address ? [Number.parseInt(size, 16) + Number.parseInt(address, 16)] : []
  })
  return Math.max(...ends)
}
