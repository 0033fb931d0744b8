import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const DEVICE_PROCESS = fileURLToPath(new URL('../../native/index.ts', import.meta.url))

test('no-pcscd-at-start: the device process says so, answers for the printer, and leaves to be started again', async () => {
  const child = fork(DEVICE_PROCESS, [], {
    execPath: process.execPath,
    env: { ...process.env, PCSCLITE_CSOCK_NAME: '/nowhere/pcscd.comm' },
    serialization: 'advanced',
  })
  const told: unknown[] = []
  child.on('message', (message) => told.push(message))
  child.send({ id: 1, method: 'printer.status', params: {} })
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
  expect(told[0]).toMatchObject({ event: 'ready', cie: 'not-configured' })
  expect(told).toContainEqual({ event: 'card', card: { state: 'no-reader' } })
  expect(told).toContainEqual({ id: 1, reply: { ok: true, value: { status: expect.any(String) } } })
})
