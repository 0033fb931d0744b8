import { readerCycles } from '../support/card/reader-cycles.ts'

// node test/soak/reader-cycles.ts: cards in and out, a CNS and a CIE in turn.
if (process.argv.includes('--help')) {
  console.log('node test/soak/reader-cycles.ts [CYCLES, 10000]')
  process.exit(0)
}
console.log(JSON.stringify(await readerCycles(Number(process.argv[2] ?? 10_000)), null, 2))
