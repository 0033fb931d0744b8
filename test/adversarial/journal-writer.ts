import { writeSync } from 'node:fs'
import { openJournal } from '../../main/journal/journal.ts'

// journal.test.ts runs and kills this. It prints the highest number that would have been sent to the gateway by now.
const [path = ''] = process.argv.slice(2)
const opened = openJournal({ path, totem: 'TT-0001', now: Date.now })
if (!opened.ok) throw new Error(opened.error.reason)
const journal = opened.value

for (let n = 0; ; n++) {
  journal.record('printer.changed', { status: `burst-${n}` })
  if (n % 5 !== 0) continue
  const batch = journal.unsent(500)
  const last = batch?.entries.at(-1)
  if (!batch || !last) continue
  writeSync(1, `${last.seq} ${last.hash}\n`)
  journal.acknowledged(batch, { upTo: last.seq, anchor: null, forked: false }, true)
}
