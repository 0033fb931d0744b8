import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { err, ok } from '../../../contract/result.ts'
import {
  answers,
  at,
  cardOut,
  open,
  outcome,
  payment,
  pin,
  screen,
  session,
  toPin,
} from '../../../test/support/visit/scripted-visit.ts'
import { refused, type VisitServices } from '../../visit/services.ts'

/** A payment that nobody has made yet, and how to make it another. */
function waiting() {
  let became: (payment: Awaited<ReturnType<VisitServices['paymentBecame']>>) => void = () => {}
  return {
    paymentBecame: () => new Promise<typeof payment>((resolve) => (became = resolve as never)),
    tell: (state: typeof payment.state) => became({ ...payment, state }),
  }
}
const entered = {
  ...{ token: 't', idAnpr: 'AB10234CX', family: null, languages: [], waiting: [], pending: 0, notices: [] },
}
const toChoice = async () => {
  await toPin()
  await answers(
    { type: 'enterPin', pin: pin() },
    { type: 'chooseService', service: 'certificate' },
    { type: 'choosePurpose', purpose: 'privateParty' },
    { type: 'chooseCertificates', types: ['8'] },
    { type: 'confirm' },
  )
}
const toNotice = async () => {
  await toChoice()
  await answers({ type: 'payByNotice' }, { type: 'confirm' })
}

