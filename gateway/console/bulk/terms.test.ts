import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, italianDay } from '../../../basics/time.ts'
import { easter } from '../../fleet/calendar.ts'
import { againstSilence, daysLeft, isWorkingDay, remindersOf, termMovedBy, termOf } from './terms.ts'

const FOLIGNO = { comune: '054018', patron: '01-24' }
const MILANO = { comune: '015146', patron: '12-07' }
const BOLZANO = { comune: '021008', patron: null }

test.each([
  ['2026-11-23T09:00:00Z', 3, FOLIGNO, '2026-11-26', '2026-11-26T23:00:00.000Z'],
  ['2026-11-27T22:30:00Z', 3, FOLIGNO, '2026-12-02', '2026-12-02T23:00:00.000Z'],
  // Saturday in Italy.
  ['2026-11-27T23:30:00Z', 3, FOLIGNO, '2026-12-02', '2026-12-02T23:00:00.000Z'],
  ['2026-12-04T10:00:00Z', 3, FOLIGNO, '2026-12-10', '2026-12-10T23:00:00.000Z'],
  ['2026-12-04T10:00:00Z', 3, MILANO, '2026-12-11', '2026-12-11T23:00:00.000Z'],
  ['2026-12-23T12:00:00Z', 5, FOLIGNO, '2026-12-31', '2026-12-31T23:00:00.000Z'],
  ['2026-12-31T22:59:59Z', 1, FOLIGNO, '2027-01-04', '2027-01-04T23:00:00.000Z'],
  ['2026-12-31T23:00:00Z', 1, FOLIGNO, '2027-01-04', '2027-01-04T23:00:00.000Z'],
  // Easter Monday and the change of clocks lie between.
  ['2027-03-25T10:00:00Z', 3, FOLIGNO, '2027-03-31', '2027-03-31T22:00:00.000Z'],
  ['2026-10-23T21:59:59Z', 1, FOLIGNO, '2026-10-26', '2026-10-26T23:00:00.000Z'],
  ['2026-10-23T22:00:00Z', 1, FOLIGNO, '2026-10-26', '2026-10-26T23:00:00.000Z'],
  // San Francesco.
  ['2027-10-01T08:00:00Z', 1, FOLIGNO, '2027-10-05', '2027-10-05T22:00:00.000Z'],
  // Whit Monday, there alone.
  ['2027-05-14T08:00:00Z', 1, BOLZANO, '2027-05-18', '2027-05-18T22:00:00.000Z'],
  ['2027-05-14T08:00:00Z', 1, FOLIGNO, '2027-05-17', '2027-05-17T22:00:00.000Z'],
])('%s and %i working days: silence approves', (from, days, calendar, lastDay, endsAt) => {
  const term = termOf(new Date(from), days, calendar)
  expect({ lastDay: term.lastDay, endsAt: term.endsAt.toISOString() }).toEqual({ lastDay, endsAt })
})

const moment = fc.date({ min: new Date('2024-01-01'), max: new Date('2034-12-31'), noInvalidDate: true })
const days = fc.integer({ min: 1, max: 10 })
const calendars = fc.constantFrom(FOLIGNO, MILANO, BOLZANO)

test('a term has its number of working days and ends at a midnight of Italy', () => {
  fc.assert(
    fc.property(moment, days, calendars, (from, n, calendar) => {
      const { lastDay, endsAt } = termOf(from, n, calendar)
      const all: string[] = []
      for (let at = Date.parse(`${italianDay(from)}T12:00:00Z`) + DAY_MS; ; at += DAY_MS) {
        const day = new Date(at).toISOString().slice(0, 10)
        if (day > lastDay) break
        all.push(day)
      }
      expect(all.filter((day) => isWorkingDay(day, calendar))).toHaveLength(n)
      expect(isWorkingDay(lastDay, calendar)).toBe(true)
      // One millisecond decides between the last day and the next.
      expect(italianDay(new Date(+endsAt - 1))).toBe(lastDay)
      expect(italianDay(endsAt) > lastDay).toBe(true)
    }),
  )
})

test('no day off is a working day, whatever the year', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2024, max: 2090 }), calendars, (year, calendar) => {
      const monday = new Date(Date.parse(`${year}-${easter(year)}T12:00:00Z`) + DAY_MS).toISOString().slice(0, 10)
      const off = ['01-01', '01-06', '04-25', '05-01', '06-02', '08-15', '11-01', '12-08', '12-25', '12-26']
      for (const day of [...off, ...(year >= 2026 ? ['10-04'] : []), ...(calendar.patron ? [calendar.patron] : [])])
        expect(isWorkingDay(`${year}-${day}`, calendar)).toBe(false)
      expect(isWorkingDay(monday, calendar)).toBe(false)
    }),
  )
})

