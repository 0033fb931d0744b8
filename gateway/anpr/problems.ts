import type { Problem } from '../../contract/gateway.ts'
import type { AnprFailure } from './client.ts'

/** ANPR's failures as the totem hears them; its own code goes along for the ufficio anagrafe. */
export function problemOf(failure: AnprFailure): Problem {
  if (failure.kind === 'anpr-unavailable') return { kind: 'anpr-unavailable', anpr: null }
  switch (failure.code) {
    // "La richiesta effettuata non produce alcun risultato".
    case 'EN122':
      return { kind: 'person-not-found', anpr: failure.code }
    // The requester must belong to the subject's famiglia anagrafica.
    case 'EN169':
      return { kind: 'not-in-family', anpr: failure.code }
    default:
      return { kind: 'certificate-not-issuable', anpr: failure.code }
  }
}
