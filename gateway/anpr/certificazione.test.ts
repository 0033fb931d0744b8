import { expect, test } from 'vitest'
import { CHARGES } from '../../catalogue/bollo.ts'
import type { Bollo, Charges } from '../../contract/bollo.ts'
import type { CertificateLanguage, Exemption } from '../../contract/catalogue.ts'
import { certificazione } from './certificazione.ts'

const asked = (bollo: Bollo, subject = 'AB10234CX', language: CertificateLanguage = 'IT', charges: Charges = CHARGES) =>
  certificazione('1', { requester: 'AB10234CX', subject, types: ['8'], bollo, charges, language }, '2')

/** By whom the paper is for: a foreign administration 1, a court 3, anybody else 0; then table 39's own code. */
const USES: Record<Exemption, [paEstera: string, esenzioneBollo: string]> = {
  processuale: ['3', '3'],
  interdizione: ['3', '5'],
  adozione: ['3', '6'],
  separazione: ['3', '7'],
  pensioneEstera: ['1', '9'],
  onlus: ['0', '1'],
  societaSportive: ['0', '2'],
}
test.each(Object.entries(USES))('%s: the sentence of art. 40 is that of its destination', (use, [paEstera, code]) => {
  const request = asked({ kind: 'exempt', exemption: use as Exemption })
  expect(request).toMatchObject({ paEstera, esenzioneBollo: code, bollo: '0', diritti: '0' })
  expect(request).not.toHaveProperty('bolloVirtuale')
})

test('a private party: 16 euro by a mark, and no destination that needs an exemption (EN345)', () => {
  const mark = { kind: 'contrassegno', number: '01234567890123', issued: '2026-03-05' } as const
  expect(asked(mark)).toMatchObject({ paEstera: '0', esenzioneBollo: '0', bollo: '1600', bolloVirtuale: '2' })
})

test('the requester is the subject, or somebody else', () => {
  const use = { kind: 'exempt', exemption: 'onlus' } as const
  expect(asked(use).tipoRichiedente).toBe('2')
  expect(asked(use, 'MR31415EX').tipoRichiedente).toBe('1')
})

test.each([
  ['IT', ['IT']],
  ['DE', ['IT', 'DE']],
  ['SL', ['IT', 'SL']],
] as const)('in %s: both codes, Italian first', (language, codes) => {
  const { linguaCertificato } = asked({ kind: 'exempt', exemption: 'onlus' }, 'AB10234CX', language)
  expect(linguaCertificato).toEqual({ tipoLinguaCertificato: codes })
})

test.each<[string, Bollo, Record<string, string>]>([
  [
    'a mark',
    { kind: 'contrassegno', number: '01234567890123', issued: '2026-03-05' },
    { bollo: '1600', diritti: '52' },
  ],
  ['an exempt use', { kind: 'exempt', exemption: 'onlus' }, { bollo: '0', diritti: '26' }],
])('diritti of a comune that asks for them, in cents: %s', (_, bollo, amounts) => {
  const charges = { bollo: 1600, diritti: { withBollo: 52, withoutBollo: 26 } }
  expect(asked(bollo, 'AB10234CX', 'IT', charges)).toMatchObject({ ...amounts, esenzioneDiritti: '0' })
  const free = asked({ kind: 'exempt', exemption: 'separazione' }, 'AB10234CX', 'IT', charges)
  expect(free).toMatchObject({ diritti: '0', esenzioneDiritti: '1' })
})
