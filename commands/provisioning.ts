import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { type RevocationPolicy, type TrustList, trustList } from '../contract/trust.ts'
import { createIdentity, type IdentityOptions } from '../main/journeys/identify/identity.ts'
import { lookAtTrust } from '../main/lists/trust-store.ts'
import { type ExternalKey, loadExternalKey } from '../native/card/cie/index.ts'
import type { CardService } from '../native/card/service.ts'
import { verifyTrustList } from '../trust/list.ts'
import { loadTrust, type Trust } from '../trust/trust.ts'
import { CONFIG, Failure, NO_INPUT } from './command.ts'
import { configIn } from './data.ts'
import { TRUSTS_TESTS } from './packaged.ts'

export interface Named {
  config?: string | undefined
  trust?: string | undefined
  'trust-key'?: string | undefined
  crl?: string[] | undefined
  'ext-auth-key'?: string | undefined
  'test-trust'?: string | boolean | undefined
}

const wrong = (kind: string, sentence: string) => new Failure(CONFIG, { kind }, sentence)

function content(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch {
    throw new Failure(NO_INPUT, { kind: 'file-unreadable' }, `cannot read ${file}`)
  }
}

/** A totem's own provisioning, or null when the files are named one by one. */
const configOf = ({ config }: Named) => (config ? configIn(config) : null)

const FOR_TESTS = TRUSTS_TESTS === null ? '; for test cards: --test-trust' : ''

/** A bench's own cards and issuers are good where its configuration says that it is one, as for the totem itself. */
const testTrustOf = (named: Named): boolean =>
  TRUSTS_TESTS ?? (named['test-trust'] === true || (configOf(named)?.bench ?? null) !== null)

/** Null: no key is named, and of a CIE only the part without a PIN can be read. */
export function externalKeyOf(named: Named): ExternalKey | null {
  const file = named['ext-auth-key'] ?? configOf(named)?.cie?.externalKey
  if (!file) return null
  const loaded = loadExternalKey(file, { testTrust: testTrustOf(named) })
  if (loaded.state === 'key-refused')
    throw wrong('key-refused', `${file} is not the published external-authentication exponent (256 bytes)${FOR_TESTS}`)
  return loaded.key
}

function jwkIn(file: string) {
  const text = content(file).toString()
  try {
    return JSON.parse(text)
  } catch {
    throw wrong('trust-key-malformed', `${file} is no JWK`)
  }
}

/** `key` null: the technician has named the list and vouches for it. */
async function trustListOf(file: string, key: string | null): Promise<TrustList> {
  const jws = content(file).toString().trim()
  if (key !== null) {
    const opened = await verifyTrustList(jws, jwkIn(key))
    if (!opened.ok) throw wrong(opened.error.kind, `${file}: ${opened.error.kind}`)
    return opened.value
  }
  try {
    return trustList.parse(JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()))
  } catch {
    throw wrong('trust-list-malformed', `${file} is no trust list`)
  }
}

/** Without a usable CRL a technician's check says so and goes on. */
const LENIENT: RevocationPolicy = { maxAgeHours: 24, whenUnknown: 'accept' }

/** What this totem trusts, with the CRLs that it has kept; or what the technician names file by file. */
async function trustOf(named: Named): Promise<Trust> {
  const config = configOf(named)
  if (config && !named.trust && !named.crl) {
    const looked = await lookAtTrust(config, testTrustOf(named), new Date())
    if (looked.ok) return looked.value.trust
    throw wrong(looked.error.kind, `${config.trust.list}: ${looked.error.kind}${FOR_TESTS}`)
  }
  const file = named.trust ?? config?.trust.list ?? ''
  const list = await trustListOf(file, named['trust-key'] ?? (named.trust ? null : (config?.trust.listKey ?? null)))
  const trust = loadTrust(list, (named.crl ?? []).map(content), config?.trust.revocation ?? LENIENT)
  if (!trust.ok) throw wrong(trust.error.kind, `${file}: ${trust.error.kind}`)
  return trust.value
}

/** The checks of a visit, on a card service in this process. */
export async function identityOf(named: Named, service: CardService) {
  const config = configOf(named)
  const trust = await trustOf(named)
  const devices = {
    call: async (method: string, params: { pin: Uint8Array | null; challenge: Uint8Array }) =>
      method === 'card.login' ? service.login(params.pin, params.challenge) : service.read(),
  } as unknown as IdentityOptions['devices']
  return createIdentity({
    devices,
    trust: () => trust,
    // Nobody takes this log-in anywhere, so that it needs no challenge of the gateway's.
    challenges: { prepare: () => {}, forLogin: async () => randomBytes(32).toString('base64') },
    totem: config?.totem ?? 'TT-0000',
    now: () => new Date(),
  })
}

/** The PIN as bytes: from the command line, or typed unseen. */
export async function pinOf(given: string | undefined): Promise<Uint8Array> {
  if (given !== undefined) return Buffer.from(given)
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: process.stdin.isTTY })
  process.stderr.write('PIN: ')
  const typed = await terminal.question('')
  terminal.close()
  process.stderr.write('\n')
  return Buffer.from(typed)
}
