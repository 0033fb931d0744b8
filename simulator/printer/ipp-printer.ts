import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ownFolder } from '../../basics/temporary.ts'
import { freePort } from '../ports.ts'

/** An office printer: CUPS' own `ippeveprinter`, which prints into a folder. */
export interface IppPrinter {
  uri: string
  /** Shell to run before each sheet. $page is the sheet's page, $sheet its number within the job; '' for nothing. */
  beforeEachSheet(shell: string): Promise<void>
  /** The documents that the printer received, in order and unchanged. */
  documents(): Promise<Buffer[]>
  /** The pages that came out, with their jobs, in order. */
  paper(): Promise<{ job: number; page: number }[]>
  /** Puts so many A4 sheets into each tray. */
  load(sheets: number): Promise<void>
  /** SIGKILL, as when somebody pulls the plug. */
  kill(): Promise<void>
  /** After `kill`, at the same address: the contents of its memory are gone. */
  restart(): Promise<void>
  /** Until it is thawed, it accepts connections and answers nothing. */
  freeze(): void
  thaw(): void
  stop(): Promise<void>
}

// The printer counts a sheet once it is out, and reads its planned fault anew before each sheet.
const PRINT = `#!/bin/sh
dir=$(dirname "$0")
pages=$(qpdf --show-npages "$1")
range=\${IPP_PAGE_RANGES:-1-$pages}
sheet=0
for page in $(seq "\${range%-*}" "\${range#*-}"); do
  sheet=$((sheet + 1))
  . "$dir/before-each-sheet"
  echo "$IPP_JOB_ID $page" >> "$dir/paper"
  echo "ATTR: job-impressions-completed=$sheet" >&2
done
`

export interface IppPrinterOptions {
  /** Document formats that it accepts. */
  formats?: string
  /** PEM files of its certificate and key; with them clients use ipps. */
  tls?: { certificate: string; key: string }
}

/** Starts a printer on a free port of this machine. */
export async function startIppPrinter({
  formats = 'application/pdf',
  tls,
}: IppPrinterOptions = {}): Promise<IppPrinter> {
  const dir = ownFolder('totem-ipp')
  const spool = join(dir, 'spool')
  await mkdir(spool)
  // It looks for its certificate by its own name. A first byte of TLS tells it that the client wants TLS.
  if (tls) {
    await copyFile(tls.certificate, join(dir, 'localhost.crt'))
    await copyFile(tls.key, join(dir, 'localhost.key'))
  }
  await writeFile(join(dir, 'print'), PRINT, { mode: 0o755 })
  await writeFile(join(dir, 'before-each-sheet'), '')
  await writeFile(join(dir, 'paper'), '')
  const port = await freePort()
  // It advertises itself on the network. That is switched off, but without a system bus it does not start all the same.
  const busAddress = `unix:path=${join(dir, 'bus')}`
  const bus = start('dbus-daemon', ['--session', '--nofork', '--print-address', `--address=${busAddress}`])
  await said(bus, /^unix:/)
  let printer = await launch()

  async function launch() {
    const child = start(
      'ippeveprinter',
      [
        ...['-r', 'off', '-n', 'localhost', '-p', `${port}`, '-f', formats, '-vv'],
        ...['-c', join(dir, 'print'), '-d', spool, '-k', '-K', dir, 'Ufficio'],
      ],
      { DBUS_SYSTEM_BUS_ADDRESS: busAddress },
    )
    await said(child, /^Printer:/)
    return child
  }

  return {
    uri: `${tls ? 'ipps' : 'ipp'}://localhost:${port}/ipp/print`,
    beforeEachSheet: (shell) => writeFile(join(dir, 'before-each-sheet'), shell),
    async documents() {
      const names = (await readdir(spool)).filter((name) => name.endsWith('.pdf'))
      names.sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10))
      return Promise.all(names.map((name) => readFile(join(spool, name))))
    },
    async paper() {
      const lines = (await readFile(join(dir, 'paper'), 'utf8')).trim().split('\n').filter(Boolean)
      return lines.map((line) => {
        const [job = 0, page = 0] = line.split(' ').map(Number)
        return { job, page }
      })
    },
    async load(sheets) {
      // The form of its own web page. If one of its two trays (1 and 3) is empty, it reports no paper at all.
      const trays = [1, 3].map((n) => `size${n}=iso_a4_210x297mm&type${n}=stationery&level${n}=${sheets}`)
      await fetch(`http://localhost:${port}/media?${trays.join('&')}`)
    },
    kill: () => end(printer),
    async restart() {
      printer = await launch()
    },
    freeze: () => void printer.kill('SIGSTOP'),
    thaw: () => void printer.kill('SIGCONT'),
    async stop() {
      await end(printer)
      await end(bus)
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Neither process outlives this one, however it ends. */
const start = (command: string, args: string[], env: Record<string, string> = {}): ChildProcess =>
  spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args], {
    // The printer is in /usr/sbin, which is not on every user's path.
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

/** Resolves at the first line that matches, and goes on reading, so that the child never blocks. */
function said(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const lines: string[] = []
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      createInterface(stream).on('line', (line) => {
        if (lines.length < 20) lines.push(line)
        if (pattern.test(line)) resolve()
      })
    }
    child.on('error', reject)
    child.on('exit', () => reject(new Error(lines.join('\n'))))
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const left = once(child, 'exit')
  child.kill('SIGKILL')
  await left
}
