import type { Logger } from 'pino'
import { stampOf } from '../../../basics/files.ts'
import { err } from '../../../contract/result.ts'
import { type Operator, type OperatorLine, operatorBy, operatorsIn } from '../../settings/operators.ts'
import { trustedIn, trustedText } from '../../settings/secret.ts'
import { CONFIG, Unusable } from '../../settings/unusable.ts'

/** Who may come in by the operators' door. */
export interface Operators {
  /** The operator whose token this is; null: nobody's. */
  of(token: string): Promise<Operator | null>
}

const SETTING = 'operator.tokens'

/**
 * Opens the file of operators (settings/operators.ts). The file is looked at on each call, so that a line counts as
 * soon as it is there, and no more when it is gone. A file that cannot be used is told once, and the one before counts.
 */
export async function openOperators(file: string, log: Logger): Promise<Operators> {
  let taken = await stampOf(file)
  let told: string | null = null
  const opened = operatorsIn(await trustedText(SETTING, file))
  if (!opened.ok) {
    const { line, reason } = opened.error
    throw new Unusable(CONFIG, `${SETTING}: ${file}, line ${line}: ${reason}`)
  }
  if (opened.value.length === 0) {
    throw new Unusable(CONFIG, `${SETTING}: ${file} names nobody: add an operator with gateway/operators.ts`)
  }
  let lines: readonly OperatorLine[] = opened.value

  async function look(): Promise<void> {
    const stamp = await stampOf(file)
    if (stamp === taken) return
    // SECURITY: as at the start: others who may write it would let themselves in.
    const text = await trustedIn(file).catch(() => err({ kind: 'unreadable' as const }))
    const next = text.ok ? operatorsIn(text.value) : text
    if (next.ok) {
      lines = next.value
      taken = stamp
      log.info({ kind: 'operators-taken', operators: lines.map(({ name }) => name) })
      return
    }
    if (stamp !== told) {
      const { kind: reason, ...at } = next.error
      log.error({ kind: 'operators-not-taken', reason, line: 'line' in at ? at.line : null })
    }
    told = stamp
  }

  return {
    async of(token) {
      await look()
      return operatorBy(lines, token)
    },
  }
}
