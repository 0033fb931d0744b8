import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { openQueue, type Queue } from '../../main/queue/queue.ts'

// store-disk.test.ts runs this on a disk that is full, read-only or failing. It prints as JSON what the queue answered.

const [mode = '', folder = ''] = process.argv.slice(2)
const path = join(folder, 'queue.db')
const HOLDER = 'ab'.repeat(32)
const jwe = (bytes: number) => `eyJhbGci..aXY.${'Y2lwaGVydGV4dA'.repeat(bytes / 14)}.dGFn`

function open(minFreeBytes = 0): Queue {
  const opened = openQueue({ path, now: Date.now, minFreeBytes })
  if (!opened.ok) throw new Error(opened.error.reason)
  return opened.value
}
const failure = (result: { ok: boolean; error?: { kind: string; reason?: string } }) =>
  result.ok ? 'ok' : `${result.error?.kind} ${result.error?.reason}`

function add(queue: Queue) {
  const operation = ulid()
  const item = { operation, kind: 'certificate', session: ulid(), holder: HOLDER, sealed: jwe(5_000) } as const
  return { operation, said: failure(queue.add({ ...item, requestedAt: new Date().toISOString() })) }
}
function addUntilRefused(queue: Queue) {
  const kept: string[] = []
  for (;;) {
    const { operation, said } = add(queue)
    if (said !== 'ok') return { kept, said }
    kept.push(operation)
  }
}
const settle = (queue: Queue, operation = '') =>
  failure(queue.settle([{ operation, settlement: { state: 'issued', outcome: jwe(9_000) } }], Date.now(), 1))

/** The folder is a small disk of its own. */
function fullDisk() {
  const ballast = join(folder, 'ballast')
  let queue = open(1024 * 1024)
  const { kept, said: early } = addUntilRefused(queue)
  // This queue keeps no room in reserve.
  queue.close()
  queue = open()
  try {
    writeFileSync(ballast, Buffer.alloc(64 * 1024 * 1024))
  } catch {
    // Fills the disk.
  }
  const during = [
    settle(queue, kept[0]),
    failure(queue.setAside(kept[1] ?? '', 'x')),
    failure(queue.ledger.voidInHand('x')),
  ]
  const late = add(queue).said
  const meanwhile = queue.depth().queued
  rmSync(ballast)
  const after = [settle(queue, kept[0]), failure(queue.setAside(kept[1] ?? '', 'x'))]
  queue.close()
  const again = open()
  const there = kept.filter((operation) => again.get(operation) !== null).length
  const whole = again.verify().ok
  again.close()
  return { early, late, kept: kept.length, during, meanwhile, after, there, whole }
}

function readOnlyDisk() {
  const mounted = (how: string) => execFileSync('mount', ['-o', `remount,${how}`, folder])
  let queue = open()
  const { operation } = add(queue)
  queue.close()
  mounted('ro')
  const during = failure(openQueue({ path, now: Date.now }))
  mounted('rw')
  queue = open()
  const after = [queue.get(operation)?.state, add(queue).said]
  queue.close()
  return { during, after }
}

/** strace makes some of its calls fail. */
function failingDisk() {
  const queue = open()
  const tries = Array.from({ length: 40 }, () => add(queue))
  queue.close()
  const again = open()
  const lost = tries.filter(({ operation, said }) => said === 'ok' && !again.get(operation)).length
  const last = tries.at(-1)?.said
  const whole = again.verify().ok
  again.close()
  return { said: [...new Set(tries.map(({ said }) => said))].filter((said) => said !== 'ok'), last, lost, whole }
}

const told = mode === 'full' ? fullDisk() : mode === 'read-only' ? readOnlyDisk() : failingDisk()
process.stdout.write(JSON.stringify(told))
