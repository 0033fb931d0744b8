import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { err } from '../../../contract/result.ts'
import { answers, at, open, pin, screen, session, toPin } from '../../../test/support/visit/scripted-visit.ts'
import { refused, type VisitServices } from '../../visit/services.ts'
import { contrassegnoJudge } from './service.ts'

const NUMBER = '01234567890123'

describe('a certificate for a private party', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => {
    session.stop()
    vi.useRealTimers()
  })

  const toPrivateParty = async () => {
    await toPin()
    await answers(
      { type: 'enterPin', pin: pin() },
      { type: 'chooseService', service: 'certificate' },
      { type: 'choosePerson', index: 0 },
      { type: 'chooseCertificates', types: ['8'] },
      { type: 'choosePurpose', purpose: 'privateParty' },
    )
    expect(screen()).toEqual({ screen: 'private-party', cents: 1600 })
  }
  const toPreview = async () => {
    await toPrivateParty()
    await answers(
      { type: 'haveContrassegno' },
      { type: 'enterContrassegno', number: NUMBER },
      { type: 'enterContrassegnoDate', digits: '05032026' },
    )
  }

  test('goes on to preview, price and issue with the mark that was typed', async () => {
    const request = vi.fn<VisitServices['request']>(async () => err({ kind: 'storage-full' }))
    open({ request })
    await toPreview()
    await at('preview')
    await answers({ type: 'acceptPreview' })
    expect(screen()).toMatchObject({
      ...{ screen: 'confirm', use: 'privateParty' },
      bollo: { kind: 'contrassegno', cents: 1600, reference: '0123 4567 8901 23' },
    })
    await answers({ type: 'confirm' })
    expect(request).toHaveBeenCalledOnce()
    expect(request.mock.lastCall?.[2]).toMatchObject({
      types: ['8'],
      bollo: { kind: 'contrassegno', number: NUMBER, issued: '2026-03-05' },
    })
  })

  test('the free declaration is one touch away, and is the private party’s', async () => {
    open()
    await toPrivateParty()
    await answers({ type: 'declareInstead' })
    expect(screen()).toMatchObject({ screen: 'declaration', for: 'privateParty', attoNotorio: false })
  })

  test('a day that no calendar has is typed again, and the number is kept', async () => {
    open()
    await toPrivateParty()
    await answers(
      { type: 'haveContrassegno' },
      { type: 'enterContrassegno', number: NUMBER },
      { type: 'enterContrassegnoDate', digits: '31022026' },
    )
    expect(screen()).toEqual({ screen: 'contrassegno-date', wrong: true })
    await answers({ type: 'enterContrassegnoDate', digits: '05032026' })
    await at('preview')
  })

  test('a mark that has paid for another certificate is told before anything is confirmed', async () => {
    open({ preview: async () => err(refused('contrassegno-used')) })
    await toPreview()
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'contrassegno-used', anpr: null })
  })

  test('each screen leads back to the one before, and the next request knows no mark', async () => {
    open()
    await toPrivateParty()
    await answers({ type: 'haveContrassegno' }, { type: 'enterContrassegno', number: NUMBER })
    for (const name of ['contrassegno', 'private-party', 'purpose'] as const) {
      await answers({ type: 'back' })
      await at(name)
    }
    await answers({ type: 'choosePurpose', purpose: 'processuale' }, { type: 'acceptPreview' })
    expect(screen()).toMatchObject({ screen: 'confirm', bollo: { kind: 'exempt', cents: 0 } })
  })
})

describe('the day of a mark', () => {
  const judge = contrassegnoJudge(() => new Date('2026-11-28T22:30:00.000Z'))
  test.each([
    ['of today', '2026-11-28', true],
    ['of today in Greenwich alone', '2026-11-29', false],
    ['of some year before', '2015-01-12', true],
    ['of the first day', '2005-01-01', true],
    ['of a time when there was none', '2004-12-31', false],
    ['that no calendar has', '2026-02-31', false],
    ['of month 13', '2026-13-01', false],
    ['of year 0', '0000-01-01', false],
  ])('%s', (_, issued, good) => {
    expect(judge({ kind: 'contrassegno', number: NUMBER, issued })).toBe(good)
  })
  test('after midnight in Italy it is the next day', () => {
    const late = contrassegnoJudge(() => new Date('2026-11-28T23:30:00.000Z'))
    expect(late({ kind: 'contrassegno', number: NUMBER, issued: '2026-11-29' })).toBe(true)
  })
})
