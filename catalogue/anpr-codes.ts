import type { RefusalKind } from '../contract/gateway.ts'

/**
 * The meaning of ANPR's codes for a citizen. Its list of errors speaks to officials; here stand the errors that a
 * request for a certificate or a consultation can meet.
 */
const MEANS = new Map(
  Object.entries({
    // The person.
    EN042: 'on that day the person was not in ANPR',
    EN054: 'the person has died, so a certificate of being alive cannot be given',
    EN122: 'ANPR does not know the person, or has removed them',
    EN160: 'the person may not be certified: not certifiable, not registrable, or under guardianship (table 42)',
    EN181:
      'the comune is changing something about the person, and until that is done only residence and family can be certified',
    EN228: 'the person has died',
    EN229: 'the person has been removed from ANPR',
    EN413: 'the person has been removed from ANPR',
    EN046: 'only residence or family can be certified for this person (table 42)',
    EN048: 'only residence or family can be certified for this person (table 42)',
    EN470: 'the person is enrolled both in Italy and in AIRE, and the two must be put in order first',
    EN472: 'the person is enrolled both in Italy and in AIRE, and the two must be put in order first',
    // The requester.
    EN169: 'only an adult of the same famiglia anagrafica may ask',
    EN170: 'the register has the requester as dead',
    EN285: 'the request names no identity document of the requester',
    EN286: 'the requester has no valid identity document in ANPR',
    EN294: 'the identity document in ANPR is not the requester’s',
    EN355: 'a certificate of the cohabitation contract names no requester',
    EN356: 'only the two whom the cohabitation contract binds may ask for it',
    // The register it stands in.
    EN044: 'the person lives abroad (AIRE): another certificate is the right one',
    EN057: 'the person belongs to no family of AIRE',
    EN164: 'the person is not enrolled in AIRE: another certificate is the right one',
    EN410: 'a certificate of birth of somebody enrolled in AIRE is given only if they were born in Italy',
    // The family.
    EN045: 'a relation in the family is written in a way that is no longer allowed',
    EN055: 'the person lives in an institution (convivenza) and belongs to no family',
    EN056: 'the person does not live in an institution (convivenza)',
    EN058: 'the person belongs to no family, so there is no kinship to certify',
    EN059: 'the family is one person alone, so there is no kinship to certify',
    EN062: 'the family has no intestatario in the register',
    EN137: 'the register has neither a family nor an institution for the person',
    EN212: 'the family is still being entered',
    EN221: 'the family is not entered completely',
    EN222: 'the kinship of the family must be put in order first',
    // The facts.
    EN060: 'the person is not free to marry',
    EN110: 'the person is no Italian citizen',
    EN138: 'the register does not have the person’s stato civile',
    EN161: 'the register does not have the spouse’s data',
    EN162: 'the register lacks data of the marriage',
    EN353: 'the register lacks data of the civil union',
    EN354: 'the register lacks data of the cohabitation contract',
    EN404: 'the register lacks data that the certificate must state',
    EN407: 'the register has no citizenship of the person',
    EN422: 'the register does not say since when the person lives there',
    EN423: 'the residence begins before the person was enrolled',
    EN434: 'the register has no residence that can be certified',
    // The sheet.
    EN152: 'marriage cannot share a sheet with freedom to marry or civil union',
    EN153: 'this certificate has a sheet of its own',
    EN154: 'one certificate of the family on a sheet',
    EN155: 'one certificate of the family on a sheet',
    EN156: 'one certificate of the family on a sheet',
    EN157: 'one certificate of the family on a sheet',
    EN158: 'freedom to marry cannot share a sheet with marriage or stato civile',
    EN159: 'stato civile stands on the sheet already',
    EN287: 'certificates for residents and for people abroad (AIRE) cannot share a sheet',
    // The request itself. The totem or the gateway asked wrongly, and the citizen can do nothing.
    EC069: 'ANPR does not know the language that was asked for',
    EC070: 'ANPR does not know the certificate that was asked for',
    EN079: 'the operation id was used for another request',
    EN116: 'bollo paid virtually, without the number of its authorisation',
    EN123: 'the exemptions from bollo and from diritti do not agree',
    EN208: 'bollo is due and the request says nothing',
    EN209: 'diritti are due and the request says nothing',
    EN217: 'diritti are asked for though none are due',
    EN281: 'an exemption for another reason does not say which',
    EN282: 'the reason of the exemption is too long',
    EN283: 'the exemption from diritti is neither 0 nor 1',
    EN284: 'diritti are asked for though the request says that none are due',
    EN345: 'this destination goes with an exemption from bollo only',
    ES114: 'ANPR does not know this kind of requester',
    // Seen in outages, and gone at the next try. Uncertain: the same code answers requests that ANPR never accepts.
    '999': 'ANPR could not do it',
  }),
)

/** The codes by what the citizen can do about them. */
const CODES_OF: Partial<Record<RefusalKind, readonly string[]>> = {
  'person-not-found': ['EN122'],
  'not-in-family': ['EN169'],
  'procedure-open': ['EN181'],
  'document-not-valid': ['EN285', 'EN286', 'EN294'],
  'person-removed': ['EN054', 'EN170', 'EN228', 'EN229', 'EN413'],
  'enrolled-abroad': ['EN044', 'EN410'],
  'not-enrolled-abroad': ['EN057', 'EN164'],
  'certifiable-in-part': ['EN046', 'EN048'],
  'not-free-to-marry': ['EN060'],
  'not-italian': ['EN110'],
  'lives-alone': ['EN059'],
  'lives-in-convivenza': ['EN055', 'EN058'],
  'not-in-convivenza': ['EN056'],
  'not-a-partner': ['EN355', 'EN356'],
  'not-on-one-sheet': ['EN152', 'EN153', 'EN154', 'EN155', 'EN156', 'EN157', 'EN158', 'EN159', 'EN287'],
  'register-incomplete': [
    ...['EN045', 'EN062', 'EN137', 'EN138', 'EN161', 'EN162', 'EN212', 'EN221', 'EN222', 'EN353', 'EN354'],
    ...['EN404', 'EN407', 'EN422', 'EN423', 'EN434', 'EN470', 'EN472'],
  ],
}
const KINDS = new Map(
  Object.entries(CODES_OF).flatMap(([kind, codes]) => codes.map((code) => [code, kind as RefusalKind] as const)),
)

/**
 * The refusal that the citizen sees when ANPR answers with this code. An unlisted code refuses the certificate too, and
 * the citizen gets it as the reference for the ufficio anagrafe. `means` explains the code to that office; null for a
 * code unknown here.
 */
export function refusalOf(code: string): { kind: RefusalKind; means: string | null } {
  return { kind: KINDS.get(code) ?? 'certificate-not-issuable', means: MEANS.get(code) ?? null }
}
