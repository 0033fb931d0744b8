import { Failure, USAGE, usage } from './command.ts'

type Commands = Record<string, () => Promise<(args: string[]) => number | Promise<number>>>

// Loaded on demand: pdfium and PC/SC take a second, which a look at the log does not need.
const COMMANDS: Commands = {
  card: async () => (await import('./card.ts')).card,
  console: async () => (await import('./console.ts')).consoleAudit,
  enrol: async () => (await import('./enrol.ts')).enrol,
  journal: async () => (await import('./journal.ts')).journal,
  keys: async () => (await import('./keys.ts')).keys,
  list: async () => (await import('./list.ts')).list,
  print: async () => (await import('./print.ts')).print,
  queue: async () => (await import('./queue.ts')).queue,
  service: async () => (await import('./service.ts')).service,
  update: async () => (await import('./update.ts')).update,
  verify: async () => (await import('./verify.ts')).verify,
}

const help = (more: string) => `totem card read       what the card in the reader says without a PIN
totem card login      PIN and signature, with every check of a visit
totem card trace      the same, with every APDU and its time; nothing personal in it
totem console         verifies an export of the operators' audit
totem enrol           makes this machine a totem, by the code of an operator's order
totem journal         the sync log: tail, verify, export
totem keys            the private keys of totem and gateway: make; a totem's on the disk: status, protect, rotate, retire
totem list            the signed lists of an installation: sign a newer one, show one
totem print           status, test page, a PDF file or the readiness report, on the totem's printer or by IPP
totem queue           requests and their outcomes: list, show, verify, retry, salvage
totem service         the technician's menu without a screen: out of service and back, checks, log onto a stick
totem update          the program that this totem runs: status, install a release from a stick
totem verify          checks whether a totem wrote this paper${more}

--help after a command shows its options.`

/**
 * The technician's command line. The first word names the subject, the second what to do with it. Resolves to the exit
 * code. `more`: commands that are in no package, and their lines of the help.
 */
export async function run(
  args: readonly string[],
  more: { commands: Commands; help: string } = { commands: {}, help: '' },
): Promise<number> {
  const [name = '', ...rest] = args
  try {
    const load = Object.entries({ ...COMMANDS, ...more.commands }).find(([known]) => known === name)?.[1]
    if (!load)
      return usage(`totem\n\n${help(more.help)}`, ['', '--help'].includes(name) ? '' : `no such command: ${name}`)
    const command = await load()
    return await command(rest)
  } catch (reason) {
    if (!(reason instanceof Failure)) throw reason
    // Help on request is an answer and no failure.
    const helped = reason.exitCode === USAGE && args.includes('--help')
    if (helped) console.log(reason.message)
    else if (args.includes('--json')) console.log(JSON.stringify(reason.answer))
    else console.error(reason.message)
    return helped ? 0 : reason.exitCode
  }
}
