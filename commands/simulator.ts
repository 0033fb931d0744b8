import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { virtualCard } from '../simulator/card/card.ts'
import { isExponent } from '../simulator/card/cie/external-authority.ts'
import { CIE_PROFILES, type CieProfile } from '../simulator/card/cie/profiles.ts'
import { CNS_PROFILES, type CnsProfile } from '../simulator/card/cns-profiles.ts'
import { insertCard } from '../simulator/card/insert.ts'
import { startPcscd } from '../simulator/card/pcscd.ts'
import { makePki } from '../simulator/pki/make.ts'
import { cardsFolderOf } from '../simulator/pki/on-demand.ts'
import { known } from '../simulator/population/known.ts'
import { population } from '../simulator/population/registry.ts'
import { CONFIG, Failure, NO_INPUT, noSuch, oneOf, options, usage } from './command.ts'

const PKI = fileURLToPath(new URL('../.bench/pki', import.meta.url))

const HAND_MADE = known().flatMap(({ schede }) => schede.map(({ id }) => id))

const HELP = `totem simulator card --kind cns|cie [--atr NAME] [--person ID] [--port N] [--ext-auth-key FILE]

Keeps one synthetic person's card in a virtual reader until Ctrl+C; its PIN is 12345678.
  --atr NAME   cns: ${Object.keys(CNS_PROFILES).join(', ')}
               cie: ${Object.keys(CIE_PROFILES).join(', ')}
  --person ID  ${[0, 7, 14, 20].map((from, at, starts) => HAND_MADE.slice(from, starts[at + 1]).join(', ')).join(`,\n${' '.repeat(15)}`)};
               or of the three thousand others, whom the dock finds: g000001-1
  --port N     port of a running virtual reader that speaks vpcd's frames; without it the command starts a PC/SC
               service of its own and prints the environment for its clients
  --ext-auth-key FILE
               cie: external-authentication exponent, 256 bytes, of the terminals that the card trusts (the published
               one: the State's own software); default that of the test keys

totem simulator anpr runs PDND's token server and ANPR for any client; see its --help.
totem simulator pagopa runs pagoPA's platform for any creditor; see its --help.
totem simulator population writes synthetic people, a JSON line each; see its --help.
totem simulator fleet tries thousands of totems against a gateway; see its --help.
totem simulator trouble makes what operators are told of, one condition after the other; see its --help.`

/** `totem simulator …`: virtual hardware for any client. Resolves to the exit code when it is interrupted. */
export async function simulator([what = '', ...args]: string[]): Promise<number> {
  // Loaded on demand: it brings half of the totem with it.
  if (what === 'fleet') return (await import('./fleet.ts')).fleet(args)
  if (what === 'trouble') return (await import('./trouble.ts')).trouble(args, PKI)
  if (what === 'anpr') return (await import('./simulator-anpr.ts')).simulatorAnpr(args, PKI)
  if (what === 'pagopa') return (await import('./simulator-pagopa.ts')).simulatorPagopa(args, PKI)
  if (what === 'population') return (await import('./simulator-population.ts')).simulatorPopulation(args)
  if (what !== 'card') return usage(HELP, noSuch('simulator', what))
  const given = options(HELP, args, {
    kind: { type: 'string' },
    atr: { type: 'string' },
    person: { type: 'string', default: 'anna-bianchi' },
    port: { type: 'string' },
    'ext-auth-key': { type: 'string' },
  })
  const kind = oneOf(HELP, '--kind', given.kind, ['cns', 'cie'])
  const person = holding(given.person)
  const profile = (profiles: object) => given.atr && oneOf(HELP, '--atr', given.atr, Object.keys(profiles))
  const file = given['ext-auth-key']
  if (file !== undefined && kind === 'cns') return usage(HELP, '--ext-auth-key is for a CIE')
  const externalKey = file === undefined ? null : exponentIn(file)
  await makePki(PKI)
  const folder = await cardsFolderOf(person, PKI)
  const card =
    kind === 'cns'
      ? virtualCard('cns', person, folder, profileOption(profile(CNS_PROFILES) as CnsProfile | undefined))
      : virtualCard('cie', person, folder, {
          ...profileOption(profile(CIE_PROFILES) as CieProfile | undefined),
          ...(externalKey && { externalKey }),
        })

  const pcscd = given.port === undefined ? await startPcscd() : null
  const port = pcscd ? pcscd.ports[kind === 'cns' ? 0 : 1] : Number(given.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return usage(HELP, '--port is a TCP port')
  const inserted = await insertCard(card, port)
  console.log(`${kind} of ${person} at port ${port}; Ctrl+C takes it out`)
  if (pcscd) console.log(`export PCSCLITE_CSOCK_NAME=${pcscd.socket}`)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), inserted.removed])
  await inserted.remove()
  await pcscd?.stop()
  return 0
}

function holding(id: string): string {
  const scheda = population.byId(id)
  if (!scheda) return usage(HELP, `--person is one of: ${HAND_MADE.join(', ')}; or of the rest, e.g. g000001-1`)
  if (!scheda.generalita.codiceFiscale) return usage(HELP, `${id} has no codice fiscale, so no card either`)
  return id
}

function exponentIn(file: string): Uint8Array {
  let exponent: Uint8Array
  try {
    exponent = readFileSync(file)
  } catch {
    throw new Failure(NO_INPUT, { kind: 'file-unreadable' }, `cannot read ${file}`)
  }
  if (isExponent(exponent)) return exponent
  throw new Failure(CONFIG, { kind: 'key-refused' }, `${file} is no private exponent of 256 bytes`)
}

const profileOption = <P>(profile: P | undefined) => (profile === undefined ? {} : { profile })
