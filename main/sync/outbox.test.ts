import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { expect, test } from 'vitest'
import { openQueue } from '../queue/queue.ts'
import { createDeferral } from './deferral.ts'
import { createOutbox } from './outbox.ts'
import { createSettling } from './settling.ts'
import type { Sync } from './sync.ts'

test('citizen-left while the line is silent: what is under way is not looked for again without rest', async ({
  onTestFinished,
}) => {
  const dir = mkdtempSync(join(tmpdir(), 'outbox-'))
  const opened = openQueue({ path: join(dir, 'queue.db'), now: Date.now })
  if (!opened.ok) throw new Error(opened.error.kind)
  const queue = opened.value
  onTestFinished(() => {
    queue.close()
    rmSync(dir, { recursive: true })
  })
  const [operation, session, requestedAt] = [ulid(), ulid(), new Date().toISOString()]
  const sealed = 'eyJhbGci..aXY.Y2lwaGVy.dGFn'
  queue.add({ operation, kind: 'certificate', session, holder: 'ab'.repeat(32), sealed, requestedAt })
  const stopping = new AbortController()
  const found = queue.due(Date.now(), { items: 1, bytes: 1 })
  let awaited = found
  const sync = {
    queue,
    client: { submit: () => new Promise(() => {}) },
    line: { up: true, stayAwayMs: 0 },
    awaited: () => awaited,
    stopping: () => stopping.signal.aborted,
    now: Date.now,
    clock: () => 0,
  } as unknown as Sync
  const outbox = createOutbox(sync, { settling: createSettling(sync), deferral: createDeferral(sync) })
  void outbox.express.run()
  expect(outbox.backlog.dueIn()).toBe(Number.POSITIVE_INFINITY)
  awaited = []
  await outbox.backlog.run()
  expect(outbox.backlog.dueIn()).toBeGreaterThan(0)
})
