import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { DeviceEvent } from '../../contract/device.ts'
import { type DeviceProcess, type Devices, restartDelayMs, superviseDevices } from './index.ts'

// A real child process that misbehaves on demand, which the real device process cannot be made to do.
const CHILD = `
process.on('SIGTERM', () => {})
process.send({ event: 'ready', versions: {}, cie: 'ready' })
process.on('message', ({ id, method, params }) => {
  if (method === 'card.read') process.exit(3)
  if (method === 'printer.status') process.send({ id, reply: { ok: true, value: { status: 'ready' } } })
  if (method === 'pdf.raster') process.send({ id, reply: { ok: true, value: { pages: 'many' } } })
  if (method === 'printer.print') for (;;) {}
  if (method === 'card.login') process.send({ garbage: params.pin })
  if (method === 'card.wait') process.send({ id, reply: { ok: true, value: { lost: true } } })
})`
let dir: string
let devices: Devices
const children: ChildProcess[] = []
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'totem-devices-'))
  writeFileSync(join(dir, 'child.cjs'), CHILD)
})
afterAll(() => rmSync(dir, { recursive: true }))
afterEach(() => {
  vi.useRealTimers()
  devices.stop()
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function spawn(signal: 'SIGKILL' | 'SIGTERM'): DeviceProcess {
  const child = fork(join(dir, 'child.cjs'), { serialization: 'advanced' })
  children.push(child)
  return {
    post: (message) => child.send(message as object),
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => child.on('exit', (code) => listener(code ?? 1)),
    kill: () => child.kill(signal),
  }
}
function supervise(now?: () => number, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL') {
  const events: DeviceEvent[] = []
  const died: { code: number; reason: string; waitMs: number }[] = []
  devices = superviseDevices({
    spawn: () => spawn(signal),
    ...(now ? { now } : {}),
  })
  devices.listen({
    onEvent: (event) => events.push(event),
    onDied: (how) => died.push(how),
    onStarted: () => {},
  })
  devices.start()
  return { events, died, started: () => events.filter(({ event }) => event === 'ready').length }
}

test('device-process-dies-during-a-call: the call ends, the process comes back', async () => {
  const { died, started } = supervise()
  expect(await devices.call('card.read', {})).toEqual({ ok: false, error: { kind: 'device-gone' } })
  expect(await devices.call('printer.status', {})).toEqual({ ok: false, error: { kind: 'device-gone' } })
  expect(died).toEqual([{ code: 3, reason: 'exit', waitMs: 1000 }])
  await vi.waitFor(() => expect(started()).toBe(2), { timeout: 10_000 })
  expect(await devices.call('printer.status', {})).toEqual({ ok: true, value: { status: 'ready' } })
})

test('nothing speaks against reader and printer before the first process has told, or died, or is late', async () => {
  let time = 1
  supervise(() => time)
  expect(devices.coming).toBe(true)
  time += 5_000
  expect(devices.coming).toBe(false)
  time -= 1
  await devices.call('card.read', {})
  expect(devices.coming).toBe(false)
})

test('an answer or an event outside the contract ends the process that sent it', async () => {
  const { died } = supervise()
  expect(await devices.call('pdf.raster', { pdf: new Uint8Array(), page: 1, width: 64 })).toMatchObject({
    error: { kind: 'device-gone' },
  })
  await vi.waitFor(() => expect(died).toHaveLength(1))
})

test('wedged-device-process: the call ends in time, whether or not the process heeds the signal', async () => {
  // It catches this one: like a process that hangs in a driver, it stays.
  const { events, died, started } = supervise(undefined, 'SIGTERM')
  await vi.waitFor(() => expect(started()).toBe(1))
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const sheet = { kind: 'pdf', pdf: new Uint8Array() } as const
  const printing = devices.call('printer.print', { job: '01', sheet, fromPage: 1 })
  vi.advanceTimersByTime(600_000)
  expect(await printing).toEqual({ ok: false, error: { kind: 'device-gone' } })
  expect(died).toHaveLength(1)
  expect(events.slice(-2)).toEqual([
    { event: 'card', card: { state: 'no-reader' } },
    { event: 'printer', status: 'absent' },
  ])
  expect(await devices.call('printer.status', {})).toEqual({ ok: false, error: { kind: 'device-gone' } })
  vi.advanceTimersByTime(1000)
  vi.useRealTimers()
  await vi.waitFor(() => expect(started()).toBe(2), { timeout: 10_000 })
  expect(await devices.call('printer.status', {})).toEqual({ ok: true, value: { status: 'ready' } })
  // Nobody hears the first process any more: its exit in the end is no second death.
  const [first] = children
  if (first) {
    first.kill('SIGKILL')
    await once(first, 'exit')
  }
  expect(died).toHaveLength(1)
})

test('a person who asks for more time to put the card back: the call that waits for it has its whole time again', async () => {
  const { died, started } = supervise()
  await vi.waitFor(() => expect(started()).toBe(1))
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  // This child never answers it.
  const reading = devices.call('card.travel-document', { can: '123456' })
  vi.advanceTimersByTime(40_000)
  expect(await devices.call('card.wait', {})).toEqual({ ok: true, value: { lost: true } })
  vi.advanceTimersByTime(40_000)
  expect(died).toEqual([])
  vi.advanceTimersByTime(10_000)
  expect(await reading).toEqual({ ok: false, error: { kind: 'device-gone' } })
})

test('five deaths in ten minutes say so; the tries go on, and later it is well again', async () => {
  let clock = 0
  const { died, started } = supervise(() => clock)
  for (let death = 1; death <= 5; death++) {
    await vi.waitFor(() => expect(started()).toBe(death), { timeout: 10_000 })
    expect(devices.available).toBe(true)
    // It lived more than a minute each time, so each restart waits one second only.
    clock += 61_000
    await devices.call('card.read', {})
    await vi.waitFor(() => expect(died).toHaveLength(death))
  }
  expect(devices.available).toBe(false)
  await vi.waitFor(() => expect(started()).toBe(6), { timeout: 10_000 })
  clock += 10 * 60_000
  expect(devices.available).toBe(true)
})

test('restarts wait 1, 2, 4 … 60 s', () => {
  expect([1, 2, 3, 6, 7, 20].map(restartDelayMs)).toEqual([1000, 2000, 4000, 32_000, 60_000, 60_000])
})
