import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { err, ok } from '../../../contract/result.ts'
import {
  answers,
  at,
  cardOut,
  OPERATION,
  open,
  outcome,
  pin,
  screen,
  session,
  toPin,
} from '../../../test/support/visit/scripted-visit.ts'
import type { VisitEvent } from '../../visit/chart.ts'
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
      { type: 'choosePurpose', purpose: 'privateParty' },
      { type: 'chooseCertificates', types: ['8'] },
    )
    expect(screen()).toMatchObject({ anpr: 'unasked', bollo: { settled: null, cents: 1600 } })
    await answers({ type: 'confirm' })
    expect(screen()).toMatchObject({ screen: 'private-party', cents: 1600 })
  }
  const toPaidSummary = async () => {
    await toPrivateParty()
    await answers(
      { type: 'haveContrassegno' },
      { type: 'enterContrassegno', number: NUMBER },
      { type: 'enterContrassegnoDate', digits: '05032026' },
    )
  }

  test('comes back to the summary, and is issued with the mark that was typed', async () => {
    const request = vi.fn<VisitServices['request']>(async () => err({ kind: 'storage-full' }))
    open({ request })
    await toPaidSummary()
    await at('sheet')
    expect(screen()).toMatchObject({
      ...{ use: 'privateParty', anpr: 'ready' },
      bollo: { settled: 'contrassegno', cents: 1600, reference: '0123 4567 8901 23' },
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
    await at('sheet')
  })

  test('a mark that has paid for another certificate is told before anything is confirmed', async () => {
    open({ preview: async () => err(refused('contrassegno-used')) })
    await toPaidSummary()
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'contrassegno-used', anpr: null })
  })

  test('each screen leads back to the one before, and the next request knows no mark', async () => {
    open()
    await toPrivateParty()
    await answers({ type: 'haveContrassegno' }, { type: 'enterContrassegno', number: NUMBER })
    for (const name of ['contrassegno', 'private-party', 'sheet', 'purpose'] as const) {
      await answers({ type: 'back' })
      await at(name)
    }
    await answers({ type: 'choosePurpose', purpose: 'processuale' })
    expect(screen()).toMatchObject({ screen: 'sheet', bollo: { settled: 'exempt', cents: 0 } })
  })

  test('another use after the mark was typed: an exempt one carries no mark, and a private party’s asks for one anew', async () => {
    const request = vi.fn<VisitServices['request']>(async () => ok({ state: 'issued', outcome }))
    open({ request })
    await toPaidSummary()
    await answers({ type: 'change', line: 'purpose' }, { type: 'back' })
    expect(screen()).toMatchObject({ screen: 'sheet', bollo: { settled: 'contrassegno' } })
    await answers({ type: 'change', line: 'purpose' }, { type: 'choosePurpose', purpose: 'privateParty' })
    expect(screen()).toMatchObject({ screen: 'sheet', bollo: { settled: null } })
    await answers({ type: 'change', line: 'purpose' }, { type: 'choosePurpose', purpose: 'processuale' })
    await answers({ type: 'confirm' })
    expect(request.mock.lastCall?.[2].bollo).toEqual({ kind: 'exempt', exemption: 'processuale' })
  })

  test('back from the declaration: to the choice that led there', async () => {
    open()
    await toPrivateParty()
    await answers({ type: 'declareInstead' }, { type: 'back' })
    await at('private-party')
  })

  test('a second certificate of the visit knows nothing of the first one’s mark', async () => {
    const request = vi.fn<VisitServices['request']>(async () => ok({ state: 'issued', outcome }))
    open({ request })
    await toPaidSummary()
    await answers({ type: 'confirm' })
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'printed', document: 'certificate' })
    await answers(
      { type: 'another' },
      { type: 'chooseService', service: 'certificate' },
      { type: 'choosePurpose', purpose: 'privateParty' },
      { type: 'confirm' },
    )
    // No way leads past the keypads to the paper.
    await at('private-party')
    expect(session.answer({ type: 'confirm' })).toBe(false)
    await answers({ type: 'haveContrassegno' })
    expect(session.answer({ type: 'enterContrassegnoDate', digits: '05032026' })).toBe(false)
    await answers(
      { type: 'enterContrassegno', number: '99999999999999' },
      { type: 'enterContrassegnoDate', digits: '06032026' },
      { type: 'confirm' },
    )
    expect(request.mock.lastCall?.[2].bollo).toEqual({
      ...{ kind: 'contrassegno', number: '99999999999999', issued: '2026-03-06' },
    })
  })

  test('line-down: the mark goes into the recorded request, and a slip says how to collect', async () => {
    const request = vi.fn<VisitServices['request']>(async () =>
      ok({ state: 'queued', operation: OPERATION, requestedAt: '2026-11-22T10:00:00.000Z' }),
    )
    open({
      request,
      enter: async () =>
        ok({ token: null, idAnpr: null, family: null, languages: [], waiting: [], pending: 0, notices: [] }),
    })
    await toPaidSummary()
    expect(screen()).toMatchObject({ screen: 'sheet', anpr: 'away', bollo: { cents: 1600 } })
    await answers({ type: 'confirm' })
    expect(request.mock.lastCall?.[2]).toMatchObject({ subject: null, bollo: { number: NUMBER } })
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'queued', document: 'certificate', slip: true })
  })

  const ways: [name: string, pays: VisitEvent[]][] = [
    ['pagoPA', [{ type: 'payByNotice' }]],
    [
      'a marca da bollo',
      [
        { type: 'haveContrassegno' },
        { type: 'enterContrassegno', number: NUMBER },
        { type: 'enterContrassegnoDate', digits: '05032026' },
      ],
    ],
  ]
  test.each(ways)('who has no valid document (EN286) hears it before any money: %s', async (_, pays) => {
    const openPayment = vi.fn<VisitServices['openPayment']>()
    const request = vi.fn<VisitServices['request']>()
    open({ preview: async () => err(refused('document-not-valid', { anpr: 'EN286' })), openPayment, request })
    await toPrivateParty()
    await answers(...pays)
    await at('sheet')
    expect(screen()).toMatchObject({ anpr: 'barred', barred: { reason: 'document-not-valid', code: 'EN286' } })
    expect(session.answer({ type: 'confirm' })).toBe(false)
    expect(openPayment).not.toHaveBeenCalled()
    expect(request).not.toHaveBeenCalled()
  })

  test('a jam is printed again without asking for the mark or the request anew', async () => {
    const bollo = { kind: 'contrassegno', number: NUMBER, issued: '2026-03-05' } as const
    const request = vi.fn<VisitServices['request']>(async () => ok({ state: 'issued', outcome: { ...outcome, bollo } }))
    const print = vi
      .fn<VisitServices['print']>(async () => ok({ pages: 1 }))
      .mockResolvedValueOnce(err({ kind: 'print-fault', status: 'jam', page: 1 }))
    open({ request, print })
    await toPaidSummary()
    await answers({ type: 'confirm' })
    await at('print-fault')
    await answers({ type: 'printAgain' })
    await at('done')
    expect(request).toHaveBeenCalledOnce()
    expect(print.mock.calls.map(([{ document }]) => document)).toEqual(['certificate', 'certificate', 'receipt'])
    // The last words say what is still to be done with the mark, also to a person who has taken the card.
    expect(screen()).toMatchObject({ outcome: 'printed', mark: true, cardPresent: true })
    cardOut()
    expect(screen()).toMatchObject({ screen: 'done', mark: true, cardPresent: false })
  })

  const places: [name: string, go: () => Promise<void>][] = [
    ['private-party', async () => {}],
    ['contrassegno', () => answers({ type: 'haveContrassegno' })],
    ['contrassegno-date', () => answers({ type: 'haveContrassegno' }, { type: 'enterContrassegno', number: NUMBER })],
  ]
  test.each(places)('%s: leaving, a pulled card and nobody there each end the visit', async (name, go) => {
    const services = open()
    const ways: [how: string, end: () => unknown][] = [
      ['left', () => answers({ type: 'leave' })],
      ['card-removed', cardOut],
      ['timeout', () => vi.advanceTimersByTimeAsync(91_000)],
    ]
    for (const [how, end] of ways) {
      await toPrivateParty()
      await go()
      expect(screen()).toMatchObject({ screen: name })
      expect(session.view()).toMatchObject({ canGoBack: true, canLeave: true, step: 'request' })
      await end()
      await at('goodbye')
      cardOut()
      await vi.advanceTimersByTimeAsync(5_000)
      await at('attract')
      expect(services.journal.ended).toHaveBeenLastCalledWith(expect.anything(), how, expect.any(Number))
    }
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
