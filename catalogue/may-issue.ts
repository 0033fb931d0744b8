import type { CertificateType, Purpose } from '../contract/catalogue.ts'
import type { RefusalKind } from '../contract/gateway.ts'
import { err, ok, type Result } from '../contract/result.ts'
import { refusalOf } from './anpr-codes.ts'
import { dueFor } from './bollo.ts'
import { certificates, sheetConflict, type TableType } from './certificates.ts'

/** What is known of the person whom a certificate is about. A fact that is not known is absent, and refuses nothing. */
export interface Subject {
  /** Enrolled among residents, among Italians abroad, or (to be put in order first) in both. */
  register?: 'APR' | 'AIRE' | 'both'
  state?: 'enrolled' | 'dead' | 'removed'
  /** ANPR table 42. */
  certifiable?: '0' | '1' | '2' | '3' | '4'
  procedureOpen?: boolean
  tie?: 'family' | 'convivenza'
  /** Members of the famiglia anagrafica. */
  household?: number
  familyState?: 'whole' | 'no-intestatario' | 'incomplete' | 'being-entered'
  /** ANPR table 1; `missing`: the register has none. */
  statoCivile?: '1' | '2' | '3' | '4' | '6' | '7' | '8' | '9' | 'missing'
  marriage?: 'recorded' | 'incomplete' | 'no-spouse'
  union?: 'recorded' | 'incomplete'
  contract?: 'recorded' | 'incomplete'
  /** `unclear`: none, undefined, or more than one, which ANPR does not certify (EN407). */
  citizenship?: 'italian' | 'foreign' | 'unclear'
  bornInItaly?: boolean
  homeless?: boolean
}

/** What is known of the person who asks. */
export interface Requester {
  self?: boolean
  adult?: boolean
  /** Stands on the subject's family sheet. */
  sameFamily?: boolean
  dead?: boolean
  validDocument?: boolean
  /** One of the two whom the cohabitation contract binds. */
  partner?: boolean
}

/** `anpr`: the code that ANPR gives for it; null where its texts name none. `type` null: it is said of the whole sheet. */
export interface Obstacle {
  kind: RefusalKind
  anpr: string | null
  type: TableType | null
}
export type NotIssued = { kind: 'not-issued'; refusals: [Obstacle, ...Obstacle[]] }

interface Rule {
  code: string | null
  /** The types that it blocks; absent: each. */
  types?: readonly TableType[]
  /** The types that it does not block. */
  butFor?: readonly TableType[]
  blocks(subject: Subject, requester: Requester): boolean
}

const FAMILY = ['12', '13', '16'] as const
/** Unmarried, widowed, divorced, and free after a civil union: the codes of table 1 that may marry. */
const FREE = ['1', '3', '4', '7', '8']
const of = (register: 'APR' | 'AIRE') =>
  (Object.keys(certificates) as TableType[]).filter((type) => certificates[type].register === register)