const out = (from: string, to: string) => ({ from: new Date(from), to: new Date(to) })
test.each([
  ['nothing was out', [], '2026-11-26'],
  ['four working hours are borne', [out('2026-11-24T08:00:00Z', '2026-11-24T12:00:00Z')], '2026-11-26'],
  ['a minute more moves it by a day', [out('2026-11-24T08:00:00Z', '2026-11-24T12:01:00Z')], '2026-11-27'],
  ['a night moves nothing', [out('2026-11-24T17:00:00Z', '2026-11-25T07:00:00Z')], '2026-11-26'],
  [
    'what adds up counts',
    [out('2026-11-24T08:00:00Z', '2026-11-24T11:00:00Z'), out('2026-11-25T08:00:00Z', '2026-11-25T10:00:00Z')],
    '2026-11-27',
  ],
  // Two days and a half are three; they end on Saturday, so that it is the Tuesday after.
  ['two and a half days are three', [out('2026-11-24T07:00:00Z', '2026-11-26T12:00:00Z')], '2026-12-01'],
  [
    'it moves into the next outage',
    [out('2026-11-24T07:00:00Z', '2026-11-24T17:00:00Z'), out('2026-11-27T07:00:00Z', '2026-11-27T17:00:00Z')],
    '2026-11-30',
  ],
  ['a weekend moves nothing', [out('2026-11-28T00:00:00Z', '2026-11-29T23:00:00Z')], '2026-11-26'],
  ['what was before the request moves nothing', [out('2026-11-20T07:00:00Z', '2026-11-23T08:59:00Z')], '2026-11-26'],
])('%s', (_, outages, lastDay) => {
  expect(termMovedBy(outages, new Date('2026-11-23T09:00:00Z'), 3, FOLIGNO).lastDay).toBe(lastDay)
})

test('an outage never brings a term forward, and each longer one moves it no less', () => {
  fc.assert(
    fc.property(moment, days, calendars, fc.nat(20 * 24), fc.nat(15 * 24), (from, n, calendar, begins, lasts) => {
      const outage = (hours: number) => ({
        from: new Date(+from + begins * HOUR_MS),
        to: new Date(+from + (begins + hours) * HOUR_MS),
      })
      const [plain, moved, more] = [
        termOf(from, n, calendar),
        termMovedBy([outage(lasts)], from, n, calendar),
        termMovedBy([outage(lasts + 10)], from, n, calendar),
      ]
      expect(moved.lastDay >= plain.lastDay && more.lastDay >= moved.lastDay).toBe(true)
    }),
  )
})

test('a clock that was stopped goes on with the working days that it had', () => {
  const term = termOf(new Date('2026-11-23T09:00:00Z'), 3, FOLIGNO)
  expect(daysLeft(new Date('2026-11-23T15:00:00Z'), term, FOLIGNO)).toBe(3)
  expect(daysLeft(new Date('2026-11-25T15:00:00Z'), term, FOLIGNO)).toBe(1)
  expect(daysLeft(new Date('2026-11-26T22:59:00Z'), term, FOLIGNO)).toBe(1)
})

test('reminders: at half term, and at nine of the last morning, in winter and in summer', () => {
  const told = (sent: string) => remindersOf(new Date(sent), termOf(new Date(sent), 3, FOLIGNO))
  expect(told('2026-11-23T23:00:00Z').last.toISOString()).toBe('2026-11-27T08:00:00.000Z')
  expect(told('2027-03-25T10:00:00Z').last.toISOString()).toBe('2027-03-31T07:00:00.000Z')
  // Change of clocks on a Sunday: Monday at nine is another hour in Greenwich than Friday at nine.
  expect(
    remindersOf(new Date('2026-10-23T10:00:00Z'), termOf(new Date('2026-10-23T10:00:00Z'), 1, FOLIGNO)).last,
  ).toEqual(new Date('2026-10-26T08:00:00Z'))
  expect(told('2026-11-23T23:00:00Z').half.toISOString()).toBe('2026-11-25T23:00:00.000Z')
})

test('silence counts only where all conditions hold', () => {
  const may = {
    agreement: { allowed: true, rowsMost: 500 },
    rows: 500,
    territory: 'comuni',
    special: false,
    openAlert: false,
  } as const
  expect(againstSilence(may)).toEqual([])
  expect(againstSilence({ ...may, agreement: { allowed: false, rowsMost: 500 } })).toEqual(['agreement'])
  expect(againstSilence({ ...may, rows: 501 })).toEqual(['rows'])
  expect(againstSilence({ ...may, territory: 'italia' })).toEqual(['italy'])
  expect(againstSilence({ ...may, special: true })).toEqual(['special-section'])
  expect(againstSilence({ ...may, openAlert: true })).toEqual(['open-alert'])
})
