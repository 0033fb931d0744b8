import type { IdentityDocument } from '../../../contract/console/counter.ts'

/**
 * What stands for a citizen's own card at a counter: who has looked at which document. Of its number there is a keyed hash, and
 * the last three characters, by which the person knows it again.
 */
export interface OperatorEvidence {
  by: 'operator'
  inPerson: true
  /** The handshake of the operator's card. */
  shakenAt: string
  document: Omit<IdentityDocument, 'number'> & { reference: string; last: string }
}
