import { createHash, createPrivateKey, randomBytes, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose'
import { ulid } from 'ulid'
import { type Evidence, type LoginStatement, statementBytes } from '../../../contract/evidence.ts'
import {
  type CertificateRequest,
  type IssuedOutcome,
  issuedOutcome,
  REQUEST_TYP,
  sealedHeader,
  sealing,
} from '../../../contract/gateway.ts'
import { personById } from '../../../simulator/population/people.ts'
import { PKI } from '../pki.ts'

const pki = (name: string) => readFileSync(join(PKI, name))
const text = (name: string) => pki(name).toString()

/** What a card and its holder's right PIN yield at a totem. `certificate` and `key` name files of the PKI's cards. */
export function login(
  person: string,
  { totem = 'TT-0001', at = new Date(), card = 'cns', certificate = person, key = person }: Login = {},
): Evidence {
  const cards = card === 'cie' ? 'cie/cards' : 'cards'
  const statement: LoginStatement = {
    purpose: 'totem-polis/login/1',
    totem,
    session: ulid(),
    at: at.toISOString(),
    nonce: randomBytes(32).toString('base64'),
  }
  const challenge = createHash('sha256').update(statementBytes(statement)).digest()
  return {
    statement,
    certificate: pki(`${cards}/${certificate}.cert.der`).toString('base64'),
    signature: sign('sha256', challenge, createPrivateKey(pki(`${cards}/${key}.key.pem`))).toString('base64'),
  }
}

interface Login {
  totem?: string
  at?: Date
  card?: 'cns' | 'cie'
  certificate?: string
  key?: string
}

export const idAnpr = (person: string): string => personById(person).idAnpr

export const wish = (
  person: string,
  { evidence = login(person), ...more }: Partial<CertificateRequest> = {},
): CertificateRequest => ({
  operation: ulid(Date.parse(evidence.statement.at)),
  kind: 'certificate',
  subject: null,
  types: ['8'],
  exemption: 'processuale',
  language: 'IT',
  requestedAt: evidence.statement.at,
  evidence,
  ...more,
})

/** Seals as the totem does; `header` overrides, for what a forger would do. */
export async function sealed(
  request: CertificateRequest,
  header: Record<string, string> = {},
): Promise<{ operation: string; sealed: string }> {
  const jwk = JSON.parse(text('gateway.sealing.pub.jwk.json')) as JWK
  const { totem } = request.evidence.statement
  const jwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(request)))
    .setProtectedHeader({ ...sealedHeader(REQUEST_TYP, String(jwk.kid), { ...request, totem }), ...header })
    .encrypt(await importJWK(jwk, sealing.alg))
  return { operation: request.operation, sealed: jwe }
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
