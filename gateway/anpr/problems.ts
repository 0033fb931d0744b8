import { refusalOf } from '../../catalogue/anpr-codes.ts'
import type { Problem } from '../../contract/gateway.ts'
import type { AnprFailure } from './answers.ts'

/** ANPR's failures as the totem hears them. ANPR's own code goes along, for the ufficio anagrafe. */
export const problemOf = (failure: AnprFailure): Problem =>
  failure.kind === 'anpr-refused'
    ? { kind: refusalOf(failure.code).kind, anpr: failure.code }
    : { kind: failure.kind, anpr: null }
