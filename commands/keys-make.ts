import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DAY_MS } from '../basics/time.ts'
import type { TotemConfig } from '../contract/config.ts'
import { isoInstant } from '../contract/identity.ts'
import { type NamedJwk, newJwkPair } from '../main/keys/jwk-pair.ts'
import { openProtector } from '../main/keys/protector.ts'
import { newOutcomeKey } from '../main/keys/rotate.ts'
import { keyFiles, outcomeKeyFile } from '../main/keys/totem-keys.ts'
import {
  CANT_CREATE,
  CONFIG,
  Failure,
  NO_INPUT,
  needed,
  notMade,
  oneOf,
  options,
  putNew,
  TEMPORARY,
  usage,
} from './command.ts'
import { CONFIG_FILE, configIn, ownerOrFail } from './data.ts'
import { keyFailed, OTHER_MACHINE } from './key-failure.ts'

/** A totem works for so long, and its papers are looked at for longer: a key's end is that of what it may still sign. */
const VERIFICATION_DAYS = 3_650

const HELP = `totem keys make    makes a private key, for its owner alone, and its public half to hand on; overwrites nothing

  --kind KIND      a totem's: tls, outcome, verification; a gateway's: gateway-tls, sealing, anchor, command; of lists: signer
  --public DIR     folder for the public half
  --config FILE    a totem's key: the totem's configuration, which says where the private half lies and how it is
                   protected (${CONFIG_FILE})
  --private DIR    another key: folder for the private half
  --host NAME      gateway-tls: name or address by which totems call the gateway; may be repeated
  --from TIME      sealing: totems seal to it from then on (now), such as 2027-01-31T00:00:00Z
  --days N         verification: papers that are signed with it for so many days are genuine (${VERIFICATION_DAYS})
  --json           the answer as one line of JSON

The public half of a TLS key is a request for its certificate (PKCS #10), of a key for outcomes a file for the gateway's
folder of totems, of a signer a file for those who check its lists. The others are parts of a list, for
\`totem list sign --in DIR\`. Run as the totem's, or the gateway's, user.
Exit codes: 0 done, ${OTHER_MACHINE} the keys are another machine's, ${NO_INPUT} no such file, ${CANT_CREATE} a file is there already or cannot be made,
${TEMPORARY} the TPM is busy, ${CONFIG} configuration or key refused, 64 wrong command`

const OPTIONS = {
  kind: { type: 'string' },
  public: { type: 'string' },
  config: { type: 'string', default: CONFIG_FILE },
  private: { type: 'string' },
  host: { type: 'string', multiple: true },
  from: { type: 'string' },
  days: { type: 'string', default: String(VERIFICATION_DAYS) },
  json: { type: 'boolean', default: false },
} as const
type Given = ReturnType<typeof optionsOf>
const optionsOf = (args: string[]) => options(HELP, args, OPTIONS)

/** A key pair that is on no disk yet. `put` writes the private half where nothing is. */
interface NewKey {
  file: string
  put(): Promise<void>
  public: { name: string; content: string; use: string }
}

const KINDS = {
  tls,
  outcome,
  verification,
  'gateway-tls': gatewayTls,
  sealing,
  anchor: (given: Given) => signs('anchor', given),
  command: (given: Given) => signs('command', given),
  signer,
}

/** `totem keys make`: every key of an installation, one by one. */
export async function make(args: string[]): Promise<number> {
  const given = optionsOf(args)
  const kind = oneOf(HELP, '--kind', given.kind, Object.keys(KINDS) as (keyof typeof KINDS)[])
  const folder = needed(HELP, '--public', given.public)
  const key = await KINDS[kind](given)
  const { name, content, use } = key.public
  const shared = join(folder, name)
  if (existsSync(shared)) throw isThere(shared)
  makeFolder(folder)
  makeFolder(dirname(key.file), 0o700)
  await key.put()
  putNew(shared, content)
  const answer = { kind, private: key.file, public: shared }
  console.log(given.json ? JSON.stringify(answer) : `private half: ${key.file}\npublic half:  ${shared}, ${use}`)
  return 0
}

async function tls(given: Given): Promise<NewKey> {
  const config = await ownConfig(given)
  const { newTlsKey } = await import('../main/keys/csr.ts')
  const { key, request } = await newTlsKey(config.totem)
  return {
    ...totemKey(config, config.gateway.key, key),
    public: {
      ...{ name: `${config.totem}.csr.pem`, content: request },
      use: `for the authority of the totems; its certificate goes to ${config.gateway.certificate}`,
    },
  }
}

