import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { bulkFigures } from './bulk.ts'
import { cardFigures } from './card.ts'
import { consoleFigures } from './console.ts'
import { fleetFigures } from './fleet.ts'
import { gatewayFigures } from './gateway.ts'
import { logFigures } from './log.ts'
import { pdndFigures } from './pdnd.ts'
import { printerFigures } from './printer.ts'
import { readerFigures } from './reader.ts'
import { type Bench, type Figure, table } from './report.ts'
import { rolloutFigures } from './rollout.ts'
import { screenFigures } from './screen.ts'
import { speechFigures } from './speech.ts'
import { storeFigures } from './store.ts'
import { syncFigures } from './sync.ts'

// The second half of scripts/bench.mjs, on Node 24. A bench is no test: a figure that misses its goal is marked, and
// only a figure that cannot be measured is an error.

const BENCHES: Record<string, Bench> = {
  card: cardFigures,
  reader: readerFigures,
  printer: printerFigures,
  store: storeFigures,
  fleet: fleetFigures,
  rollout: rolloutFigures,
  gateway: gatewayFigures,
  log: logFigures,
  console: consoleFigures,
  bulk: bulkFigures,
  pdnd: pdndFigures,
  sync: syncFigures,
  speech: speechFigures,
  screen: screenFigures,
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: 'out' } },
})
const wanted = positionals.length > 0 ? positionals : Object.keys(BENCHES)

const figures: Figure[] = []
for (const name of wanted) {
  const bench = BENCHES[name]
  if (!bench) throw new Error(`no benchmark ${name}; there are ${Object.keys(BENCHES).join(', ')}`)
  figures.push(...(await bench()))
}
console.log(table(figures))
mkdirSync(values.out, { recursive: true })
const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? '', node: process.versions.node }
writeFileSync(`${values.out}/bench.json`, `${JSON.stringify({ machine, figures }, null, 2)}\n`)
process.exit(0)
