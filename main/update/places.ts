import { dirname, join } from 'node:path'

/**
 * Where a machine keeps its programs. The box is the totem's: what it fetched, and its order. The releases belong to a user
 * of their own, so that whoever takes over the totem's program can put none of their own in its place.
 */
export interface Places {
  /** Fetched files (`ready/NUMBER`), the signed list, `order.json`. */
  box: string
  /** Unpacked programs by their number, and by links which of them runs (main/update/programs.ts). */
  releases: string
  /** The program that the package brought. */
  base: string
}

export const PLACES: Places = {
  box: '/var/lib/totem-polis-update',
  releases: '/var/lib/totem-polis-releases',
  base: '/usr/lib/totem-polis',
}

/** Names whose release key counts and which kind of machine this is. Root's alone: the totem writes its own provisioning. */
export const MACHINE_FILE = '/etc/totem-polis-update.json'

/** In a program's folder: its number. `npm run package -- --release NUMBER` writes it; without it there is none, and it is 0. */
export const NUMBER_FILE = 'RELEASE'

/** The folder of the program that runs this. */
export const ownFolder = (): string => dirname(process.execPath)

export const readyFile = ({ box }: Places, number: number): string => join(box, 'ready', String(number))
export const listFile = ({ box }: Places): string => join(box, 'releases.jws')
