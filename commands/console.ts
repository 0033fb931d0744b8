import { readFileSync } from 'node:fs'
import { jsonOf } from '../basics/json.ts'
import { verifyAudit } from '../trust/audit-chain.ts'
import { verifyGatewayKeys } from '../trust/gateway-keys.ts'
import { CONFIG, exitCodes, Failure, NO_INPUT, needed, noSuch, options, usage } from './command.ts'

const EXIT_CODES = { sound: 0, broken: 20, missing: 21 } as const

const HELP = `totem console verify    is this export of the console's audit whole and unchanged?

  --in FILE             the export, as the console's Audit page gives it
  --keys FILE           signed list of the gateway's keys (JWS)
  --keys-signer FILE    public JWK of the signer of that list
  --anchors FILE        signed heads that were kept elsewhere, a line each (console.anchors of the gateway): with them a
                        chain that was written anew as a whole, or that has lost its end, is seen too
  --json                the verdict as one line of JSON

The log of a totem, as the console's page Voci exports it with its proof: totem journal verify.

Works offline. The first grants of a fresh installation are made at the gateway: node gateway/console.ts --help.
Exit codes: ${exitCodes(EXIT_CODES)} (an anchor tells of an entry that is not there),
${NO_INPUT} no such file, ${CONFIG} no export, or keys refused, 64 wrong command`

const OPTIONS = {
  in: { type: 'string' },
  keys: { type: 'string' },
  'keys-signer': { type: 'string' },
  anchors: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** `totem console verify`: what an auditor does with an export, without the gateway. */
export async function consoleAudit([what = '--help', ...args]: string[]): Promise<number> {
  if (what !== 'verify') return usage(HELP, noSuch('console', what))
  const given = options(HELP, args, OPTIONS)
  const file = text(needed(HELP, '--in', given.in))
  const signer = jsonOf(text(needed(HELP, '--keys-signer', given['keys-signer'])))
  const list = text(needed(HELP, '--keys', given.keys)).trim()
  const keys = await verifyGatewayKeys(list, signer as Parameters<typeof verifyGatewayKeys>[1]).catch(() => null)
  if (!keys?.ok) throw new Failure(CONFIG, { kind: 'keys-refused' }, `${given.keys} is not a list of that signer's`)
  const kept = given.anchors === undefined ? [] : text(given.anchors).split('\n').filter(Boolean)
  const verdict = await verifyAudit(file, keys.value.anchor, kept)
  if (!verdict.ok)
    throw new Failure(
      CONFIG,
      verdict.error,
      `${given.in} is no export of an audit (a totem's log: totem journal verify FILE --keys FILE --keys-signer FILE)`,
    )
  const { kind, entries, anchors, erased, at } = verdict.value
  if (given.json) console.log(JSON.stringify(verdict.value))
  else {
    const where = { sound: '', broken: `: not from entry ${at} on`, missing: `: an anchor tells of entry ${at}` }[kind]
    console.log(
      `${kind.toUpperCase()}${where} (${entries} entries${erased > 0 ? ` after ${erased} that were erased for their age` : ''}, ${anchors} anchors)`,
    )
  }
  return EXIT_CODES[kind]
}

function text(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch {
    throw new Failure(NO_INPUT, { kind: 'file-unreadable' }, `cannot read ${file}`)
  }
}
