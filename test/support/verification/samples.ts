import type { VerificationClaims, VerificationKeys } from '../../../contract/verification.ts'
import {
  signVerificationCode,
  type VerificationSigner,
  verificationSigner,
} from '../../../main/documents/verification-code.ts'
import { verificationKeyPair } from '../../../simulator/pki/verification-keys.ts'

export const NOW = new Date('2026-11-22T10:00:00Z')
export const TOTEM = 'TT-0001'
const ID = '01KAN8ZB3RQ5V6W7X8Y9Z0A1B2'
const OPERATION = '01KAN8Y0G1H2J3K4M5N6P7Q8R9'
const common = { id: ID, totem: TOTEM, issuedAt: '2026-11-02T09:30:00.000Z' }
const certificate = {
  operation: OPERATION,
  types: ['8', '16'],
  protocol: '20261122-0001234567',
  // Without a pattern, as in a real file: a pattern would be compressed away.
  pdfSha256: 'c0535e4be2b79ffd93291305436bf889314e4a3faec05ecffcbb7df31ad9e51a',
}
const subject = { surname: 'ŽERJAV GROßRUBATSCHER', name: 'NICOLÒ ĐORĐE', codiceFiscale: 'ZRJNCL80A01L424H' }
const nascita = 'Trieste (TS), 1 gennaio 1980'
const residenza = 'Località Dolina 270, 34018 San Dorligo della Valle-Dolina (TS), dal 3 maggio 2011'
const famiglia = [
  'ŽERJAV GROßRUBATSCHER NICOLÒ ĐORĐE, intestatario scheda',
  'ČUČEK MARIA GRAZIA, moglie',
  'ŽERJAV LUKA, figlio',
  'ŽERJAV ANNA, figlia',
  'COLOMBO ČUČEK TERESA, suocera',
].join('\n')

/** One of each kind of paper. */
export const samples = {
  receipt: { document: 'receipt', ...common, ...certificate, pages: 2 },
  slip: { document: 'slip', ...common, validUntil: '2026-12-02T09:30:00.000Z', operation: OPERATION, types: ['8'] },
  visura: { document: 'visura', ...common, subject, fromAnpr: { a: nascita, b: residenza } },
  dichiarazioneSostitutiva: {
    document: 'dichiarazioneSostitutiva',
    ...common,
    subject,
    fromAnpr: { a: nascita, b: residenza, f: famiglia },
    declared: { e: 'coniugato' },
  },
  attoNotorio: { document: 'attoNotorio', ...common, subject, fromAnpr: { a: nascita, b: residenza } },
  coverSlip: { document: 'coverSlip', ...common, validUntil: '2027-02-02T09:30:00.000Z', ...certificate, subject },
} as const satisfies Record<string, VerificationClaims>

/** Codes of three usual sizes: one person's address, a family of five, and a receipt with a fingerprint. */
export const sized = {
  'residenza, one person, full address': {
    document: 'visura',
    ...common,
    subject: { surname: 'ROSSI', name: 'MARIA GRAZIA', codiceFiscale: 'RSSMGR80A41A710V' },
    fromAnpr: { b: 'VIA GIUSEPPE GARIBALDI 27/B, 06083 BASTIA UMBRA (PG)' },
  },
  'stato di famiglia con parentela, 5 people': { document: 'visura', ...common, subject, fromAnpr: { f: famiglia } },
  'contestuale and SHA-256 of the PDF': samples.receipt,
} as const satisfies Record<string, VerificationClaims>

/** A totem, its key list, and a signer that has its key. */
export async function signingTotem(totem = TOTEM) {
  const pair = await verificationKeyPair(totem)
  const listed = { ...pair.listed, notBefore: '2026-01-01T00:00:00Z', notAfter: '2028-01-01T00:00:00Z' }
  const signer = verificationSigner(pair.private)
  const keys: VerificationKeys = {
    sequence: 7,
    issued: '2026-11-20T00:00:00Z',
    nextUpdate: '2026-12-20T00:00:00Z',
    keys: [listed],
  }
  return { signer, listed, keys, sign: (claims: VerificationClaims) => signed(claims, signer) }
}

export function signed(claims: VerificationClaims, signer: VerificationSigner): string {
  const code = signVerificationCode(claims, signer)
  if (!code.ok) throw new Error(code.error.kind)
  return code.value
}

/** Codes of `receipt` and `dichiarazioneSostitutiva` that were signed once, and their key list. */
export const frozenKeys: VerificationKeys = {
  sequence: 1,
  issued: '2026-11-20T00:00:00Z',
  nextUpdate: '2026-12-20T00:00:00Z',
  keys: [
    {
      kid: 'BRMcCCAP2jA',
      totem: TOTEM,
      x: 'dvMD3YBU6nUN2gdDQhBzzO_VJ1z5zCG39FrSxAgnuvs',
      y: 'DjG74bJMd-mmPV0_l5jE7CBoQKBFLbAJTXpW4wKrv7w',
      notBefore: '2026-01-01T00:00:00Z',
      notAfter: '2028-01-01T00:00:00Z',
    },
  ],
}
export const frozenReceipt = [
  'TP1:RRQT 9O60GO0*S0LO3H24BQR8CKVMF:70XTA3W5646+86CF3ZGTV1365A*OJF7IZBFX/E404NTUPS0 IC100000H:KX5065A',
  '*OJP3IW80BYKONIBKLGSFC61LB0XJG612FPE846D%6*96KF6646746QF60R6J%64 0E64COAVQ9R9NP2WU85.T0ATDLFHH+9C28G',
  'EO9DQRVN:WUQOR*E319877PY$0R/BOTG5FPGH6A.C$*31OVYWE%S4SS7B*C1SHG871KER/9YEO753ZTO6/O6R1BQL.HSQD1Y255A',
  'A0:PWB9:*KRBAQ2',
].join('')
export const frozenDeclaration = [
  'TP1:NCFOXN%TSMAHN-H6RGR8B1O80EW%KO099/B9A63SM89UEON14S1. KC-BN89++0-3Q:0RO1L.2DK4K$LHJ*E5ZLN*AWVH.O1',
  'N33BHR1XPP6UFY1 IEUOAW02X:7D:7N+QP96SIRNUON75DCQKORLETYR4OJ4N-VN:H78E-8H4WUVTE0IME8EM86%96 J6CGS%ZJG',
  '6B-J2GZI2JBGOIRAKAG22KL*9CWCIKOJI7JDJJK8CMEDQCIBSAF+S08K:CJ%DBOAFALGO/FG.CMOK0JI1HGMNGBHH*IK/H81LCAL',
  'GR/F0-9CNF5H8YJDF.9JH8BJCN.9P%5%Y43GPTZOTU0N-GK+OS.UOUF8J4MP81*OKOHL87F LW5T.W3W*PDPI.SSC%OS%OD%PT-G',
  '8+SF*QWU8LK4MHK4LFU+N3VFQQGKU3L*R-R3:Q72 E.NE-WQDG6QJNY-4TXG%P7965C%CGBTZ7T4T0+4W19CJGHP7QG/7S2O95W5',
  '86NH8DRG+PG2 EXLHUZUCPAUD2V-2S1LE-4HBT12J905T%S.770Z9H$P2CF34STJJ+GFL6UXZT5V1F8NZ8E82S0EQGECD:I2TQVN',
  'FH.OP85O:PJ-FC:4P3O5N743JT+OENM$RJZXUSYR5-7NP9CMUG-3PYNE.L',
].join('')
