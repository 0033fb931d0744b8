import { createHash, createHmac, createPrivateKey, randomBytes, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose'
import { ulid } from 'ulid'
import { atTotem, type Caller, callerText } from '../../../contract/caller.ts'
import { type CardEvidence, statementBytes, statementOf } from '../../../contract/evidence.ts'
import {
  type CertificateRequest,
  type IssuedOutcome,
  issuedOutcome,
  outcomeReceipt,
  REQUEST_VERSION,
  requestHeader,
  sealing,
} from '../../../contract/gateway.ts'
import { sealedChallenge } from '../../../gateway/login/challenges.ts'
import { anotherCard } from '../../../simulator/fleet/cards.ts'
import { personById } from '../../../simulator/population/people.ts'
import { PKI } from '../pki.ts'

const pki = (name: string) => readFileSync(join(PKI, name))
const text = (name: string) => pki(name).toString()

/** The secret of the gateways that `openCentre` starts. */
export const ACCESS_LOG_KEY = Buffer.alloc(32, 'access log')

/** A challenge as a gateway of `openCentre` gives it to that caller, when it has heard it in so many minutes. */
export const challengeOf = (caller: Caller, at: Date, heard = 0): string =>
  sealedChallenge(caller, { at, heard }, (text) =>
    createHmac('sha256', ACCESS_LOG_KEY).update(text).digest('base64url'),
  )

/**
 * The evidence of a card and its holder's right PIN at a totem. `certificate` and `key` name files of the PKI's cards;
 * without them each CNS is another one of the same person. The challenge is one that a gateway of `openCentre` gave at
 * the log-in, or now if the totem's clock is ahead.
 */
export function login(
  person: string,
  {
    totem = 'TT-0001',
    caller = atTotem(totem),
    at = new Date(),
    challenge: given = challengeOf(caller, new Date(Math.min(+at, Date.now()))),
    card = 'cns',
    certificate,
    key = person,
  }: Login = {},
): CardEvidence {
  const cards = card === 'cie' ? 'cie/cards' : 'cards'
  const nonce = randomBytes(32).toString('base64')
  const statement = statementOf({ caller, session: ulid(), at: at.toISOString(), challenge: given, nonce })
  const challenge = createHash('sha256').update(statementBytes(statement)).digest()
  return {
    by: 'card',
    statement,
    certificate: (card === 'cns' && certificate === undefined
      ? anotherCard(PKI, person)
      : pki(`${cards}/${certificate ?? person}.cert.der`)
    ).toString('base64'),
    signature: sign('sha256', challenge, createPrivateKey(pki(`${cards}/${key}.key.pem`))).toString('base64'),
  }
}

interface Login {
  totem?: string
  caller?: Caller
  at?: Date
  challenge?: string
  card?: 'cns' | 'cie'
  certificate?: string
  key?: string
}

export const idAnpr = (person: string): string => personById(person).idAnpr

export const wish = (
  person: string,
  { evidence = login(person), ...more }: Partial<CertificateRequest> = {},
): CertificateRequest => ({
  version: REQUEST_VERSION,
  operation: ulid(Date.parse(evidence.statement.at)),
  kind: 'certificate',
  subject: null,
  types: ['8'],
  bollo: { kind: 'exempt', exemption: 'processuale' },
  language: 'IT',
  requestedAt: evidence.statement.at,
  evidence,
  ...more,
})

/** Seals as the totem does; `header` overrides, for what a forger would do. */
export const sealed = (request: CertificateRequest, header: Record<string, string> = {}) =>
  sealedText(request.operation, request, { caller: callerText(request.evidence.statement.caller), ...header })

/** Seals whatever it is under an operation's id; as TT-0001, unless `header` says otherwise. `jwk`: a gateway's key. */
export async function sealedText(
  operation: string,
  content: object,
  header: Record<string, string> = {},
  jwk = JSON.parse(text('gateway.sealing.pub.jwk.json')) as JWK,
): Promise<{ operation: string; sealed: string }> {
  const own = requestHeader(String(jwk.kid), { operation, caller: atTotem('TT-0001'), kind: 'certificate' })
  const jwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(content)))
    .setProtectedHeader({ ...own, ...header })
    .encrypt(await importJWK(jwk, sealing.alg))
  return { operation, sealed: jwe }
}

/** A login as totems made it before evidence said how the person was proved. */
export function formerLogin({ by: _, statement, ...proof }: CardEvidence) {
  const { caller, challenge: __, ...same } = statement
  return { ...proof, statement: { ...same, purpose: 'totem-polis/login/1', totem: caller.id } }
}

/** A request as totems sealed it before requests had a version. */
export function formerRequest({ version: _, evidence, ...request }: CertificateRequest) {
  if (evidence.by !== 'card') throw new Error('cards alone proved a person then')
  return { ...request, evidence: formerLogin(evidence) }
}

/** Opens an outcome with a totem's key. */
export async function opened(outcome: string, totem = 'TT-0001'): Promise<{ header: unknown; outcome: IssuedOutcome }> {
  const key = await importJWK(JSON.parse(text(`totems/${totem}.outcome.jwk.json`)) as JWK, sealing.alg)
  const { plaintext, protectedHeader } = await compactDecrypt(outcome, key)
  return {
    header: protectedHeader,
    outcome: issuedOutcome.parse(JSON.parse(new TextDecoder().decode(plaintext))),
  }
}

/** The token in the receipt of a page of outcomes, opened with a totem's key. */
export async function openedReceipt(receipt: string, totem: string): Promise<string> {
  const key = await importJWK(JSON.parse(text(`totems/${totem}.outcome.jwk.json`)) as JWK, sealing.alg)
  const { plaintext } = await compactDecrypt(receipt, key)
  return outcomeReceipt.parse(JSON.parse(new TextDecoder().decode(plaintext))).token
}
