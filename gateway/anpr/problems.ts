import { refusalOf } from '../../catalogue/anpr-codes.ts'
import type { Problem } from '../../contract/gateway.ts'
import type { AnprFailure } from './answers.ts'

/** ANPR's failures as the totem hears them. ANPR's own code goes along, for the ufficio anagrafe. */
export function problemOf(failure: AnprFailure): Problem {
  switch (failure.kind) {
    case 'anpr-refused':
      return { kind: refusalOf(failure.code).kind, anpr: failure.code }
    case 'anpr-unreadable':
    case 'anpr-other-person':
      return { kind: failure.kind, anpr: null }
    // To the citizen it is all one who is in the way; the log and the access log tell.
    case 'anpr-unavailable':
    case 'anpr-busy':
    case 'anpr-closed':
    case 'anpr-misconfigured':
    case 'anpr-question-wrong':
      return { kind: 'anpr-unavailable', anpr: null }
  }
}
