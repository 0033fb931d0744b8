import { z } from 'zod'
import { evidenceRefusals } from './evidence.ts'
import { issueRefusal } from './issue-refusal.ts'

/**
 * Why a card or its holder was turned away. Each reason has its own text: what to do now, what is safe, what happened.
 */
export const refusal = z.enum([
  ...evidenceRefusals,
  'card-unknown',
  'card-unsupported',
  'card-superseded',
  'card-mute',
  'card-removed',
  'card-error',
  'card-busy',
  /** The reader, or the process that drives it, is gone for the moment. */
  'reader-unavailable',
  /** The same while the PIN was on its way: the try may have counted. */
  'login-interrupted',
  'no-certificate',
  'certificate-truncated',
  'codice-fiscale-differs',
  'card-cloned',
  /** EF.SOD: its signature, its signer or the hash of a file is wrong. */
  'card-altered',
  'secure-messaging-failed',
  'reader-not-capable',
  'cie-unavailable',
  /** The totem's own clock is wrong, so that it cannot judge any card. */
  'clock-wrong',
  'pin-blocked',
  'pin-not-active',
  'pin-not-entered',
  /** Three times in one visit. */
  'wrong-can',
  'person-not-found',
  'not-in-family',
  ...issueRefusal.options,
  /** The mark has paid for another certificate. */
  'contrassegno-used',
  /** One log-in asks for so much and no more, and for nothing twice. */
  'evidence-spent',
  'visura-refused',
  'certificate-unprintable',
  'anpr-unreadable',
  'anpr-other-person',
  'session-refused',
])
export type Refusal = z.infer<typeof refusal>
