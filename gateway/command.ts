import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { bug, Unusable } from './settings/unusable.ts'

/** sysexits(3): the command line cannot be understood. */
export const USAGE = 64

/** The arguments of an operator's program; whatever does not fit is answered with `help`. */
export function argumentsOf<O extends ParseArgsOptionsConfig>(help: string, options: O) {
  try {
    return parseArgs({ options, allowPositionals: true })
  } catch {
    throw new Unusable(USAGE, help)
  }
}

/** Runs an operator's program: what keeps it from its work is said in one line, with an exit code of its own. */
export async function runProgram(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (reason) {
    const { message, exitCode } = reason instanceof Unusable ? reason : bug(reason)
    console.error(message)
    process.exitCode = exitCode
  }
}
