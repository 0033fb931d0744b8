import { Failure, USAGE, usage } from './command.ts'

// npx totem …, on Node 24. The first word names the subject, the second what to do with it.

// Loaded on demand: pdfium, canvas and PC/SC take a second, which a look at the log does not need.
const COMMANDS: Record<string, () => Promise<(args: string[]) => number | Promise<number>>> = {
  card: async () => (await import('./card.ts')).card,
  enrol: async () => (await import('./enrol.ts')).enrol,
  journal: async () => (await import('./journal.ts')).journal,
  keys: async () => (await import('./keys.ts')).keys,
  list: async () => (await import('./list.ts')).list,
  print: async () => (await import('./print.ts')).print,
  queue: async () => (await import('./queue.ts')).queue,
  simulator: async () => (await import('./simulator.ts')).simulator,
  verify: async () => (await import('./verify.ts')).verify,
}

const HELP = `totem card read       what the card in the reader says without a PIN
totem card login      PIN and signature, with every check of a visit
totem card trace      the same, with every APDU and its time; nothing personal in it
totem enrol           makes this machine a totem, by the code of an operator's order
totem journal         the sync log: tail, verify, export
totem keys            the private keys of totem and gateway: make; a totem's on the disk: status, protect, rotate, retire
totem list            the signed lists of an installation: sign a newer one, show one
totem print           status, test page, a PDF file or the readiness report, on the totem's printer or by IPP
totem queue           requests and their outcomes: list, show, verify, retry, salvage
totem simulator anpr  runs PDND's token server and ANPR behind its gate, for any client
totem simulator card  keeps a virtual card in a virtual reader
totem simulator fleet thousands of totems that lost their line, against one gateway
totem simulator pagopa  runs pagoPA's platform for any creditor: notices, receipts, Checkout
totem simulator population  synthetic people of any number, a JSON line each
totem verify          checks whether a totem wrote this paper

--help after a command shows its options.`

const [name = '', ...rest] = process.argv.slice(2)
try {
  const load = Object.entries(COMMANDS).find(([known]) => known === name)?.[1]
  if (!load) usage(`totem\n\n${HELP}`, ['', '--help'].includes(name) ? '' : `no such command: ${name}`)
  const command = await load()
  process.exitCode = await command(rest)
} catch (reason) {
  if (!(reason instanceof Failure)) throw reason
  // Help on request is an answer and no failure.
  const helped = reason.exitCode === USAGE && process.argv.includes('--help')
  if (helped) console.log(reason.message)
  else if (process.argv.includes('--json')) console.log(JSON.stringify(reason.answer))
  else console.error(reason.message)
  process.exitCode = helped ? 0 : reason.exitCode
}
