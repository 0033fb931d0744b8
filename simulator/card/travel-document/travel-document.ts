import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { holderById } from '../../population/holders.ts'
import { canOf } from '../cie/identity.ts'
import { type TravelDocumentOptions, VirtualTravelDocument } from './virtual-travel-document.ts'

/** Documents that `makePki` leaves beside the good one (for anna-bianchi and mario-rossi). */
export const TRAVEL_DOCUMENT_VARIANTS = ['pss', 'expired', 'born-abroad', 'foreign', 'altered'] as const

export interface PersonsTravelDocumentOptions extends Pick<TravelDocumentOptions, 'paceInfos' | 'faults'> {
  can?: string
  variant?: (typeof TRAVEL_DOCUMENT_VARIANTS)[number]
}

/** The travel document of a synthetic person, with the files that `makePki` made into `pkiDir`. */
export function travelDocumentOf(
  personId: string,
  pkiDir: string,
  { can = canOf(holderById(personId)), variant, ...more }: PersonsTravelDocumentOptions = {},
): VirtualTravelDocument {
  const base = join(pkiDir, 'cie/cards', `${personId}${variant ? `.${variant}` : ''}.travel`)
  const file = (name: string) => readFileSync(`${base}.${name}.bin`)
  return new VirtualTravelDocument({ can, dg1: file('dg1'), dg11: file('dg11'), sod: file('sod'), ...more })
}
