import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isAbsolute, join, relative } from 'node:path'

/** A request of a program to the disk; names are within the recorded folder, `''` being the folder itself. */
export type DiskEvent =
  | { kind: 'create'; name: string }
  | { kind: 'folder'; name: string }
  | { kind: 'symlink'; name: string; to: string }
  | { kind: 'write'; name: string; at: number; bytes: Buffer }
  | { kind: 'truncate'; name: string; size: number }
  | { kind: 'sync'; name: string }
  | { kind: 'link'; from: string; to: string }
  | { kind: 'rename'; from: string; to: string }
  | { kind: 'unlink'; name: string }
  /** A line on its stdout. */
  | { kind: 'said'; line: string }

// `close` is not recorded, because closing a file does not sync it.
const CALLS =
  'openat,write,pwrite64,ftruncate,fsync,fdatasync,link,linkat,rename,renameat2,unlink,unlinkat,mkdir,symlink,rmdir'
/** Longest string that strace prints: a pwrite of SQLite is one page, and lines on stdout are shorter. */
const LONGEST_STRING = 70_000

/** Runs a program of this folder under strace and records its calls on what lies in `folder`, all from one thread. */
export function record(program: string, folder: string, args: string[], trace: string): DiskEvent[] {
  const strace = ['-o', trace, '-e', `trace=${CALLS}`, '-xx', '-y', '-s', String(LONGEST_STRING)]
  const run = spawnSync('strace', [...strace, process.execPath, program, folder, ...args], { encoding: 'utf8' })
  if (run.error) throw run.error
  if (run.status !== 0) throw new Error(`the recorded program failed: ${run.stderr}`)
  return eventsOf(readFileSync(trace, 'latin1'), folder)
}

function eventsOf(trace: string, folder: string): DiskEvent[] {
  const events: DiskEvent[] = []
  const known = new Set<string>()
  let said = ''
  /** Where the next `write` to this file goes. */
  const ends = new Map<string, number>()
  const within = (path: string) =>
    path === folder ? '' : path.startsWith(`${folder}/`) ? relative(folder, path) : null
  for (const line of trace.split('\n')) {
    const [, call, args = '', result = ''] = /^(\w+)\((.*)\) = (-?\w+)/.exec(line) ?? []
    if (!call || result.startsWith('-')) continue
    const handle = bytesOf(/^\d+<([^>]*)>/.exec(args)?.[1] ?? '').toString()
    const file = within(handle)
    const strings = [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) => bytesOf(hex))
    // A name beside an open folder, or a whole path.
    const paths = strings.map((bytes) => {
      const path = bytes.toString()
      return within(isAbsolute(path) || handle === '' ? path : join(handle, path))
    })
    const numbers = args.split(', ').slice(-2).map(Number)
    switch (call) {
      case 'openat':
        if (paths[0] && args.includes('O_CREAT') && !known.has(paths[0])) {
          known.add(paths[0])
          events.push({ kind: 'create', name: paths[0] })
        }
        if (paths[0]) ends.set(paths[0], 0)
        break
      case 'write':
        if (args.startsWith('1<')) {
          const lines = (said + strings[0]?.toString()).split('\n')
          said = lines.pop() ?? ''
          for (const told of lines) events.push({ kind: 'said', line: told })
        } else if (file) {
          const at = ends.get(file) ?? 0
          const bytes = strings[0]?.subarray(0, Number(result)) ?? Buffer.alloc(0)
          if (bytes.length !== Number(result)) throw new Error('strace cut a write short')
          ends.set(file, at + bytes.length)
          events.push({ kind: 'write', name: file, at, bytes })
        }
        break
      case 'pwrite64':
        if (file) {
          const bytes = strings[0]?.subarray(0, Number(result)) ?? Buffer.alloc(0)
          if (bytes.length !== Number(result)) throw new Error('strace cut a write short')
          events.push({ kind: 'write', name: file, at: numbers[1] ?? 0, bytes })
        }
        break
      case 'ftruncate':
        if (file) events.push({ kind: 'truncate', name: file, size: numbers[1] ?? 0 })
        break
      case 'fsync':
      case 'fdatasync':
        if (file !== null) events.push({ kind: 'sync', name: file })
        break
      case 'link':
      case 'linkat':
      case 'rename':
      case 'renameat2': {
        const [from, to] = paths
        if (!from || !to) break
        events.push({ kind: call.startsWith('link') ? 'link' : 'rename', from, to })
        known.add(to)
        if (call.startsWith('rename')) {
          known.delete(from)
          for (const name of known)
            if (name.startsWith(`${from}/`) && known.delete(name)) known.add(to + name.slice(from.length))
        }
        break
      }
      case 'mkdir':
        if (paths[0]) events.push({ kind: 'folder', name: paths[0] })
        break
      case 'symlink':
        if (paths[1]) {
          known.add(paths[1])
          events.push({ kind: 'symlink', name: paths[1], to: strings[0]?.toString() ?? '' })
        }
        break
      case 'rmdir':
        if (paths[0]) events.push({ kind: 'unlink', name: paths[0] })
        break
      case 'unlink':
      case 'unlinkat':
        if (paths[0] && (known.delete(paths[0]) || args.includes('AT_REMOVEDIR')))
          events.push({ kind: 'unlink', name: paths[0] })
    }
  }
  return events
}

const bytesOf = (hex: string) => Buffer.from(hex.replaceAll('\\x', ''), 'hex')
