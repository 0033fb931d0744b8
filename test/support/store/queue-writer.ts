import { writeSync } from 'node:fs'
import { ulid } from 'ulid'
import { openQueue } from '../../../main/queue/queue.ts'

// A test runs and kills this. It never ends by itself, and prints each promise of the queue.
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
