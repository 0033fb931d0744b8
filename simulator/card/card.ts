import { type CieOptions, cieOf } from './cie/cie.ts'
import type { VirtualCie } from './cie/virtual-cie.ts'
import { type CnsOptions, cnsOf } from './cns.ts'
import type { VirtualCns } from './virtual-cns.ts'

interface Cards {
  cns: { card: VirtualCns; options: CnsOptions }
  cie: { card: VirtualCie; options: CieOptions }
}
export type CardKind = keyof Cards

const MAKERS: { [K in CardKind]: (id: string, pkiDir: string, options?: Cards[K]['options']) => Cards[K]['card'] } = {
  cns: cnsOf,
  cie: cieOf,
}

/** A synthetic person's card of one kind, with the keys and files that `makePki` made into `pkiDir`. */
export function virtualCard<K extends CardKind>(
  kind: K,
  personId: string,
  pkiDir: string,
  options?: Cards[K]['options'],
): Cards[K]['card'] {
  return MAKERS[kind](personId, pkiDir, options)
}
