import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

export interface ChildOptions {
  env?: Record<string, string>
  /** File that gets all its output on stderr. */
  log: string
}

/** Starts a child that dies with this process, however that ends. Its first line on stdout says that it is ready. */
export async function startChild(
  command: string,
  args: readonly string[],
  { env = {}, log }: ChildOptions,
): Promise<{ child: ChildProcess; firstLine: string }> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stderr.pipe(createWriteStream(log, { flags: 'a', mode: 0o600 }))
  const complaints: string[] = []
  createInterface(child.stderr).on('line', (line) => complaints.push(line))
  const [firstLine] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'close').then(([code, signal]) => {
      throw new Error(`${command} ${args.join(' ')} ended (${code ?? signal}):\n${complaints.slice(-20).join('\n')}`)
    }),
  ])) as [string]
  complaints.length = 0
  return { child, firstLine }
}

/** Ends a child and waits until it is gone; SIGKILL after `graceMs`. */
export async function endChild(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGTERM',
  graceMs = 5_000,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  const harder = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await gone
  clearTimeout(harder)
}

interface ProcessEntry {
  pid: number
  parent: number
  commandLine: string[]
}

/** A process's descendants, as /proc has them now. */
export function descendants(of: number): ProcessEntry[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => entry(Number(name)))
  const found: ProcessEntry[] = []
  for (const parents = [of]; parents.length > 0; ) {
    const parent = parents.pop()
    for (const child of all) {
      if (child.parent !== parent) continue
      found.push(child)
      parents.push(child.pid)
    }
  }
  return found
}

function entry(pid: number): ProcessEntry[] {
  try {
    // `pid (name) state ppid …`: the name may hold any character, so the fields are counted from its closing bracket.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    // Chromium's children rewrite their command line, with spaces instead of zeros.
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split(/[\0 ]+/)
    return [{ pid, parent, commandLine }]
  } catch {
    return []
  }
}
