import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { err, ok } from '../../../contract/result.ts'
import type { Devices } from '../../../main/devices/index.ts'
import { callHandlers } from '../../../main/handlers.ts'
import { refused, type VisitServices } from '../../../main/visit/services.ts'
import {
  answers,
  at,
  cardBack,
  cardIn,
  cardLifted,
  cardOut,
  cardWaits,
  cie,
  cns,
  open,
  pin,
  recognised,
  screen,
  session,
  toPin,
  toSummary,
} from '../../support/visit/scripted-visit.ts'

const withCie = (changes: Partial<VisitServices> = {}) => open({ readCard: async () => ok(cie), ...changes })
const withPinPad = (changes: Partial<VisitServices> = {}) =>
  open({ readCard: async () => ok({ ...cns, pinPad: true }), ...changes })
/** A service that answers when the test says so. */
function held<T>(value: T) {
  let release: () => void = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  return { call: () => released.then(() => value), release: () => release() }
}
const shown = () => JSON.stringify(session.view().screen)

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  session.stop()
  vi.useRealTimers()
})

describe('which PIN', () => {
  test.each([
    ['cns', 5, true],
    ['cns', 8, true],
    ['cie', 5, false],
    ['cie', 7, false],
    ['cie', 8, true],
  ] as const)('%s takes %i digits: %s', async (card, digits, taken) => {
    open({ readCard: async () => ok(card === 'cie' ? cie : cns) })
    await toPin()
    expect(screen()).toMatchObject({ card, pinPad: false, wrong: false, triesLeft: null })
    expect(session.answer({ type: 'enterPin', pin: pin().slice(0, digits) })).toBe(taken)
  })

  test('a keypad reader: the reader asks for the PIN, and the screen gives none', async () => {
    const pins: (Uint8Array | null)[] = []
    withPinPad({
      recognise: async (_, __, typed) => {
        pins.push(typed)
        return ok(recognised)
      },
    })
    await toPin()
    expect(screen()).toMatchObject({ pinPad: true })
    expect(session.answer({ type: 'enterPin', pin: pin() })).toBe(false)
    await answers({ type: 'usePinPad' })
    await at('menu')
    expect(pins).toEqual([null])
  })

  test('pin-not-entered: the PIN is asked for again, and no try is counted', async () => {
    const services = withPinPad({ recognise: async () => err(refused('pin-not-entered')) })
    await toPin()
    await answers({ type: 'usePinPad' })
    expect(screen()).toMatchObject({ screen: 'pin', wrong: false, triesLeft: null })
    expect(services.pinWrong).not.toHaveBeenCalled()
  })

  test('a screen cannot make a reader without a keypad ask', async () => {
    open()
    await toPin()
    expect(session.answer({ type: 'usePinPad' })).toBe(false)
  })

  test('the last try on a keypad reader needs a yes too', async () => {
    withPinPad({ recognise: async () => err({ kind: 'wrong-pin', triesLeft: 1 }) })
    await toPin()
    await answers({ type: 'usePinPad' })
    await at('last-try')
    expect(session.answer({ type: 'usePinPad' })).toBe(false)
    await answers({ type: 'acceptLastTry' })
    expect(screen()).toMatchObject({ screen: 'pin', pinPad: true, triesLeft: 1 })
  })
})

describe('a refusal names the card and the day', () => {
  test('card-expired: the screen shows the date, and the card’s kind from its readout', async () => {
    withCie({ recognise: async () => err(refused('certificate-expired', { date: '2025-03-12' })) })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    expect(screen()).toMatchObject({ reason: 'certificate-expired', card: 'cie', date: '2025-03-12' })
  })

  test('before the readout, the service says which card it is', async () => {
    open({ readCard: async () => err(refused('card-altered', { card: 'cie' })) })
    await answers({ type: 'start', language: 'it' })
    cardIn()
    await at('refused')
    expect(screen()).toMatchObject({ reason: 'card-altered', card: 'cie', date: null })
  })
})

