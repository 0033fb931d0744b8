import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { operatorName } from '../../contract/caller.ts'
import { err, ok, type Result } from '../../contract/result.ts'

/**
 * What an operator may do: `metrics` reads /metrics, `read` also sees operations, totems and sync logs, `write` also
 * changes what the gateway does.
 */
export const ROLES = ['metrics', 'read', 'write'] as const
export type Role = (typeof ROLES)[number]

export interface Operator {
  name: string
  role: Role
}

/** A line of the file: the token itself is nowhere but with its operator. */
export interface OperatorLine extends Operator {
  /** SHA-256 of the token, hexadecimal, as sha256sum(1) prints it. */
  sha256: string
}

const TOKEN_BYTES = 32
/** 32 bytes or more in base64url. A shorter one was not made by `gateway/operators.ts`, and may be guessed. */
const TOKEN = /^[\w-]{43,200}$/

export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url')

export const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/** The operator whose token this is. Every line is compared, each in the same time. */
export function operatorBy(lines: readonly OperatorLine[], token: string): Operator | null {
  const given = digestOf(token)
  let found: Operator | null = null
  for (const { sha256, ...operator } of lines) if (timingSafeEqual(Buffer.from(sha256, 'hex'), given)) found = operator
  return TOKEN.test(token) ? found : null
}

/** Which line does not say an operator, and why not; the message quotes nothing. */
export interface WrongLine {
  kind: 'operators-malformed'
  line: number
  reason: string
}

/**
 * Reads the file of operators: in each line a name, a role and the SHA-256 of a token, with blanks between. A line that
 * is empty or begins with `#` says nothing.
 */
export function operatorsIn(text: string): Result<OperatorLine[], WrongLine> {
  const lines: OperatorLine[] = []
  for (const [index, said] of text.split('\n').entries()) {
    const words = said.trim().split(/\s+/)
    if (words[0] === '' || words[0]?.startsWith('#')) continue
    const line = lineOf(words)
    const reason = typeof line === 'string' ? line : clash(lines, line)
    if (reason !== null) return err({ kind: 'operators-malformed', line: index + 1, reason })
    if (typeof line !== 'string') lines.push(line)
  }
  return ok(lines)
}

function lineOf([name = '', given, sha256 = '', ...more]: string[]): OperatorLine | string {
  const role = ROLES.find((each) => each === given)
  if (!operatorName.safeParse(name).success) return 'a name has up to 64 letters, digits, dots, hyphens or underscores'
  if (role === undefined) return `a role is one of ${ROLES.join(', ')}`
  if (!/^[0-9a-f]{64}$/i.test(sha256) || more.length > 0) return 'a name, a role and 64 hexadecimal digits make a line'
  return { name, role, sha256: sha256.toLowerCase() }
}

function clash(lines: readonly OperatorLine[], { name, sha256 }: OperatorLine): string | null {
  if (lines.some((line) => line.name === name)) return 'an operator has one line'
  // The log would not know which of the two it was.
  return lines.some((line) => line.sha256 === sha256) ? 'each operator has a token of their own' : null
}

export const textOfLine = ({ name, role, sha256 }: OperatorLine): string => `${name} ${role} ${sha256}`