async function outcome(given: Given): Promise<NewKey> {
  const config = await ownConfig(given)
  const made = (await keyFiles(config)).find((file) => dirname(file) === config.outcomeKeys)
  if (made) {
    const sentence = `${made} is there already: totem keys rotate makes the key that follows it`
    throw new Failure(CANT_CREATE, { kind: 'file-not-made' }, sentence)
  }
  const pair = await newOutcomeKey(Date.now())
  return {
    ...totemKey(config, outcomeKeyFile(config, pair.public.kid), jsonLine(pair.private)),
    public: {
      ...{ name: `${config.totem}.outcome.pub.jwk.json`, content: jsonLine(pair.public) },
      use: "for the gateway's folder of totems",
    },
  }
}

async function verification(given: Given): Promise<NewKey> {
  const config = await ownConfig(given)
  if (!config.verification) {
    const sentence = `${given.config} names no key for codes (verification.key): papers of this totem carry none`
    throw new Failure(CONFIG, { kind: 'not-configured' }, sentence)
  }
  const days = Number(given.days)
  if (!Number.isInteger(days) || days < 1) return usage(HELP, '--days is a whole number from 1')
  const pair = await newJwkPair('sig')
  // A code has room for eight bytes of the thumbprint (contract/verification.ts).
  const kid = Buffer.from(pair.public.kid, 'base64url').subarray(0, 8).toString('base64url')
  const { x, y } = pair.public
  const now = Date.now()
  const [notBefore, notAfter] = [0, days].map((after) => new Date(now + after * DAY_MS).toISOString())
  return {
    ...totemKey(config, config.verification.key, jsonLine({ ...pair.private, kid })),
    public: part('verification-keys', config.totem, {
      keys: [{ kid, totem: config.totem, x, y, notBefore, notAfter }],
    }),
  }
}

async function gatewayTls(given: Given): Promise<NewKey> {
  const hosts = given.host ?? []
  const [name] = hosts
  if (name === undefined) return usage(HELP, '--host is needed')
  const { newTlsKey } = await import('../main/keys/csr.ts')
  const { key, request } = await newTlsKey(name, hosts)
  return {
    ...plainKey(given, 'gateway.key.pem', key),
    public: { name: 'gateway.csr.pem', content: request, use: 'for the authority of the gateways' },
  }
}

async function sealing(given: Given): Promise<NewKey> {
  const from = isoInstant.safeParse(given.from ?? new Date().toISOString())
  if (!from.success) return usage(HELP, '--from is a time such as 2027-01-31T00:00:00Z')
  const pair = await newJwkPair('enc')
  const name = `sealing-${pair.public.kid}`
  return {
    ...plainKey(given, `${name}.jwk.json`, jsonLine(pair.private)),
    public: part('gateway-keys', name, { sealing: [{ from: from.data, key: point(pair.public) }] }),
  }
}

/** What the gateway vouches for, and what it commands, are signed by keys of their own. */
async function signs(what: 'anchor' | 'command', given: Given): Promise<NewKey> {
  const pair = await newJwkPair('sig')
  const name = `${what}-${pair.public.kid}`
  return {
    ...plainKey(given, `${name}.jwk.json`, jsonLine(pair.private)),
    public: part('gateway-keys', name, { [what]: [point(pair.public)] }),
  }
}

async function signer(given: Given): Promise<NewKey> {
  const pair = await newJwkPair('sig')
  return {
    ...plainKey(given, 'signer.jwk.json', jsonLine(pair.private)),
    public: {
      ...{ name: 'signer.pub.jwk.json', content: jsonLine(pair.public) },
      use: 'for the totems and gateways that check its lists',
    },
  }
}

async function ownConfig({ config: file }: Given): Promise<TotemConfig> {
  const config = configIn(file)
  await ownerOrFail(config)
  return config
}

/** The private half of a totem's key lies where its configuration says, and as that protects it. */
const totemKey = ({ keyProtection }: TotemConfig, file: string, content: string): Omit<NewKey, 'public'> => ({
  file,
  async put() {
    if (existsSync(file)) throw isThere(file)
    const protector = await openProtector(keyProtection)
    if (!protector.ok) throw keyFailed(protector.error)
    await protector.value.write(file, Buffer.from(content))
  },
})

/** The private half of any other key. */
function plainKey(given: Given, name: string, content: string): Omit<NewKey, 'public'> {
  const file = join(needed(HELP, '--private', given.private), name)
  return { file, put: async () => putNew(file, content, 0o600) }
}

const part = (list: string, name: string, entries: Record<string, object[]>): NewKey['public'] => ({
  name: `${name}.${list}.json`,
  content: jsonLine(entries),
  use: `a part of the list of ${list}`,
})

const point = ({ kid, x, y }: NamedJwk) => ({ kty: 'EC', crv: 'P-256', kid, x, y })

const jsonLine = (value: object) => `${JSON.stringify(value)}\n`

const isThere = (file: string) => notMade(file, Object.assign(new Error(), { code: 'EEXIST' }))

function makeFolder(folder: string, mode = 0o755): void {
  try {
    mkdirSync(folder, { recursive: true, mode })
  } catch (reason) {
    throw notMade(folder, reason as NodeJS.ErrnoException)
  }
}
