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
    // Reasons that block an issue, by group: the person, the requester, the register, the family, the facts.
    ...['EN160', 'EN046', 'EN048', 'EN181', 'EN228', 'EN229', 'EN054', 'EN470'].map(blocked),
    ...['EN286', 'EN170', 'EN355', 'EN356'].map(blocked),
    ...['EN044', 'EN057', 'EN164', 'EN287', 'EN410'].map(blocked),
    ...['EN056', 'EN059', 'EN062', 'EN212', 'EN221'].map(blocked),
    ...['EN060', 'EN110', 'EN138', 'EN161', 'EN162', 'EN353', 'EN354', 'EN404', 'EN407'].map(blocked),
    ...['EN208', 'EN209', 'EN217', 'EN284', 'EN345', 'EN123', 'EN116', 'EN281', 'EN282', '999'].map(blocked),
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

function blocked(code: string) {
  return [code, 'certificate-not-issuable'] as const
}
