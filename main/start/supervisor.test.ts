import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSupervisor, type Supervisor } from './supervisor.ts'

/** A unit's socket, as systemd makes it; Node has no Unix datagrams. The second of a message's descriptors is the barrier's. */
const SYSTEMD = `
import socket, sys, os
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('listening', flush=True)
while True:
    data, fds, _, _ = socket.recv_fds(s, 4096, 4)
    for fd in fds: os.close(fd)
    print(data.decode().replace('\\n', ' '), flush=True)
`

let folder: string
let said: string[]
let systemd: ReturnType<typeof spawn>
let supervisor: Supervisor | null = null
let socket: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'supervisor-'))
  socket = join(folder, 'notify')
  said = []
  const python = spawn('python3', ['-c', SYSTEMD, socket], { stdio: ['ignore', 'pipe', 'inherit'] })
  systemd = python
  createInterface(python.stdout).on('line', (line) => said.push(line))
  await vi.waitFor(() => expect(said).toEqual(['listening']), 10_000)
})
afterEach(() => {
  supervisor?.stop()
  systemd.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

const heard = (word: string) => said.filter((line) => line.includes(word)).length

test('systemd hears that the totem is ready, and that it is well as long as it is', async () => {
  let isWell = true
  supervisor = createSupervisor({
    well: async () => isWell,
    env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '300000' },
  })
  supervisor.start()
  await vi.waitFor(() => expect(heard('READY=1')).toBe(1), 10_000)
  await vi.waitFor(() => expect(heard('WATCHDOG=1')).toBeGreaterThan(1), 10_000)

  isWell = false
  // What was well a moment ago may still be on its way.
  await new Promise((resolve) => setTimeout(resolve, 500))
  const before = heard('WATCHDOG=1')
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(heard('WATCHDOG=1')).toBe(before)
})

test('a check that fails, or never answers, is no sign of life, and is asked once', async () => {
  let asked = 0
  supervisor = createSupervisor({
    well() {
      asked++
      return asked === 1 ? Promise.reject(new Error('no page')) : new Promise(() => {})
    },
    env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '60000' },
  })
  supervisor.start()
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(asked).toBe(2)
  expect(heard('WATCHDOG=1')).toBe(0)
})
