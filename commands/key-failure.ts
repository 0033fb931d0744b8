import { explain } from '../main/keys/explain.ts'
import type { KeyFailure } from '../main/keys/failure.ts'
import type { TpmFailure } from '../main/keys/tpm.ts'
import { CONFIG, Failure, TEMPORARY } from './command.ts'

/** A key does not lie on the disk as the configuration says. */
export const UNPROTECTED = 20
/** The keys are another machine's, or another system was booted. */
export const OTHER_MACHINE = 21

/** What ends a command whose totem's keys cannot be used. */
export const keyFailed = (failure: KeyFailure | TpmFailure): Failure =>
  new Failure(exitCodeOf(failure), { kind: failure.kind }, explain(failure))

/** The exit code for keys that cannot be used. */
export function exitCodeOf({ kind }: KeyFailure | TpmFailure): number {
  switch (kind) {
    case 'tpm-other':
    case 'tpm-policy':
      return OTHER_MACHINE
    case 'tpm-busy':
    case 'tpm-timeout':
      return TEMPORARY
    case 'key-not-wrapped':
    case 'key-open-to-others':
      return UNPROTECTED
    default:
      return CONFIG
  }
}
