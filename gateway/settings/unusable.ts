import { mkdir, opendir, readFile } from 'node:fs/promises'

/**
 * sysexits(3): a named file cannot be read (66) or made (73); the trouble may pass (75); a file is not what it should
 * be (78); anything else is a bug of the program (70).
 */
export const NO_INPUT = 66
const SOFTWARE = 70
const CANT_CREATE = 73
export const [TEMPORARY, CONFIG] = [75, 78]

/**
 * Trouble that keeps a gateway from starting and that its operator can put right: one line for them, and an exit code.
 */
export class Unusable extends Error {
  exitCode: number

  constructor(exitCode: number, sentence: string) {
    super(sentence)
    this.exitCode = exitCode
  }
}

const codeOf = (reason: unknown) => (reason as NodeJS.ErrnoException).code

/** For a file or folder that `setting` names and that cannot be read; to be thrown. */
export function unreadable(setting: string, path: string, reason: unknown, what = 'file'): Unusable {
  const trouble = codeOf(reason) === 'ENOENT' ? `there is no ${path}` : `${path} cannot be read (${codeOf(reason)})`
  return new Unusable(NO_INPUT, `${setting}: ${trouble}: name a ${what} that the gateway's user may read`)
}

export function notMade(setting: string, path: string, reason: unknown): Unusable {
  const sentence = `${path} cannot be made (${codeOf(reason)}): name a place where the gateway's user may write`
  return new Unusable(CANT_CREATE, `${setting}: ${sentence}`)
}

/** The text of the file that `setting` names. */
export const textOf = (setting: string, path: string): Promise<string> =>
  readFile(path, 'utf8').catch((reason) => {
    throw unreadable(setting, path, reason)
  })

export async function jsonIn(setting: string, path: string): Promise<unknown> {
  const text = await textOf(setting, path)
  try {
    return JSON.parse(text)
  } catch {
    // The message of JSON.parse quotes the file, which may be a key that was named by mistake.
    throw new Unusable(CONFIG, `${setting}: ${path} is not JSON: gateway/settings/config.ts says what stands in it`)
  }
}

export async function folderThere(setting: string, path: string): Promise<void> {
  try {
    await (await opendir(path)).close()
  } catch (reason) {
    throw unreadable(setting, path, reason, 'folder')
  }
}

export async function folderMade(setting: string, path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((reason) => {
    throw notMade(setting, path, reason)
  })
}

/** For a failure that nobody has foreseen: its kind and its place, in one line. Its text may quote a secret. */
export function bug(reason: unknown): Unusable {
  const { name = 'unknown', code, stack = '' } = reason as { name?: string; code?: unknown; stack?: string }
  const place = stack.split('\n').find((line) => /^\s+at .*gateway\//.test(line) && !line.includes('node_modules'))
  const said = [name, typeof code === 'string' ? `(${code})` : '', place?.trim() ?? ''].filter(Boolean).join(' ')
  return new Unusable(SOFTWARE, `a bug stopped this program: ${said}`)
}
