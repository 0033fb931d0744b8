import { writeFileSync } from 'node:fs'
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { CALLED } from './packaged.ts'

/** sysexits(3): the command line cannot be understood. */
export const USAGE = 64
/** sysexits(3): no such file; a file could not be made; try again later; a named file has the wrong content. */
export const [NO_INPUT, CANT_CREATE, TEMPORARY, CONFIG] = [66, 73, 75, 78]

/** Ends a command with its exit code, a sentence for people and an answer for `--json`. */
export class Failure extends Error {
  exitCode: number
  answer: { kind: string }

  constructor(exitCode: number, answer: { kind: string }, sentence: string) {
    super(sentence)
    this.exitCode = exitCode
    this.answer = answer
  }
}

/** The whole help when nothing is wrong; otherwise what is, in one line, and where the help is. */
export function usage(help: string, wrong = ''): never {
  const [, word = ''] = /^totem( \w+)?/.exec(help) ?? []
  throw new Failure(USAGE, { kind: 'usage' }, wrong ? `${wrong} (${CALLED}${word} --help shows the options)` : help)
}

/** The complaint about an unknown word after a command; empty when the word is missing or asks for help. */
export const noSuch = (command: string, word: string): string =>
  ['', '--help'].includes(word) ? '' : `no such command: ${command} ${word}`

/** The options of a command. `--help`, an unknown option or an extra word ends it with its help. */
export function options<T extends ParseArgsOptionsConfig>(help: string, args: string[], config: T) {
  if (args.includes('--help')) usage(help)
  try {
    return parseArgs({ args, options: config, allowPositionals: false }).values
  } catch (reason) {
    return usage(help, reason instanceof Error ? reason.message : '')
  }
}

/** A TCP port; 0 takes a free one. */
export function portOf(help: string, option: string, given: string): number {
  const port = Number(given)
  return Number.isInteger(port) && port >= 0 && port <= 65_535 ? port : usage(help, `${option} is a TCP port`)
}

export function oneOf<T extends string>(
  help: string,
  option: string,
  given: string | undefined,
  known: readonly T[],
): T {
  const found = known.find((value) => value === given)
  return found ?? usage(help, `${option} is one of: ${known.join(', ')}`)
}

/** The value of an option without which the command does nothing. */
export const needed = (help: string, option: string, given: string | undefined): string =>
  given ?? usage(help, `${option} is needed`)

/** Why a file or folder was not made. */
export function notMade(path: string, { code }: NodeJS.ErrnoException): Failure {
  const why = code === 'EEXIST' ? 'is there already, and nothing is overwritten' : `cannot be made (${code})`
  return new Failure(CANT_CREATE, { kind: 'file-not-made' }, `${path} ${why}`)
}

/** Writes a file that is not there yet; ends the command where it is, or cannot be made. */
export function putNew(path: string, content: string, mode = 0o644): void {
  try {
    writeFileSync(path, content, { flag: 'wx', mode })
  } catch (reason) {
    throw notMade(path, reason as NodeJS.ErrnoException)
  }
}

/** Exit codes as a help text lists them, in lines of 120 columns. */
export function exitCodes(codes: Record<string, number>): string {
  const lines: string[] = []
  for (const code of Object.entries(codes).map(([kind, number]) => `${number} ${kind}`)) {
    const last = lines.pop()
    if (last === undefined) lines.push(code)
    else if (last.length + code.length < 117) lines.push(`${last}, ${code}`)
    else lines.push(`${last},`, code)
  }
  return lines.join('\n')
}