describe('card-lifted: a contactless card that has left the field', () => {
  test('put back in time: the visit goes on where it was', async () => {
    withCie()
    await toSummary()
    cardLifted()
    expect(session.view().cardLost).not.toBeNull()
    cardBack()
    expect(session.view().cardLost).toBeNull()
    await at('sheet')
    await answers({ type: 'confirm' })
    await at('done')
  })

  test('who needs more time asks for it, as often as they need', async () => {
    const devices = { call: vi.fn(async () => ok({ lost: true })) }
    const asksForMore = () => callHandlers(session, devices as unknown as Devices, { hear: vi.fn() }).stay(undefined)
    withCie()
    await toSummary()
    await asksForMore()
    expect(devices.call).not.toHaveBeenCalled()
    cardLifted()
    for (let times = 0; times < 5; times++) {
      await vi.advanceTimersByTimeAsync(25_000)
      expect(session.view().cardLost).toEqual({ secondsLeft: 5 })
      await asksForMore()
      expect(session.view()).toMatchObject({ cardLost: { secondsLeft: 30 }, idle: null })
    }
    expect([devices.call.mock.lastCall, cardWaits]).toEqual([['card.wait', {}], 0])
    cardBack()
    await at('sheet')
    // The process that watched the card is gone: nobody counts anew.
    devices.call.mockResolvedValue(ok({ lost: false }))
    cardLifted()
    await vi.advanceTimersByTimeAsync(25_000)
    await asksForMore()
    expect(session.view().cardLost).toEqual({ secondsLeft: 5 })
  })

  test('not put back in time, before recognition: explained as a pulled card', async () => {
    withCie()
    await toPin()
    cardLifted()
    await at('pin')
    cardOut()
    expect(session.view().cardLost).toBeNull()
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'card-removed', cardPresent: false })
  })

  test('not put back in time, after recognition: the visit ends', async () => {
    withCie()
    await toSummary()
    cardLifted()
    cardOut()
    expect(screen()).toEqual({ screen: 'goodbye', cardPresent: false })
  })

  test('another person’s card in its place: shows nothing of the first person', async () => {
    withCie()
    await toSummary()
    cardLifted()
    cardOut()
    cardIn()
    expect(shown()).not.toContain('BIANCHI')
    await vi.advanceTimersByTimeAsync(5_000)
    await at('language')
  })

  test('during the log-in: asked back, and the log-in finishes', async () => {
    const login = held(ok(recognised))
    withCie({ recognise: login.call })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    cardLifted()
    expect(session.view()).toMatchObject({
      cardLost: { secondsLeft: 30 },
      screen: { screen: 'pin-checking', card: 'cie' },
    })
    cardBack()
    expect(session.view().cardLost).toBeNull()
    login.release()
    await at('menu')
  })

  test('while its PIN was under way: explained, and the PIN is asked for again once the card is back', async () => {
    const login = held(err(refused('card-removed')))
    withCie({ recognise: login.call })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    cardLifted()
    login.release()
    await at('refused')
    expect(session.view()).toMatchObject({ cardLost: null, screen: { reason: 'card-removed', cardPresent: false } })
    cardBack()
    await at('pin')
  })

  test('on a screen that needs no card: not asked back', async () => {
    const paper = held(ok({ pages: 1 }))
    withCie({ print: paper.call })
    await toSummary()
    await answers({ type: 'confirm' })
    cardLifted()
    expect(session.view()).toMatchObject({ cardLost: null, screen: { screen: 'printing' } })
    paper.release()
    await at('done')
    expect(screen()).toMatchObject({ cardPresent: false })
    cardOut()
    await at('done')
  })

  test('at the goodbye: counts as taken', async () => {
    withCie()
    await toPin()
    await answers({ type: 'leave' })
    expect(screen()).toEqual({ screen: 'goodbye', cardPresent: true })
    cardLifted()
    expect(screen()).toEqual({ screen: 'goodbye', cardPresent: false })
    await vi.advanceTimersByTimeAsync(5_000)
    await at('attract')
  })

  test('on the screen that asks for a card: does not count as put in', async () => {
    withCie()
    cardIn()
    await at('language')
    cardLifted()
    await answers({ type: 'chooseLanguage', language: 'it' })
    await at('card')
    expect(session.view().cardLost).toBeNull()
    cardBack()
    await at('pin')
  })

  test('the idle warning still ends such a visit', async () => {
    withCie()
    await toPin()
    cardLifted()
    await vi.advanceTimersByTimeAsync(91_000)
    await at('goodbye')
  })

  test('a lost card that no visit knows counts as an empty reader', async () => {
    withCie()
    await answers({ type: 'start', language: 'it' })
    cardLifted()
    await at('card')
  })
})

