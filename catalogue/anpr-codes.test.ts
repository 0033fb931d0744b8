import { describe, expect, it } from 'vitest'
import { type RefusalKind, refusalKind } from '../contract/gateway.ts'
import { refusalOf } from './anpr-codes.ts'
import { sheetConflict, type TableType } from './certificates.ts'

describe('what ANPR’s codes mean', () => {
  it.each<readonly [code: string, kind: RefusalKind]>([
    ['EN122', 'person-not-found'],
    ['EN169', 'not-in-family'],
    ['EN055', 'lives-in-convivenza'],
    ['EN058', 'lives-in-convivenza'],
    ['EN181', 'procedure-open'],
    ['EN160', 'certificate-not-issuable'],
    ['EN059', 'lives-alone'],
    ['EN056', 'not-in-convivenza'],
    ['EN060', 'not-free-to-marry'],
    ['EN110', 'not-italian'],
    ...each('document-not-valid', 'EN285', 'EN286', 'EN294'),
    ...each('person-removed', 'EN228', 'EN229', 'EN054', 'EN170'),
    ...each('certifiable-in-part', 'EN046', 'EN048'),
    ...each('enrolled-abroad', 'EN044', 'EN410'),
    ...each('not-enrolled-abroad', 'EN057', 'EN164'),
    ...each('not-a-partner', 'EN355', 'EN356'),
    ...each('not-on-one-sheet', 'EN152', 'EN153', 'EN154', 'EN155', 'EN156', 'EN157', 'EN158', 'EN159', 'EN287'),
    ...each('register-incomplete', 'EN062', 'EN212', 'EN221', 'EN138', 'EN161', 'EN162', 'EN353', 'EN354'),
    ...each('register-incomplete', 'EN404', 'EN407', 'EN470'),
    ...each('certificate-not-issuable', 'EN208', 'EN209', 'EN217', 'EN284', 'EN345', 'EN123', 'EN116'),
    ...each('certificate-not-issuable', 'EN281', 'EN282', '999'),
  ])('%s is %s', (code, kind) => {
    expect(refusalOf(code)).toEqual({ kind, means: expect.stringMatching(/^[a-zA-Z].+[^.]$/) })
    expect(refusalKind.safeParse(kind).success).toBe(true)
  })
  it.each(['EN999', '', 'constructor', '__proto__'])('a code that nobody knows refuses the certificate: %j', (code) => {
    expect(refusalOf(code)).toEqual({ kind: 'certificate-not-issuable', means: null })
  })
  it('knows every code that the rules of a sheet give', () => {
    const pairs: [TableType, TableType][] = [
      ['3', '17'],
      ['9', '8'],
      ['12', '13'],
      ['13', '14'],
      ['14', '16'],
      ['16', '12'],
    ]
    for (const pair of [...pairs, ['17', '11'], ['11', '13'], ['8', '10']] as [TableType, TableType][]) {
      const code = sheetConflict(pair)
      expect(code && refusalOf(code).means, pair.join(' ')).toBeTruthy()
    }
  })
})

function each(kind: RefusalKind, ...codes: string[]) {
  return codes.map((code) => [code, kind] as const)
}
