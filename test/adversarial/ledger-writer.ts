import { writeSync } from 'node:fs'
import { ulid } from 'ulid'
import type { SheetNews } from '../../main/queue/ledger.ts'
import { openQueue } from '../../main/queue/queue.ts'

// ledger.test.ts runs and kills this. It prints what a printer would put out, and what the ledger has promised: "paper"
// before the printer's acknowledgement is heard, "counted" once the ledger has it on the disk.
const [path = ''] = process.argv.slice(2)
const opened = openQueue({ path, now: Date.now })
if (!opened.ok) throw new Error(opened.error.reason)
const { ledger } = opened.value
ledger.voidInHand('interrupted')

const say = (what: string, operation: string, page: number) => void writeSync(1, `${what} ${operation} ${page}\n`)
const BANDS = 3
for (let n = 0; ; n++) {
  const job = { operation: ulid(), document: 'certificate', session: ulid() }
  const pages = 1 + (n % 3)
  say('asked', job.operation, 1)
  ledger.begin(job)
  for (let page = 1; page <= pages; page++) {
    const tell = (state: SheetNews['state'], band: number) =>
      ledger.note({ operation: job.operation, document: job.document, state, page, pages, band, bands: BANDS })
    tell('rendered', 0)
    for (let band = 1; band <= BANDS; band++) tell('sent', band)
    say('paper', job.operation, page)
    const noted = tell('acknowledged', BANDS)
    if (noted.ok && noted.value) say('counted', job.operation, page)
  }
}
