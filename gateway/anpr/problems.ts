import { refusalOf } from '../../catalogue/anpr-codes.ts'
import type { Problem } from '../../contract/gateway.ts'
import type { AnprFailure } from './client.ts'

/** ANPR's failures as the totem hears them. ANPR's own code goes along, for the ufficio anagrafe. */
export const problemOf = (failure: AnprFailure): Problem =>
  failure.kind === 'anpr-unavailable'
    ? { kind: 'anpr-unavailable', anpr: null }
    : { kind: refusalOf(failure.code).kind, anpr: failure.code }
