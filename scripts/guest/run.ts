import type { JWK } from 'jose'
import type { Release } from '../../contract/release.ts'
import type { System } from '../image/system.ts'

/** What the other parts begin with. */
export interface Built {
  program: string
  thirdParty: string
  /** Signs releases for these machines. */
  releaseKey: JWK
  /** A root as it was laid out. */
  root: string
  good: System
  /** Later ones, as totems in service take them: one that is good, and one that never comes to its first screen. */
  later: Later
  broken: Later
}

export interface Later {
  system: Pick<System, 'version' | 'rootHash'>
  bundle: string
  listed: Release
}

export interface Run {
  built: Built
  /** Folder for disks. */
  cache: string
  out: string
  /** What was seen, with its time; false ends the run with 1. */
  saw(what: string, good: boolean, detail?: string): void
}
