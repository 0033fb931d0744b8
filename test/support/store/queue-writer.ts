import { writeSync } from 'node:fs'
import { ulid } from 'ulid'
import { openQueue } from '../../../main/queue/queue.ts'

// Run by queue.test.ts and killed by it: says each thing on stdout once the queue has promised it, for ever.
const [path = '', holder = '', sealed = ''] = process.argv.slice(2)
const opened = openQueue({ path, now: Date.now })
if (!opened.ok) throw new Error(opened.error.reason)
const queue = opened.value

const say = (what: string, operation: string) => void writeSync(1, `${what} ${operation}\n`)
for (let n = 0; ; n++) {
  const operation = ulid()
  const item = { operation, kind: 'certificate', session: ulid(), holder, sealed } as const
  if (queue.add({ ...item, requestedAt: new Date().toISOString() }).ok) say('queued', operation)
  if (n % 3 === 0) continue
  if (queue.settle([{ operation, settlement: { state: 'issued', outcome: sealed } }], Date.now(), null).ok)
    say('issued', operation)
  if (n % 3 === 1) continue
  if (queue.collected(operation).ok) say('collected', operation)
}
