// The verification codes on the golden papers. ECDSA draws a random number, so they were signed once and are kept:
//   node test/support/documents/codes.ts
// signs all of them anew, with keys made for that one run and never written down. documents-codes.json keeps the codes,
// the signed list of the totems' public keys, and the public key of the list's signer. UPDATE_GOLDEN=1 then draws the
// papers.
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { FactLetter } from '../../../contract/catalogue.ts'
import type { RegisteredPerson } from '../../../contract/document.ts'
import type { Language } from '../../../contract/language.ts'
import type { VerificationClaims } from '../../../contract/verification.ts'
import { relationName } from '../../../main/documents/kinship.ts'
import { statoCivile } from '../../../main/documents/person.ts'
import { signVerificationCode, verificationSigner } from '../../../main/documents/verification-code.ts'
import { plainDate } from '../../../main/documents/words.ts'
import { signVerificationKeys, verificationKeyPair } from '../../../simulator/pki/verification-keys.ts'
import frozen from '../../golden/documents-codes.json' with { type: 'json' }
import {
  at,
  cardOnly,
  collectBefore,
  dolina,
  dorde,
  juergen,
  laura,
  operation,
  outcome,
  pages,
  sluderno,
  spello,
} from './people.ts'

const issuedAt = at.toISOString()
/** Papers of one moment; their number tells them apart. */
const paper = (number: number, { totem }: { totem: string }) => ({
  id: `01M817SG70QW3N5V8T2K9R4H${String(number).padStart(2, '0')}`,
  totem,
  issuedAt,
})
const { types, protocol } = outcome
const pdfSha256 = createHash('sha256').update(Buffer.from(outcome.pdf, 'base64')).digest('hex')
const receipt = { document: 'receipt', operation, types, protocol, pdfSha256, pages } as const
const slip = { document: 'slip', validUntil: collectBefore, operation, types } as const
const subjectOf = ({ surname, name, codiceFiscale }: RegisteredPerson) => ({ surname, name, codiceFiscale })

/** The facts under the mark ANPR, by the letters of art. 46 DPR 445/2000. */
function told(person: RegisteredPerson, language: Language = 'it') {
  const { born, birthPlace, residence, citizenships, family } = person
  const facts: Partial<Record<FactLetter, string>> = {}
  if (born && birthPlace) facts.a = `${birthPlace}, ${plainDate(born)}`
  if (residence) facts.b = `${residence.comune}, ${residence.address}`
  if (citizenships) facts.c = citizenships.join(', ')
  const [state] = statoCivile(person, [language]) ?? []
  if (state) facts.e = state
  const relatives = family?.map((one) =>
    [`${one.surname} ${one.name}`, one.born && plainDate(one.born), relationName(one, language)].join(', '),
  )
  if (relatives) facts.f = relatives.join('\n')
  return { subject: subjectOf(person), fromAnpr: facts }
}

/** A declaration's own: birth stands on every form, of the rest only what is declared. */
function declaring(person: RegisteredPerson, ...letters: FactLetter[]) {
  const { subject, fromAnpr } = told(person)
  const printed = Object.entries(fromAnpr).filter(([letter]) => ['a', ...letters].includes(letter))
  return { subject, fromAnpr: Object.fromEntries(printed) as typeof fromAnpr }
}

/** The declaring person: a form of art. 47 DPR 445/2000 has nothing else from ANPR. */
function identity(person: RegisteredPerson) {
  const { subject, fromAnpr } = told(person)
  const { a, b } = fromAnpr
  return { subject, fromAnpr: { ...(a && { a }), ...(b && { b }) } }
}

/** The contents of each code: the words of its paper. */
export const claims = {
  'ricevuta-it': { ...paper(1, spello), ...receipt },
  'ricevuta-en': { ...paper(2, spello), ...receipt },
  // A receipt says the same in its code however the bollo was settled.
  'ricevuta-marca-it': { ...paper(1, spello), ...receipt },
  'ricevuta-marca-en': { ...paper(2, spello), ...receipt },
  'ritiro-it': { ...paper(3, spello), ...slip },
  'ritiro-en': { ...paper(4, spello), ...slip },
  'visura-it': { ...paper(5, spello), document: 'visura', ...told(laura) },
  'visura-en': { ...paper(6, spello), document: 'visura', ...told(laura, 'en') },
  'visura-it-de': { ...paper(7, sluderno), document: 'visura', ...told(juergen) },
  'visura-it-sl': { ...paper(8, dolina), document: 'visura', ...told(dorde) },
  'autocertificazione-it': {
    ...paper(9, spello),
    document: 'dichiarazioneSostitutiva',
    ...declaring(laura, 'b', 'f'),
    declared: {},
  },
  'autocertificazione-it-card': {
    ...paper(10, spello),
    document: 'dichiarazioneSostitutiva',
    ...told(cardOnly),
    declared: {},
  },
  'autocertificazione-it-en': {
    ...paper(11, spello),
    document: 'dichiarazioneSostitutiva',
    ...declaring(laura, 'b', 'f'),
    declared: {},
  },
  'autocertificazione-it-de': {
    ...paper(12, sluderno),
    document: 'dichiarazioneSostitutiva',
    ...declaring(juergen, 'b'),
    // This paper has no data of any register.
    declared: { g: 'di essere in vita' },
  },
  'autocertificazione-it-sl': {
    ...paper(13, dolina),
    document: 'dichiarazioneSostitutiva',
    ...declaring(dorde, 'b'),
    declared: {},
  },
  'notorieta-it': { ...paper(14, spello), document: 'attoNotorio', ...identity(laura) },
  'notorieta-it-en': { ...paper(15, spello), document: 'attoNotorio', ...identity(laura) },
  'notorieta-it-de': { ...paper(16, sluderno), document: 'attoNotorio', ...identity(juergen) },
} as const satisfies Record<string, VerificationClaims>
export type Coded = keyof typeof claims

/** JWS of the key list, and the public JWK that opens it. */
export const { keys, signer } = frozen
export const codeOf = (name: Coded): string => (frozen.codes as Partial<Record<string, string>>)[name] ?? ''

async function signAll() {
  const totems = await Promise.all([spello, sluderno, dolina].map(({ totem }) => verificationKeyPair(totem)))
  const { private: keeper } = await verificationKeyPair('who keeps the list')
  const { d: _, ...publicPart } = keeper
  const list = {
    sequence: 1,
    issued: '2026-11-20T00:00:00.000Z',
    nextUpdate: '2026-12-20T00:00:00.000Z',
    keys: totems.map(({ listed }) => ({
      ...listed,
      notBefore: '2026-01-01T00:00:00.000Z',
      notAfter: '2028-01-01T00:00:00.000Z',
    })),
  }
  const codes = Object.entries<VerificationClaims>(claims).map(([name, said]) => {
    const key = totems.find(({ listed }) => listed.totem === said.totem)?.private
    const code = key && signVerificationCode(said, verificationSigner(key))
    if (!code?.ok) throw new Error(`${name} cannot be signed`)
    return [name, code.value]
  })
  const kept = { signer: publicPart, keys: await signVerificationKeys(list, keeper), codes: Object.fromEntries(codes) }
  writeFileSync(
    fileURLToPath(new URL('../../golden/documents-codes.json', import.meta.url)),
    `${JSON.stringify(kept, null, 2)}\n`,
  )
}

if (import.meta.main) signAll()
