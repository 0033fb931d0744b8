import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { z } from 'zod'
import { jsonOf } from '../basics/json.ts'
import { DAY_MS } from '../basics/time.ts'
import { GATEWAY_KEYS_TYP, gatewayKeys } from '../contract/gateway-keys.ts'
import { RELEASES_DAYS, RELEASES_TYP, releases } from '../contract/release.ts'
import { LIST_DAYS, type ListDates, listHead } from '../contract/signed-list.ts'
import { TRUST_LIST_TYP, trustList } from '../contract/trust.ts'
import { VERIFICATION_KEYS_TYP, verificationKeys } from '../contract/verification.ts'
import { listStanding } from '../trust/list-end.ts'
import { openSignedList, signList } from '../trust/signed-list.ts'
import { CANT_CREATE, CONFIG, Failure, NO_INPUT, needed, noSuch, oneOf, options, putNew, usage } from './command.ts'

/** The list is true and has ended. */
const ENDED = 20

const KINDS = {
  trust: { typ: TRUST_LIST_TYP, form: trustList, days: LIST_DAYS },
  'gateway-keys': { typ: GATEWAY_KEYS_TYP, form: gatewayKeys, days: LIST_DAYS },
  'verification-keys': { typ: VERIFICATION_KEYS_TYP, form: verificationKeys, days: LIST_DAYS },
  releases: { typ: RELEASES_TYP, form: releases, days: RELEASES_DAYS },
}
type Kind = keyof typeof KINDS

const HELP = `totem list sign    signs a list that replaces the previous one
totem list show    is this list true, which number has it, when does it end, what is in it?

  --kind KIND       ${Object.keys(KINDS).join(', ')}
  --in FILE         sign: JSON of what goes in (authorities; sealing, anchor, command; keys; releases), or a folder: all its files
                    *.KIND.json, as \`keys make\` names them, put together; show: the signed list
  --signer FILE     sign: private JWK of the lists' signer, readable by its owner alone
  --previous FILE   sign: the signed list that is replaced; its number grows by one
  --first           sign: there is none before; the list gets number 1
  --days N          sign: it ends after so many days (${LIST_DAYS}; releases ${RELEASES_DAYS})
  --out FILE        sign: the new list; no file is overwritten
  --key FILE        show: public JWK of the lists' signer
  --json            the answer as one line of JSON

Exit codes: 0 done, or true and in force, ${ENDED} true and ended, ${NO_INPUT} no such file,
${CANT_CREATE} the list cannot be written, ${CONFIG} a key or a list refused, 64 wrong command`

const OPTIONS = {
  kind: { type: 'string' },
  in: { type: 'string' },
  signer: { type: 'string' },
  previous: { type: 'string' },
  first: { type: 'boolean', default: false },
  days: { type: 'string' },
  out: { type: 'string' },
  key: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const
type Given = ReturnType<typeof optionsOf>
const optionsOf = (args: string[]) => options(HELP, args, OPTIONS)

const COMMANDS: Record<string, (kind: Kind, given: Given) => Promise<number>> = { sign, show }

/** `totem list …`: the signed lists by which totems and verifiers trust cards, gateway and papers. */
export async function list([what = '--help', ...args]: string[]): Promise<number> {
  const command = Object.entries(COMMANDS).find(([known]) => known === what)?.[1]
  if (!command) return usage(HELP, noSuch('list', what))
  const given = optionsOf(args)
  return command(oneOf(HELP, '--kind', given.kind, Object.keys(KINDS) as Kind[]), given)
}

async function sign(kind: Kind, given: Given): Promise<number> {
  const { typ, form, days: usual } = KINDS[kind]
  const file = needed(HELP, '--in', given.in)
  const out = needed(HELP, '--out', given.out)
  const days = Number(given.days ?? usual)
  if (!Number.isInteger(days) || days < 1) return usage(HELP, '--days is a whole number from 1')
  if ((given.previous === undefined) !== given.first) return usage(HELP, 'one of --previous and --first is needed')
  const signer = signerIn(needed(HELP, '--signer', given.signer))
  const sequence = given.previous === undefined ? 1 : (await numberOf(kind, given.previous, signer)) + 1
  const now = Date.now()
  const dates = {
    sequence,
    issued: new Date(now).toISOString(),
    nextUpdate: new Date(now + days * DAY_MS).toISOString(),
  }
  const content = { ...contentIn(kind, file), ...dates }
  const read = form.safeParse(content)
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => `${path.join('.') || 'list'}: ${message}`)
    throw new Failure(CONFIG, { kind: 'list-malformed' }, `${file} makes no such list: ${faults.join('; ')}`)
  }
  // What the form fills in is not signed: a totem of an earlier version takes no list with a word that it does not know.
  putNew(out, await signList(content, signer, typ))
  const { nextUpdate } = dates
  say(given, { sequence, nextUpdate, out }, `signed number ${sequence}, good until ${nextUpdate}: ${out}`)
  return 0
}

