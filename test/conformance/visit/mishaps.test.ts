import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { err, ok } from '../../../contract/result.ts'
import { refused } from '../../../main/visit/services.ts'
import {
  answers,
  at,
  cardIn,
  cardOut,
  member,
  OPERATION,
  open,
  outcome,
  pin,
  readerGone,
  cns as readout,
  recognised,
  screen,
  session,
  toPin,
  toSummary,
  visitsOver,
} from '../../support/visit/scripted-visit.ts'

// What may go wrong in a visit: PIN, card, paper, time. What goes right is in session.test.ts.

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  session.stop()
  vi.useRealTimers()
})

describe('PIN', () => {
  test('wrong-pin-then-right', async () => {
    let tries = 0
    const services = open({
      recognise: async () => (tries++ === 0 ? err({ kind: 'wrong-pin', triesLeft: 2 }) : ok(recognised)),
    })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    expect(screen()).toMatchObject({ screen: 'pin', card: 'cns', triesLeft: 2, wrong: true })
    await answers({ type: 'enterPin', pin: pin() })
    await at('menu')
    expect(services.pinWrong).toHaveBeenCalledTimes(1)
  })

  test('the last try is spent only after an explicit yes', async () => {
    open({ recognise: async () => err({ kind: 'wrong-pin', triesLeft: 1 }) })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    await at('last-try')
    expect(session.answer({ type: 'enterPin', pin: pin() })).toBe(false)
    await answers({ type: 'acceptLastTry' })
    expect(screen()).toMatchObject({ screen: 'pin', triesLeft: 1, wrong: true })
  })

  test('the last try is remembered when the card comes back, in this visit or a later one', async () => {
    let left: number | null = null
    open({
      recognise: async () => {
        left = 1
        return err({ kind: 'wrong-pin', triesLeft: 1 })
      },
      triesLeft: () => left,
    })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    await at('last-try')
    cardOut()
    cardIn()
    await at('last-try')
    await answers({ type: 'leave' })
    cardOut()
    await vi.advanceTimersByTimeAsync(5_000)
    cardIn()
    await answers({ type: 'chooseLanguage', language: 'it' })
    await at('last-try')
  })

  test('pin-blocked ends in an explanation', async () => {
    open({ recognise: async () => err(refused('pin-blocked')) })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'pin-blocked' })
  })
})

describe('the card', () => {
  test('card-pulled-during-pin is explained, and the visit goes on with the card', async () => {
    open()
    await toPin()
    cardOut()
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'card-removed', cardPresent: false })
    cardIn()
    await at('pin')
  })

  test('a reader that stops before the PIN says so, and goes on by itself with the card that lay in it', async () => {
    open()
    await toPin()
    readerGone()
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'reader-unavailable', cardPresent: false })
    cardIn()
    await at('pin')
  })

  test('a reader that stops while it checks the PIN: the words stay when it is back with the card', async () => {
    let fail = () => {}
    const login = new Promise<void>((resolve) => {
      fail = resolve
    })
    open({ recognise: () => login.then(() => err(refused('login-interrupted'))) })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    readerGone()
    fail()
    await at('refused')
    cardIn()
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'login-interrupted', cardPresent: true })
    // The person reads, and takes the card; the next one begins anew.
    cardOut()
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'login-interrupted' })
    await answers({ type: 'leave' })
    await vi.advanceTimersByTimeAsync(60_000)
    cardIn()
    expect(screen()).toMatchObject({ screen: 'language' })
  })

  test('a reader that stops after the log-in ends the visit in words, and not as a card taken', async () => {
    open()
    await toSummary()
    readerGone()
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'reader-unavailable' })
    cardIn()
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'reader-unavailable' })
  })

  test('a card that nobody has moved begins no visit when the reader is back', async () => {
    open()
    await toSummary()
    readerGone()
    await answers({ type: 'leave' })
    await vi.advanceTimersByTimeAsync(60_000)
    cardIn()
    expect(screen()).toMatchObject({ screen: 'attract' })
    cardOut()
    cardIn()
    expect(screen()).toMatchObject({ screen: 'language' })
  })

  test('card-pulled-after-recognition ends the visit and shows nothing more of it', async () => {
    open()
    await toSummary()
    cardOut()
    expect(screen()).toEqual({ screen: 'goodbye', cardPresent: false })
  })

  test('a bad card does not block the next one', async () => {
    let reads = 0
    open({ readCard: async () => (reads++ === 0 ? err(refused('card-unknown')) : ok(readout)) })
    await answers({ type: 'start', language: 'it' })
    cardIn()
    await at('refused')
    cardOut()
    await at('refused')
    await answers({ type: 'leave' })
    await vi.advanceTimersByTimeAsync(5_000)
    await toPin()
  })

  test('the next card in the reader does not belong to this visit', async () => {
    let release: () => void = () => {}
    const paper = new Promise<void>((resolve) => {
      release = resolve
    })
    open({ print: () => paper.then(() => ok({ pages: 1 })) })
    await toSummary()
    await answers({ type: 'confirm' })
    await at('printing')
    // The first person takes the card while the paper comes out; the next one is quick.
    cardOut()
    cardIn()
    release()
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'printed', cardPresent: false })
    expect(session.answer({ type: 'another' })).toBe(false)
    await answers({ type: 'leave' })
    expect(screen()).toEqual({ screen: 'goodbye', cardPresent: false })
    await vi.advanceTimersByTimeAsync(5_000)
    // Their own visit begins by itself, in a renderer of its own.
    await at('language')
    expect(visitsOver).toBe(1)
    expect(JSON.stringify(session.view())).not.toContain('BIANCHI')
  })

  test('a card swapped without a gap is a card pulled and another one put in', async () => {
    open()
    await toSummary()
    cardIn()
    expect(screen()).toEqual({ screen: 'goodbye', cardPresent: false })
  })

  test('card-pulled-during-check: nothing of the person is shown, recognised or not', async () => {
    let release: () => void = () => {}
    const check = new Promise<void>((resolve) => {
      release = resolve
    })
    open({ recognise: () => check.then(() => ok(recognised)) })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    cardOut()
    release()
    await at('goodbye')
  })

  test('a service that throws ends one visit, and the totem goes on', async () => {
    open({
      enter: async () => {
        throw new Error('a bug')
      },
    })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'session-refused' })
  })
})