describe('bollo by pagoPA', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => {
    session.stop()
    vi.useRealTimers()
  })

  test('the notice comes after preview and yes; paid, the certificate is asked for by it, and printed', async () => {
    const { paymentBecame, tell } = waiting()
    const request = vi.fn<VisitServices['request']>(async () => ok({ state: 'issued', outcome }))
    const openPayment = vi.fn<VisitServices['openPayment']>(async () => ok({ payment, until: in5() }))
    open({ paymentBecame, request, openPayment })
    await toChoice()
    expect(screen()).toMatchObject({ screen: 'private-party', pagopa: true })
    await answers({ type: 'payByNotice' })
    await at('sheet')
    expect(screen()).toMatchObject({ bollo: { settled: 'pagopa', cents: 1600 } })
    expect(openPayment).not.toHaveBeenCalled()
    await answers({ type: 'confirm' })
    expect(screen()).toMatchObject({
      ...{ screen: 'pagopa', notice: payment.notice, checkout: payment.checkout },
      qr: 'PAGOPA|002|301202611280000124|99999000013|1600',
    })
    expect(openPayment).toHaveBeenCalledExactlyOnceWith(expect.anything(), { subject: 'AB10234CX', types: ['8'] })
    expect(request).not.toHaveBeenCalled()
    tell('paid')
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'printed' })
    expect(request).toHaveBeenCalledOnce()
    expect(request.mock.calls[0]?.[2]).toMatchObject({ bollo: { kind: 'pagopa', notice: payment.notice } })
  })

  test('while the notice can be paid nobody is asked whether they are there; after it they are', async () => {
    const { paymentBecame, tell } = waiting()
    open({ paymentBecame, openPayment: async () => ok({ payment, until: in5() }) })
    await toNotice()
    await vi.advanceTimersByTimeAsync(200_000)
    expect(session.view()).toMatchObject({ screen: { screen: 'pagopa' }, idle: null })
    await vi.advanceTimersByTimeAsync(120_000)
    tell('open')
    await at('pagopa-later')
    await vi.advanceTimersByTimeAsync(91_000)
    expect(screen().screen).not.toBe('pagopa-later')
  })

  test('the card is taken: the visit ends, and nobody waits for the payment any more', async () => {
    const { paymentBecame } = waiting()
    const services = open({ paymentBecame })
    await toNotice()
    cardOut()
    await vi.advanceTimersByTimeAsync(1)
    expect(services.leavePayment).toHaveBeenCalledOnce()
    expect(JSON.stringify(session.view())).not.toContain(payment.notice)
  })

  test('later: printed, the notice stays; at the next visit the menu shows it, and paid it needs no other yes', async () => {
    const request = vi.fn<VisitServices['request']>(async () => ok({ state: 'issued', outcome }))
    const { paymentBecame } = waiting()
    open({ paymentBecame, request })
    await toNotice()
    await answers({ type: 'back' }, { type: 'printNotice' })
    await at('pagopa-later')
    session.stop()
    open({ request, openPayment: async () => ok({ payment: { ...payment, state: 'paid' }, until: in5() }) })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    expect(screen()).toMatchObject({ screen: 'menu', payments: 1 })
    await answers({ type: 'chooseService', service: 'pagopa' })
    await at('done')
    expect(request.mock.calls.at(-1)?.[2]).toMatchObject({ types: ['8'], bollo: { notice: payment.notice } })
  })

  test.each(['lapsed', 'withdrawn'] as const)('%s: nothing is due, and another notice may be made', async (state) => {
    open({ paymentBecame: async () => ({ ...payment, state }) })
    await toNotice()
    expect(screen()).toMatchObject({ screen: 'pagopa-ended', why: state })
    await answers({ type: 'back' })
    await at('private-party')
  })

  test('pagoPA is away: no notice, and the mark is one step back', async () => {
    open({ openPayment: async () => err({ kind: 'unavailable' }) })
    await toNotice()
    expect(screen()).toMatchObject({ screen: 'pagopa-ended', why: 'unavailable' })
    await answers({ type: 'back' }, { type: 'haveContrassegno' })
    await at('contrassegno')
  })

  test('no line, or a gateway that takes no payment: not offered', async () => {
    open({ enter: async () => ok(entered) })
    await toChoice()
    expect(screen()).toMatchObject({ screen: 'private-party', pagopa: false })
    expect(session.answer({ type: 'payByNotice' })).toBe(false)
  })

  test('paid and refused for good: the sum, the notice and the receipt are told, and go on paper', async () => {
    const by = '2027-01-21T10:00:00.000Z'
    const refund = { receipt: 'R1', cents: 1600, by }
    const why = 'document-not-valid'
    const back = { ...payment, state: 'unspendable' as const, refund: { ...refund, reason: why } as const }
    const print = vi.fn<VisitServices['print']>(async () => ok({ pages: 1 }))
    open({
      ...{ print, payments: async () => [back], paymentBecame: async () => ({ ...payment, state: 'paid' }) },
      request: async () => err(refused('document-not-valid')),
    })
    await toNotice()
    expect(screen()).toMatchObject({ ...refund, why, screen: 'pagopa-refund', notice: payment.notice, contact: null })
    await answers({ type: 'printNotice' })
    await at('pagopa-refund')
    expect(print).toHaveBeenCalledOnce()
  })

  test('several wait: all stand among the requests, each with what happens next; one is chosen, and withdrawn', async () => {
    const other = { ...payment, payment: `${payment.payment.slice(0, -1)}J`, types: ['12' as const] }
    const refund = { receipt: 'R1', cents: 1600, by: '2027-01-21T10:00:00.000Z', reason: 'paid-twice' as const }
    const spent = { ...payment, payment: `${payment.payment.slice(0, -1)}K`, state: 'spent' as const, refund }
    const paid = { ...payment, state: 'paid' as const }
    const payments = [paid, other, spent]
    const opened = vi.fn<VisitServices['openPayment']>(async () => ok({ payment: other, until: in5() }))
    open({
      enter: async () => ok({ ...entered, pagopa: { offered: true, payments } }),
      payments: async () => payments,
      openPayment: opened,
      paymentBecame: () => new Promise(() => {}),
      withdrawPayment: async () => ({ ...other, state: 'withdrawn' }),
    })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    expect(screen()).toMatchObject({ screen: 'menu', payments: 3 })
    await answers({ type: 'chooseService', service: 'pagopa' })
    await at('requests')
    const shown = screen()
    const states = shown.screen === 'requests' ? shown.requests?.map(({ state }) => state) : null
    expect(states).toEqual(['paid', 'unpaid', 'refund', 'recorded'])
    await answers({ type: 'chooseRequest', index: 2 })
    expect(screen()).toMatchObject({ screen: 'request', request: { day: refund.by, office: null } })
    await answers({ type: 'payNow' })
    expect(screen()).toMatchObject({ screen: 'pagopa-refund', why: 'paid-twice', receipt: 'R1' })
    await answers({ type: 'back' }, { type: 'chooseService', service: 'requests' }, { type: 'chooseRequest', index: 3 })
    expect(session.answer({ type: 'payNow' })).toBe(false)
    await answers({ type: 'back' }, { type: 'chooseRequest', index: 1 }, { type: 'payNow' })
    expect(screen()).toMatchObject({ screen: 'pagopa', notice: other.notice })
    expect(opened).toHaveBeenCalledExactlyOnceWith(expect.anything(), { subject: 'AB10234CX', types: ['12'] })
    await answers({ type: 'back' }, { type: 'withdrawNotice' })
    expect(screen()).toMatchObject({ screen: 'pagopa-ended', why: 'withdrawn' })
    await answers({ type: 'back' }, { type: 'back' }, { type: 'back' }, { type: 'back' })
    expect(screen()).toMatchObject({ screen: 'menu', payments: 2 })
  })

  test('paid, and the line is lost before the certificate comes: the request is kept, and its slip says so', async () => {
    const { paymentBecame, tell } = waiting()
    const requestedAt = '2026-11-22T10:00:00.000Z'
    const request = vi.fn<VisitServices['request']>(async () =>
      ok({ state: 'queued', operation: outcome.operation, requestedAt }),
    )
    open({ paymentBecame, request })
    await toNotice()
    tell('paid')
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'queued', slip: true })
    expect(request).toHaveBeenCalledOnce()
  })

  test('paid, and the printer is lost: the certificate is printed again, and asked for once', async () => {
    const { paymentBecame, tell } = waiting()
    const request = vi.fn<VisitServices['request']>(async () => ok({ state: 'issued', outcome }))
    const print = vi.fn<VisitServices['print']>(async () => ok({ pages: 1 }))
    print.mockResolvedValueOnce(err({ kind: 'print-fault', status: 'jam', page: 1 }))
    open({ paymentBecame, request, print })
    await toNotice()
    tell('paid')
    await at('print-fault')
    session.printer('ready')
    await answers({ type: 'printAgain' })
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'printed' })
    expect(request).toHaveBeenCalledOnce()
  })

  test('paid and refused for today: why, and the payment stays', async () => {
    open({
      paymentBecame: async () => ({ ...payment, state: 'paid' }),
      payments: async () => [{ ...payment, state: 'paid' }],
      request: async () => err(refused('procedure-open')),
    })
    await toNotice()
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'procedure-open' })
  })
})

const in5 = () => new Date(Date.now() + 300_000).toISOString()