async function show(kind: Kind, given: Given): Promise<number> {
  const { sequence, issued, nextUpdate, ...content } = await opened(
    kind,
    needed(HELP, '--in', given.in),
    jwkIn(needed(HELP, '--key', given.key)),
  )
  const standing = listStanding({ issued, nextUpdate }, new Date())
  const counts = Object.entries(content).map(([name, entries]) => `${entries.length} ${name}`)
  say(
    given,
    { sequence, issued, nextUpdate, standing, ...content },
    `number ${sequence} of ${issued}, ${standing}, ends ${nextUpdate}: ${counts.join(', ')}`,
  )
  return standing === 'ended' || standing === 'lapsed' ? ENDED : 0
}

/** What goes into a list: a file's JSON, or that of a folder's files with the entries of each name joined. */
function contentIn(kind: Kind, path: string): Record<string, unknown> {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return jsonOf(textOf(path)) as Record<string, unknown>
  const files = readdirSync(path).filter((name) => name.endsWith(`.${kind}.json`))
  if (files.length === 0) throw new Failure(NO_INPUT, { kind: 'file-unreadable' }, `no *.${kind}.json in ${path}`)
  const joined: Record<string, unknown[]> = {}
  for (const file of files.toSorted()) {
    const part = z.record(z.string(), z.array(z.unknown())).safeParse(jsonOf(textOf(join(path, file))))
    if (!part.success) throw new Failure(CONFIG, { kind: 'list-malformed' }, `${join(path, file)} is no part of a list`)
    for (const [name, entries] of Object.entries(part.data)) joined[name] = [...(joined[name] ?? []), ...entries]
  }
  return joined
}

type Opened = ListDates & { sequence: number } & Record<string, unknown[]>

/** The number of a list that this key has signed, also of one in an earlier form. */
async function numberOf(kind: Kind, file: string, key: JWK): Promise<number> {
  const read = z.looseObject({ sequence: listHead.sequence }).safeParse(await contentOf(kind, file, key))
  if (!read.success) throw new Failure(CONFIG, { kind: 'list-malformed' }, `${file} is signed and has no number`)
  return read.data.sequence
}

/** What stands in a list of this kind that this key has signed. */
async function contentOf(kind: Kind, file: string, key: JWK): Promise<unknown> {
  const { d: _, ...publicPart } = key
  const read = await openSignedList(textOf(file).trim(), publicPart, KINDS[kind].typ)
  if (read === 'unsigned')
    throw new Failure(CONFIG, { kind: 'list-unsigned' }, `${file} is no ${kind} list that this key has signed`)
  return read.list
}

async function opened(kind: Kind, file: string, key: JWK): Promise<Opened> {
  const checked = KINDS[kind].form.safeParse(await contentOf(kind, file, key))
  if (!checked.success)
    throw new Failure(CONFIG, { kind: 'list-malformed' }, `${file} is signed and is no ${kind} list`)
  return checked.data as unknown as Opened
}

/** The private key of the lists' signer. SECURITY: whoever else can read it can make cards and keys count. */
function signerIn(file: string): JWK {
  const key = jwkIn(file)
  if ((statSync(file).mode & 0o077) !== 0)
    throw new Failure(CONFIG, { kind: 'key-open-to-others' }, `others may read ${file}: chmod 600 ${file}`)
  if (typeof key.d !== 'string' || typeof key.kid !== 'string')
    throw new Failure(CONFIG, { kind: 'key-malformed' }, `${file} is no private JWK with a kid`)
  return key
}

function jwkIn(file: string): JWK {
  const key = jsonOf(textOf(file)) as JWK | null | undefined
  if (key?.kty !== 'EC' || key.crv !== 'P-256')
    throw new Failure(CONFIG, { kind: 'key-malformed' }, `${file} is no JWK of P-256`)
  return key
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new Failure(NO_INPUT, { kind: 'file-unreadable' }, `cannot read ${file}`)
  }
}

const say = ({ json }: Given, answer: object, line: string): void => console.log(json ? JSON.stringify(answer) : line)
