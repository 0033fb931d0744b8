import { issueRefusal } from '../../../contract/issue-refusal.ts'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { refusal } from '../../../contract/refusal.ts'
import type { SamplesOf } from '../journey.ts'

const done = (outcome: ScreenOf<'done'>['outcome'], shown: Partial<ScreenOf<'done'>> = {}): ScreenOf<'done'> => ({
  screen: 'done',
  outcome,
  document: 'certificate',
  slip: false,
  arrived: false,
  receipt: false,
  mark: false,
  ways: [],
  cardPresent: true,
  ...shown,
})
const refused = (
  reason: ScreenOf<'refused'>['reason'],
  shown: Partial<ScreenOf<'refused'>> = {},
): ScreenOf<'refused'> => ({
  screen: 'refused',
  reason,
  anpr: null,
  card: null,
  date: null,
  cardPresent: true,
  ...shown,
})

const OF_CIE_ALONE: readonly ScreenOf<'refused'>['reason'][] = [
  'card-cloned',
  'card-altered',
  'secure-messaging-failed',
  'reader-not-capable',
  'cie-unavailable',
  'wrong-can',
  'card-superseded',
]

export const samples: SamplesOf<'leave'> = {
  done: {
    shown: {
      'done-printed': done('printed', { receipt: true }),
      'done-printed-phone': done('printed', { receipt: true, ways: ['phone', 'email', 'domicilio'] }),
      'done-marca': done('printed', { mark: true, ways: ['phone', 'email', 'domicilio'] }),
      'done-marca-no-card': done('printed', { mark: true, cardPresent: false }),
      'done-email': done('email'),
      'done-domicilio': done('domicilio'),
      'done-phone': done('phone'),
      'done-phone-declaration': done('phone', { document: 'declaration' }),
      'done-printed-no-card': done('printed', { cardPresent: false }),
      'done-declaration': done('printed', { document: 'declaration' }),
      'done-declaration-no-card': done('printed', { document: 'declaration', cardPresent: false }),
      'done-atto-notorio': done('printed', { document: 'atto-notorio' }),
      'done-visura': done('printed', { document: 'visura' }),
      'done-atto-notorio-no-card': done('printed', { document: 'atto-notorio', cardPresent: false }),
      'done-printed-cie': done('printed'),
      'done-queued': done('queued', { slip: true }),
      'done-queued-no-card': done('queued', { slip: true, cardPresent: false }),
      'done-queued-no-slip': done('queued'),
      'done-arrived': done('queued', { slip: true, arrived: true }),
      'done-arrived-no-card': done('queued', { slip: true, arrived: true, cardPresent: false }),
      'done-kept': done('kept'),
      'done-nothing': done('nothing'),
    },
  },
  refused: {
    shown: {
      ...Object.fromEntries(
        refusal.options.map((reason) => [
          `refused-${reason}`,
          refused(reason, {
            anpr: issueRefusal.safeParse(reason).success || reason === 'visura-refused' ? 'EN160' : null,
            card: OF_CIE_ALONE.includes(reason) ? 'cie' : null,
            cardPresent: reason !== 'card-removed',
          }),
        ]),
      ),
      'refused-no-card': refused('certificate-wrong-policy', { cardPresent: false }),
      'refused-expired-cie': refused('certificate-expired', { card: 'cie', date: '2025-03-12' }),
      'refused-expired-cns': refused('certificate-expired', { card: 'cns', date: '2025-03-12' }),
      'refused-not-yet-valid-cns': refused('certificate-not-yet-valid', { card: 'cns', date: '2027-01-01' }),
      'refused-pin-blocked-cie': refused('pin-blocked', { card: 'cie' }),
      'refused-pin-blocked-cns': refused('pin-blocked', { card: 'cns' }),
      'refused-card-unsupported-cns': refused('card-unsupported', { card: 'cns' }),
      'refused-no-certificate-cie': refused('no-certificate', { card: 'cie' }),
      'refused-no-certificate-cns': refused('no-certificate', { card: 'cns' }),
      'refused-key-unsupported-cie': refused('key-unsupported', { card: 'cie' }),
      'refused-key-unsupported-cns': refused('key-unsupported', { card: 'cns' }),
      'refused-pin-not-active-cie': refused('pin-not-active', { card: 'cie' }),
      'refused-pin-not-active-cns': refused('pin-not-active', { card: 'cns' }),
      'refused-revoked-cie': refused('certificate-revoked', { card: 'cie' }),
      'refused-card-cloned-cie': refused('card-cloned', { card: 'cie' }),
      'refused-card-removed-cie': refused('card-removed', { card: 'cie', cardPresent: false }),
    },
  },
  goodbye: {
    canLeave: false,
    shown: {
      goodbye: { screen: 'goodbye', cardPresent: false },
      'goodbye-card': { screen: 'goodbye', cardPresent: true },
      'goodbye-card-cie': { screen: 'goodbye', cardPresent: true },
    },
  },
}