/** What blocks an issue, worst first: ANPR's "controllo certificati" and its list of errors. */
const RULES: readonly Rule[] = [
  { code: 'EN170', blocks: (_, { dead }) => dead === true },
  { code: 'EN054', types: ['7'], blocks: ({ state }) => state === 'dead' },
  { code: 'EN228', butFor: ['7'], blocks: ({ state }) => state === 'dead' },
  { code: 'EN229', blocks: ({ state }) => state === 'removed' },
  { code: 'EN470', blocks: ({ register }) => register === 'both' },
  // A comune may force these through (`forzaCertificazione`): an official's power, and not a totem's.
  { code: 'EN160', blocks: ({ certifiable = '2' }) => ['0', '3', '4'].includes(certifiable) },
  { code: 'EN046', butFor: ['8', '12'], blocks: ({ certifiable }) => certifiable === '1' },
  { code: 'EN181', butFor: ['8', '10', '12'], blocks: ({ procedureOpen }) => procedureOpen === true },
  { code: 'EN286', blocks: (_, { validDocument }) => validDocument === false },
  { code: 'EN169', blocks: (_, { self, sameFamily }) => self !== true && sameFamily === false },
  { code: 'EN169', types: ['13', '16'], blocks: (_, { adult }) => adult === false },
  { code: 'EN356', types: ['19'], blocks: (_, { partner }) => partner === false },
  // Uncertain: the open data show a few residents' types given to people enrolled abroad, against the written controls.
  { code: 'EN044', types: of('APR'), blocks: ({ register }) => register === 'AIRE' },
  { code: 'EN057', types: ['15'], blocks: ({ register }) => register === 'APR' },
  { code: 'EN164', types: ['10'], blocks: ({ register }) => register === 'APR' },
  {
    code: 'EN410',
    types: ['1'],
    blocks: ({ register, bornInItaly }) => register === 'AIRE' && bornInItaly === false,
  },
  { code: 'EN058', types: ['16'], blocks: ({ tie }) => tie === 'convivenza' },
  { code: 'EN055', types: ['12', '13'], blocks: ({ tie }) => tie === 'convivenza' },
  { code: 'EN056', types: ['14'], blocks: ({ tie }) => tie === 'family' },
  // Uncertain: ANPR's text says the same of type 13; its list of errors names 16 alone.
  { code: 'EN059', types: ['16'], blocks: ({ household }) => household === 1 },
  { code: 'EN062', types: FAMILY, blocks: ({ familyState }) => familyState === 'no-intestatario' },
  { code: 'EN221', types: FAMILY, blocks: ({ familyState }) => familyState === 'incomplete' },
  { code: 'EN212', types: FAMILY, blocks: ({ familyState }) => familyState === 'being-entered' },
  // Documented without a code.
  { code: null, types: ['12'], blocks: ({ homeless }) => homeless === true },
  { code: 'EN110', types: ['5'], blocks: ({ citizenship }) => citizenship === 'foreign' },
  { code: 'EN407', types: ['5'], blocks: ({ citizenship }) => citizenship === 'unclear' },
  { code: 'EN138', types: ['3', '11'], blocks: ({ statoCivile }) => statoCivile === 'missing' },
  { code: 'EN162', types: ['3'], blocks: ({ marriage }) => marriage === 'incomplete' },
  { code: 'EN161', types: ['3'], blocks: ({ marriage }) => marriage === 'no-spouse' },
  // The stato civile of somebody who is married names the marriage; of the others it needs none.
  {
    code: 'EN162',
    types: ['11'],
    blocks: ({ marriage, statoCivile }) => statoCivile === '2' && marriage === 'incomplete',
  },
  {
    code: 'EN161',
    types: ['11'],
    blocks: ({ marriage, statoCivile }) => statoCivile === '2' && marriage === 'no-spouse',
  },
  { code: 'EN353', types: ['18'], blocks: ({ union }) => union === 'incomplete' },
  { code: 'EN354', types: ['19'], blocks: ({ contract }) => contract === 'incomplete' },
  // 9 (unknown) and a missing one are no proof of freedom.
  { code: 'EN060', types: ['17'], blocks: ({ statoCivile: told }) => told !== undefined && !FREE.includes(told) },
]

/**
 * May these types be issued together, about this subject, to this requester, for this use? The gateway decides by it
 * before it asks ANPR, and the totem foresees. ANPR's own refusal is the second wall. The refusals stand worst first.
 * `purpose` null: not chosen yet.
 */
export function mayIssue(
  types: readonly TableType[],
  subject: Subject,
  requester: Requester,
  purpose: Purpose | null,
): Result<readonly CertificateType[], NotIssued> {
  const refusals: Obstacle[] = types
    .filter((type) => certificates[type].askedBy === 'office')
    .map((type) => ({ kind: 'only-at-the-office', anpr: null, type }))
  // Art. 40 DPR 445/2000: a public body may not take a certificate, and the declaration of art. 46 serves there.
  if (purpose && dueFor(purpose).kind === 'no-certificate')
    refusals.push({ kind: 'for-a-public-body', anpr: null, type: null })
  const conflict = sheetConflict(types)
  if (conflict) refusals.push({ ...coded(conflict), type: null })
  for (const { code, types: only, butFor = [], blocks } of RULES) {
    if (!blocks(subject, requester)) continue
    for (const type of types)
      if ((only === undefined || only.includes(type)) && !butFor.includes(type)) refusals.push({ ...coded(code), type })
  }
  const [first, ...others] = refusals
  return first ? err({ kind: 'not-issued', refusals: [first, ...others] }) : ok(types as readonly CertificateType[])
}

const coded = (code: string | null): Pick<Obstacle, 'kind' | 'anpr'> => ({
  kind: code === null ? 'certificate-not-issuable' : refusalOf(code).kind,
  anpr: code,
})