describe('paper', () => {
  test('paper-out-mid-certificate: told, then printed anew from the void page', async () => {
    const from: number[] = []
    open({
      print: async ({ fromPage, document }) => {
        if (document === 'certificate') from.push(fromPage)
        return from.length === 1 && document === 'certificate'
          ? err({ kind: 'print-fault', status: 'paperOut', page: 2 })
          : ok({ pages: 3 })
      },
    })
    await toSummary()
    session.printer('paperOut')
    await answers({ type: 'confirm' })
    expect(screen()).toMatchObject({
      screen: 'print-fault',
      status: 'paperOut',
      page: 2,
      resumable: false,
      sheet: 'none',
    })
    expect(session.answer({ type: 'printAgain' })).toBe(false)
    session.printer('ready')
    expect(screen()).toMatchObject({ status: 'ready', resumable: true })
    await answers({ type: 'printAgain' })
    await at('done')
    expect(from).toEqual([1, 2])
  })

  test('an unprintable certificate does not block the other waiting ones', async () => {
    const broken = OPERATION.replace('GH', 'GK')
    const bad = { outcome: { ...outcome, operation: broken }, requestedAt: outcome.issuedAt }
    const good = { outcome: { ...outcome, operation: OPERATION.replace('GH', 'GJ') }, requestedAt: outcome.issuedAt }
    const services = open({
      enter: async () =>
        ok({
          token: 't',
          idAnpr: 'AB10234CX',
          family: [member('AB10234CX', true)],
          languages: [],
          waiting: [bad, good],
          pending: 0,
          notices: [],
        }),
      print: async ({ operation }) => (operation === broken ? err({ kind: 'unprintable' }) : ok({ pages: 1 })),
    })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() }, { type: 'collect' })
    await at('done')
    expect(services.delivered).toHaveBeenCalledExactlyOnceWith(expect.anything(), good.outcome.operation)
  })

  test('keep for later leaves the certificate to be collected', async () => {
    const services = open({ print: async () => err({ kind: 'print-fault', status: 'jam', page: 1 }) })
    await toSummary()
    await answers({ type: 'confirm' })
    await answers({ type: 'keepForLater' })
    expect(screen()).toMatchObject({ screen: 'done', outcome: 'kept' })
    expect(services.delivered).not.toHaveBeenCalled()
  })
})

describe('time', () => {
  const places: [name: string, go: () => Promise<void>][] = [
    ['language', () => answers({ type: 'start', language: 'it' }, { type: 'back' })],
    ['card', () => answers({ type: 'start', language: 'en' })],
    ['pin', toPin],
    ['sheet', toSummary],
  ]
  test.each(places)('%s: warns, counts down, and ends the visit', async (_name, go) => {
    open()
    await go()
    const before = screen().screen
    await vi.advanceTimersByTimeAsync(60_000)
    expect(session.view().idle?.secondsLeft).toBeGreaterThan(28)
    session.stay()
    expect(session.view().idle).toBeNull()
    await vi.advanceTimersByTimeAsync(59_000)
    await at(before)
    await vi.advanceTimersByTimeAsync(32_000)
    await at('goodbye')
    cardOut()
    await vi.advanceTimersByTimeAsync(5_000)
    await at('attract')
  })

  test('a card left in the reader does not keep the totem from the next person', async () => {
    open()
    await toPin()
    await answers({ type: 'leave' })
    expect(screen()).toEqual({ screen: 'goodbye', cardPresent: true })
    await vi.advanceTimersByTimeAsync(50_000)
    await at('attract')
  })
})

test('a clock set back during a visit does it no harm', async () => {
  const services = open()
  await answers({ type: 'start', language: 'it' })
  vi.setSystemTime(Date.now() - 86_400_000)
  await answers({ type: 'leave' })
  await vi.advanceTimersByTimeAsync(5_000)
  await at('attract')
  expect(services.journal.ended).toHaveBeenCalledExactlyOnceWith(expect.anything(), 'left', expect.any(Number))
  const [, , ms] = vi.mocked(services.journal.ended).mock.calls[0] ?? []
  expect(ms).toBeGreaterThanOrEqual(0)
})

test('storage-full is shown before anything is asked', async () => {
  open({ outOfService: () => 'storage-full' })
  expect(screen()).toMatchObject({ screen: 'out-of-service', reason: 'storage-full' })
  expect(session.answer({ type: 'start', language: 'it' })).toBe(false)
  cardIn()
  expect(screen()).toMatchObject({ screen: 'out-of-service', reason: 'storage-full' })
})

test('an answer that does not fit the screen changes nothing', async () => {
  open()
  for (const type of ['confirm', 'collect', 'printAgain', 'another', 'back', 'leave'] as const) {
    expect(session.answer({ type }), type).toBe(false)
  }
  await at('attract')
})
