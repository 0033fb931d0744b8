import type { VerificationClaims, VerificationKeys } from '../../contract/verification.ts'
import {
  signVerificationCode,
  type VerificationSigner,
  verificationSigner,
} from '../../main/documents/verification-code.ts'
import { verificationKeyPair } from '../../simulator/pki/verification-keys.ts'

export const NOW = new Date('2026-11-22T10:00:00Z')
export const TOTEM = 'TT-0001'
const ID = '01KAN8ZB3RQ5V6W7X8Y9Z0A1B2'
const OPERATION = '01KAN8Y0G1H2J3K4M5N6P7Q8R9'
const common = { id: ID, totem: TOTEM, issuedAt: '2026-11-22T09:30:00.000Z' }
const certificate = {
  operation: OPERATION,
  types: ['8', '16'],
  protocol: '20261122-0001234567',
  // Of no pattern, as of a real file: a pattern would be compressed away.
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
  slip: { document: 'slip', ...common, validUntil: '2026-12-22T09:30:00.000Z', operation: OPERATION, types: ['8'] },
  visura: { document: 'visura', ...common, subject, fromAnpr: { a: nascita, b: residenza } },
  dichiarazioneSostitutiva: {
    document: 'dichiarazioneSostitutiva',
    ...common,
    subject,
    fromAnpr: { a: nascita, b: residenza, f: famiglia },
    declared: { e: 'coniugato' },
  },
  attoNotorio: { document: 'attoNotorio', ...common, subject },
  coverSlip: { document: 'coverSlip', ...common, validUntil: '2027-02-22T09:30:00.000Z', ...certificate, subject },
} as const satisfies Record<string, VerificationClaims>

/** The three of the table in anpr.md §6.4. */
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

/** A totem, its key list, and somebody who signs for it. */
export async function office(totem = TOTEM) {
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

/** Codes that were signed once, of `receipt` and `dichiarazioneSostitutiva`, and the list that they were signed for. */
export const frozenKeys: VerificationKeys = {
  sequence: 1,
  issued: '2026-11-20T00:00:00Z',
  nextUpdate: '2026-12-20T00:00:00Z',
  keys: [
    {
      kid: 'I5tbGjxGpTk',
      totem: TOTEM,
      x: '8iUVuhNx8dXfxg8wVCiHuSU9i3wtZQyODdHBBBBZZ0Q',
      y: 'C5VFMWW-TXqBa3L2OMYzpylrgc5UkA4wicS2XdvCIMo',
      notBefore: '2026-01-01T00:00:00Z',
      notAfter: '2028-01-01T00:00:00Z',
    },
  ],
}
export const frozenReceipt = [
  'TP1:RRQT 9O60GO0PM4CNB+R7.*K8CKVMF:70XTA3W5646+86DF3JF0V1365A*OJF7IZBFX/E404NTUPS0 IC100000H:KX5065A',
  '*OJP3IW80BYKONIBKLGSFC61LB0XJG612FPE846D%6*96KF6646746QF60R6J%64 0E64COAVQ9R9NP2WU85.T0ATDLFHH+9C28G',
  'EO9DQRVN:WUQOR*E3A68.TQ.OB18L/3J9ADGKCE5DTT265QY3IX$SFLF9A4Z2NGKSNCAX43%047GM -F$M4AG45ZGF6TM50QG3C-',
  '0G73BK7R6754KK1',
].join('')
export const frozenDeclaration = [
  'TP1:NCFOXN%TSMAHN-H%N8D0F4ZIVWR/TP0IIRTIY66.5HIFT323M53OC9PM6ISIL.1M J.OLJ$9*5Q*V70X27STQEB1YL423*43',
  '176LCMW4JL2S:H3D/SF4LX+375GQ/F0EL OCAFMH5HF9AB8KPWMRCQNA9Y:80GVHX3EGSM127.SHETGPCSGSDBCHPC-XC+LOU47I',
  'IM$*4V35Z/MVQ4PA8YQ4YNAXJO494PW6L/5BM6QMO:SQ6348HLTDPU:7S96HXMHFU V03.VW*P/Q8UL4WH0TU07I2IL8R-GG O V',
  '09.V0$J%+U-*GN*Q:XJO+GM%OFYJ $B0J9 FITFHDG10G1PJH-NTYLVG%8D0HWGHPW2.GEFBBZ0Q8F74IJBY4O-O9FH-FH.KJCG1',
  '1JPFHLJGHS19TI88.U0KF6HV$ 0+F7-BN$A7TEF4RT8.S8ALQWC$ME$W9TB101FICAOVP3CQO%P*I1YWV2IO9M24%JW-FR*F3*VO',
  'ACW+GB%0KZ04RT6R2E4TO5L1X4H%5-V9.V95CQ1R5I0ATLPF7E:ZFJDW4.MJMQY$268S/JU:U01UL4JR7*GO7LE297N1GE9IORNP',
  '2Y-IS*M8CGBXM+.MSX63%487VN$POBNU3L*1P/ZL.D2M-J$W23H0%$JWWL',
].join('')