describe('expiry by the CAN', () => {
  const toCan = async () => {
    await toPin()
    await answers({ type: 'askExpiry' })
    await at('can')
  }

  test('shown, and only the PIN leads on from there', async () => {
    const services = withCie({ request: vi.fn(), enter: vi.fn() })
    await toCan()
    await answers({ type: 'enterCan', can: '123456' })
    expect(screen()).toEqual({
      screen: 'card-expiry',
      holder: { name: 'ANNA', surname: 'BIANCHI' },
      expires: '2031-06-18',
      expired: false,
    })
    for (const type of ['confirm', 'collect', 'collectLater', 'another', 'askExpiry'] as const) {
      expect(session.answer({ type }), type).toBe(false)
    }
    expect(session.answer({ type: 'choosePerson', index: 0 })).toBe(false)
    await answers({ type: 'back' })
    await at('pin')
    expect(shown()).not.toContain('BIANCHI')
    expect(services.enter).not.toHaveBeenCalled()
    expect(services.request).not.toHaveBeenCalled()
  })

  test('stays when the card is taken, names nobody then, and leads nowhere', async () => {
    withCie()
    await toCan()
    await answers({ type: 'enterCan', can: '123456' })
    cardOut()
    await at('card-expiry')
    expect(screen()).toMatchObject({ holder: null, expires: '2031-06-18' })
    expect(JSON.stringify(session.view())).not.toContain('BIANCHI')
    expect(session.view()).toMatchObject({ canGoBack: false, canLeave: true, cardLost: null })
    expect(session.answer({ type: 'back' })).toBe(false)
    await answers({ type: 'leave' })
    await at('goodbye')
  })

  test('the next person’s card begins a visit of its own', async () => {
    withCie()
    await toCan()
    await answers({ type: 'enterCan', can: '123456' })
    cardOut()
    await at('card-expiry')
    cardIn()
    await at('language')
  })

  test('wrong-can: said twice, then the visit ends in an explanation', async () => {
    withCie({ possession: async () => err({ kind: 'wrong-can' }) })
    await toCan()
    expect(screen()).toEqual({ screen: 'can', wrong: false })
    for (let wrong = 1; wrong < 3; wrong++) {
      await answers({ type: 'enterCan', can: '000000' })
      expect(screen()).toEqual({ screen: 'can', wrong: true })
      // Going back and forth gives no further tries.
      await answers({ type: 'back' }, { type: 'askExpiry' })
    }
    await answers({ type: 'enterCan', can: '000000' })
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'wrong-can', card: 'cie' })
  })

  test('reader-not-capable is said', async () => {
    withCie({ possession: async () => err(refused('reader-not-capable')) })
    await toCan()
    await answers({ type: 'enterCan', can: '123456' })
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'reader-not-capable' })
  })

  test('is not offered for a CNS, nor where the policy does not allow it', async () => {
    open()
    await toPin()
    expect(screen()).toMatchObject({ card: 'cns', expiry: false })
    expect(session.answer({ type: 'askExpiry' })).toBe(false)
    session.stop()
    withCie({ expiryOffered: () => false })
    await toPin()
    expect(screen()).toMatchObject({ card: 'cie', expiry: false })
    expect(session.answer({ type: 'askExpiry' })).toBe(false)
  })

  test('card-lifted while it is read: asked back; nothing is shown if it does not return', async () => {
    const read = held(ok({ holder: { name: 'ANNA', surname: 'BIANCHI' }, expires: '2031-06-18', expired: false }))
    withCie({ possession: read.call })
    await toCan()
    await answers({ type: 'enterCan', can: '123456' })
    cardLifted()
    expect(session.view()).toMatchObject({ cardLost: { secondsLeft: 30 }, screen: { screen: 'can-checking' } })
    cardOut()
    read.release()
    await at('goodbye')
    expect(shown()).not.toContain('BIANCHI')
  })
})

describe('a card that is no good', () => {
  test('card-mute left behind: the next mute card begins a visit of its own', async () => {
    open({ readCard: async () => err(refused('card-mute')) })
    session.card({ state: 'mute' })
    await answers({ type: 'chooseLanguage', language: 'it' })
    await at('refused')
    await answers({ type: 'leave' })
    await vi.advanceTimersByTimeAsync(50_000)
    await at('attract')
    cardOut()
    session.card({ state: 'mute' })
    await at('language')
  })

  test('contacts-worn: a card that seems pulled at each reading is named, and not read for ever', async () => {
    const readCard = vi.fn(async () => err(refused('card-removed')))
    open({ readCard })
    await answers({ type: 'start', language: 'it' })
    for (let seen = 0; seen < 10; seen++) {
      cardIn()
      await vi.advanceTimersByTimeAsync(1_000)
      cardOut()
    }
    expect(readCard.mock.calls.length).toBeLessThan(6)
  })
})
