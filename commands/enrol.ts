import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { z } from 'zod'
import { enrolmentImage } from '../contract/enrolment.ts'
import { codeIn } from '../contract/enrolment-code.ts'
import { clockOr, createEnrolmentClient } from '../main/enrolment/client.ts'
import { enrol as enrolMachine, type NotEnrolled } from '../main/enrolment/enrol.ts'
import { machineId } from '../main/enrolment/tpm-machine.ts'
import { MISTYPED, STEPS, sayRefusal } from '../main/enrolment/words.ts'
import packageJson from '../package.json' with { type: 'json' }
import { CANT_CREATE, CONFIG, Failure, NO_INPUT, options, TEMPORARY, usage } from './command.ts'
import { CONFIG_FILE } from './data.ts'
import { keyFailed } from './key-failure.ts'

/** The gateway says no: to code, machine or proof. */
const REFUSED = 22
const FOLDER = dirname(CONFIG_FILE)
const DEVICE = '/dev/tpmrm0'

const HELP = `totem enrol           makes this machine the totem of an operator's order, by the code that a technician types
totem enrol machine   the number by which an operator names this machine in an order (SHA-256 of its TPM's key)

  --gateway URL    the gateway's enrolment door, such as https://gateway.example:8445
  --ca FILE        the authority of the gateway's certificate, PEM; nobody else is believed
  --image FILE     JSON with both (\`url\`, \`ca\`), as an image brings them (${FOLDER}/enrolment.json)
  --folder DIR     where configuration and keys go, of the totem's user (${FOLDER})
  --data DIR       the totem's data (/var/lib/totem-polis)
  --tpm TCTI       the TPM's address for tpm2-tools (device:${DEVICE} where that is)
  --software       keys in files, also where there is a TPM; the order must allow it
  --code CODE      the code; without it the command asks
  --no-report      without the readiness report at the end
  --json           the answer as one line of JSON

Cut off at any moment it goes on when it is run again with the same code. Run it as the totem's user. Each step and each
refusal is told in Italian.
Exit codes: 0 enrolled and ready, ${REFUSED} refused by the gateway, ${NO_INPUT} no such file, ${CANT_CREATE} cannot write, ${TEMPORARY} no line: again with the
same code, ${CONFIG} clock, keys, certificate or configuration wrong, 30 and 31 as of \`totem print readiness\`, 64 wrong command`

const OPTIONS = {
  gateway: { type: 'string' },
  ca: { type: 'string' },
  image: { type: 'string', default: `${FOLDER}/enrolment.json` },
  folder: { type: 'string', default: FOLDER },
  data: { type: 'string', default: '/var/lib/totem-polis' },
  tpm: { type: 'string' },
  software: { type: 'boolean', default: false },
  code: { type: 'string' },
  'no-report': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const
type Given = ReturnType<typeof optionsOf>
const optionsOf = (args: string[]) => options(HELP, args, OPTIONS)

/** `totem enrol`: resolves to the exit code, that of the readiness report at its end. */
export async function enrol(args: string[]): Promise<number> {
  if (args[0] === 'machine') return machine(optionsOf(args.slice(1)))
  const given = optionsOf(args)
  const { url, ca } = doorOf(given)
  const tcti = tctiOf(given)
  const code = await codeOf(given)
  const folder = resolve(given.folder)
  const client = createEnrolmentClient({ url, ca, version: packageJson.version })
  const say = (line: string) => given.json || console.error(line)
  try {
    const done = await enrolMachine({
      ...{ code, folder, dataDir: resolve(given.data), tcti, client, ca },
      version: packageJson.version,
      now: () => new Date(),
      onStep: (step) => say(STEPS[step](tcti === null ? 'file' : 'tpm')),
    })
    if (!done.ok) throw failed(await clockOr(done.error, url, ca))
    const { totem, office, key, config, certificateEnds } = done.value
    const marked = key === 'file' ? ' CHIAVE SOFTWARE: nessun TPM protegge questo totem.' : ''
    say(`In servizio come ${totem}, ${office}. Certificato fino al ${certificateEnds.slice(0, 10)}.${marked}`)
    if (given.json) console.log(JSON.stringify({ kind: 'enrolled', ...done.value }))
    if (given['no-report']) return 0
    const { print } = await import('./print.ts')
    return await print(['readiness', '--config', config, ...(given.json ? ['--json'] : [])])
  } finally {
    client.close()
  }
}

async function machine(given: Given): Promise<number> {
  const tcti = tctiOf(given)
  if (tcti === null) throw new Failure(NO_INPUT, { kind: 'tpm-absent' }, 'Questa macchina non ha un TPM.')
  const id = await machineId(tcti)
  if (!id.ok) throw keyFailed(id.error)
  console.log(given.json ? JSON.stringify({ machine: id.value }) : id.value)
  return 0
}

/** The door and its authority: named, or as the machine's image brings them. */
function doorOf({ gateway, ca, image: file }: Given): { url: string; ca: string } {
  if (gateway !== undefined && ca !== undefined) {
    if (!z.url({ protocol: /^https$/ }).safeParse(gateway).success)
      return usage(HELP, '--gateway is an https:// address')
    return { url: gateway, ca: textIn(ca) }
  }
  if (gateway !== undefined || ca !== undefined) return usage(HELP, '--gateway and --ca go together')
  if (!existsSync(file)) return usage(HELP, `--gateway and --ca are needed: there is no ${file}`)
  const read = enrolmentImage.safeParse(JSON.parse(textIn(file)))
  if (!read.success) throw new Failure(CONFIG, { kind: 'image-malformed' }, `${file} names no door (url, ca)`)
  return { url: read.data.url, ca: textIn(read.data.ca) }
}

function textIn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new Failure(NO_INPUT, { kind: 'file-unreadable' }, `cannot read ${file}`)
  }
}

const tctiOf = ({ software, tpm }: Given): string | null =>
  software ? null : (tpm ?? (existsSync(DEVICE) ? `device:${DEVICE}` : null))

/** The code as it is: a mistyped one is told here, and costs no try at the gateway. */
async function codeOf({ code: named }: Given): Promise<string> {
  if (named !== undefined) {
    const code = codeIn(named)
    if (code === null) throw new Failure(REFUSED, { kind: 'code-mistyped' }, MISTYPED)
    return code
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    for (;;) {
      const code = codeIn(await terminal.question("Codice dell'ordine: "))
      if (code !== null) return code
      process.stderr.write(`${MISTYPED}\n`)
    }
  } finally {
    terminal.close()
  }
}

function failed(failure: NotEnrolled): Failure {
  const answer = failure.kind === 'enrolment-refused' ? { kind: failure.reason } : { ...failure }
  return new Failure(codeFor(failure), answer, sayRefusal(failure))
}

function codeFor(failure: NotEnrolled): number {
  switch (failure.kind) {
    case 'enrolment-refused':
      return REFUSED
    case 'not-written':
    case 'already-enrolled':
      return CANT_CREATE
    case 'line-down':
    case 'gateway-unavailable':
    case 'answer-malformed':
    case 'tpm-busy':
    case 'tpm-timeout':
      return TEMPORARY
    default:
      return CONFIG
  }
}
