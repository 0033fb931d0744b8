import { run } from './run.ts'

// npx totem …, on Node 24, from the sources: with the bench's own part.
const help = `
totem simulator anpr  runs PDND's token server and ANPR behind its gate, for any client
totem simulator card  keeps a virtual card in a virtual reader
totem simulator fleet thousands of totems that lost their line, against one gateway
totem simulator pagopa  runs pagoPA's platform for any creditor: notices, receipts, Checkout
totem simulator population  synthetic people of any number, a JSON line each`

process.exitCode = await run(process.argv.slice(2), {
  commands: { simulator: async () => (await import('./simulator.ts')).simulator },
  help,
})
