import { beforeEach, expect, test, vi } from 'vitest'
import { answers, at, open, pin, screen, session, toPin } from '../../../test/support/visit/scripted-visit.ts'

beforeEach(() => void vi.useFakeTimers())

/** To the page of the other person on the sheet. */
async function toMember(changes: Parameters<typeof open>[0] = {}) {
  const services = open(changes)
  await toPin()
  await answers({ type: 'enterPin', pin: pin() })
  await answers({ type: 'chooseService', service: 'family' }, { type: 'chooseMember', index: 1 })
  return services
}

test('from a person’s page the summary opens with that person, and leads back to the page', async () => {
  await toMember()
  expect(screen()).toMatchObject({ screen: 'member', certificate: true, on: null })
  await answers({ type: 'certificateFor' }, { type: 'choosePurpose', purpose: 'processuale' })
  expect(screen()).toMatchObject({ screen: 'sheet', subject: { tie: { to: 'kin' } } })
  await answers({ type: 'back' }, { type: 'back' })
  await at('member')
  await answers({ type: 'certificateFor' }, { type: 'choosePurpose', purpose: 'publicBody' })
  expect(screen()).toMatchObject({ screen: 'declaration', forAnother: true })
})

test('a person whom no certificate can be about has none on their page', async () => {
  const family = [true, false].map((self) => ({
    ...{ idAnpr: self ? 'AB10234CX' : 'AB10234CY', name: 'X', surname: 'Y', sex: null, yearOfBirth: 1951, self },
    ...{ tie: 'convivenza' as const, relation: '2', deceased: false, blocked: [] },
  }))
  const entered = { token: 't', idAnpr: 'AB10234CX', family, languages: [], waiting: [], pending: 0, notices: [] }
  await toMember({ enter: async () => ({ ok: true, value: entered }) })
  expect(screen()).toMatchObject({ screen: 'member', certificate: false })
  expect(session.answer({ type: 'certificateFor' })).toBe(false)
})

test('a day is judged before ANPR is asked, and all that follows is of that day', async () => {
  const asked: (string | null)[] = []
  const person = vi.fn(async (_: unknown, __: unknown, of: { section: string; on: string | null }) => {
    asked.push(of.on)
    if (of.on === '1999-01-01') return null
    const identity = {
      ...{ name: 'MARIO', surname: 'BIANCHI', codiceFiscale: 'BNCMRA48L17I888U', sex: 'M' as const },
      ...{ born: '1948-07-17', birthPlace: null, statoCivile: null },
    }
    return of.section === 'identity' ? { identity } : { residence: [] }
  })
  await toMember({ person })
  await answers({ type: 'otherDay' })
  for (const [digits, wrong] of [
    ['31022015', 'no-day'],
    ['23112026', 'future'],
    ['16071948', 'before-birth'],
  ] as const) {
    await answers({ type: 'enterDay', digits })
    expect(screen()).toMatchObject({ screen: 'member-day', wrong })
  }
  expect(asked).toEqual([null])
  await answers({ type: 'enterDay', digits: '05032015' })
  // A certificate is of today.
  expect(screen()).toMatchObject({ screen: 'member', on: '2015-03-05', certificate: false })
  await answers({ type: 'openSection', section: 'residence' })
  expect(screen()).toMatchObject({ screen: 'member-section', on: '2015-03-05', told: { residence: [] } })
  expect(asked).toEqual([null, '2015-03-05', '2015-03-05'])

  // Of a day of which ANPR tells nothing, the way back leads to another day, and from there to today's data.
  await answers({ type: 'back' }, { type: 'otherDay' }, { type: 'enterDay', digits: '01011999' })
  expect(screen()).toMatchObject({ screen: 'member-unavailable', on: '1999-01-01' })
  await answers({ type: 'back' })
  await at('member-day')
  await answers({ type: 'enterDay', digits: '31121947' })
  expect(screen()).toMatchObject({ screen: 'member-day', wrong: 'before-birth' })
  await answers({ type: 'back' })
  expect(screen()).toMatchObject({ screen: 'member', on: null, certificate: true })
  await answers({ type: 'otherDay' }, { type: 'enterDay', digits: '22112026' })
  expect(screen()).toMatchObject({ screen: 'member', on: null })
})
