import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { usual } from '../../../contract/preferences.ts'
import { err, ok } from '../../../contract/result.ts'
import { refused, type VisitServices } from '../../../main/visit/services.ts'
import {
  answers,
  at,
  cardBack,
  cardIn,
  cardLifted,
  cardOut,
  cie,
  OPERATION,
  open,
  outcome,
  pin,
  screen,
  session,
  toPin,
  toSummary,
  visitsOver,
} from '../../support/visit/scripted-visit.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  session.stop()
  vi.useRealTimers()
})

const queued = async () =>
  ok({ state: 'queued' as const, operation: OPERATION, requestedAt: '2026-11-22T10:00:00.000Z' })
const confirmed = async () => {
  await toSummary()
  await answers({ type: 'confirm' })
}
const toForm = (form: 'declaration' | 'atto-notorio') => async () => {
  await toPin()
  await answers(
    { type: 'enterPin', pin: pin() },
    { type: 'chooseService', service: 'declaration' },
    { type: 'printDeclaration', form },
  )
}
const toRefusal = async () => {
  await toPin()
  await answers({ type: 'enterPin', pin: pin() })
}
/** A printer that fails at this document. */
const failsAt = (document: string) => async (printing: { document: string }) =>
  printing.document === document
    ? err({ kind: 'print-fault' as const, status: 'jam' as const, page: 1 })
    : ok({ pages: 1 })

describe('the last words stay when the person takes the card, as the screen asks', () => {
  const endings: [name: string, services: Partial<VisitServices>, go: () => Promise<void>][] = [
    ['printed', {}, confirmed],
    ['recorded, with a slip', { request: queued }, confirmed],
    [
      'recorded, without a slip',
      { request: queued, print: failsAt('slip') },
      async () => {
        await confirmed()
        await answers({ type: 'keepForLater' })
      },
    ],
    [
      'kept for later',
      { print: failsAt('certificate') },
      async () => {
        await confirmed()
        await answers({ type: 'keepForLater' })
      },
    ],
    ['a declaration and its steps', {}, toForm('declaration')],
    ['an atto notorio and its steps', {}, toForm('atto-notorio')],
    ['refused by the card', { recognise: async () => err(refused('pin-blocked')) }, toRefusal],
    ['refused by the gateway', { enter: async () => err(refused('person-not-found', { anpr: 'EN122' })) }, toRefusal],
    [
      'refused with a date',
      { recognise: async () => err(refused('certificate-expired', { date: '2025-03-12' })) },
      toRefusal,
    ],
    ['refused for a request', { request: async () => err(refused('not-in-family')) }, confirmed],
  ]
  describe.each(endings)('%s', (_name, services, go) => {
    test('the same screen, with the card ticked off, for half a minute and as long as the person asks', async () => {
      open(services)
      await go()
      const before = screen()
      expect(before).toMatchObject({ cardPresent: true })
      cardOut()
      expect(screen()).toEqual({
        ...before,
        ...('ways' in before && { receipt: false, ways: [] }),
        cardPresent: false,
      })
      await vi.advanceTimersByTimeAsync(29_000)
      expect(session.view().idle).toBeNull()
      await vi.advanceTimersByTimeAsync(2_000)
      expect(session.view().idle?.secondsLeft).toBeGreaterThan(20)
      session.stay()
      await vi.advanceTimersByTimeAsync(29_000)
      expect(screen()).toEqual({
        ...before,
        ...('ways' in before && { receipt: false, ways: [] }),
        cardPresent: false,
      })
      await vi.advanceTimersByTimeAsync(32_000)
      await at('goodbye')
      await vi.advanceTimersByTimeAsync(5_000)
      await at('attract')
      expect(visitsOver).toBe(1)
    })

    test('what stays names nobody and leads nowhere: only its end is possible', async () => {
      open(services)
      await go()
      cardOut()
      expect(JSON.stringify(session.view())).not.toMatch(/BIANCHI|BNCNMR/)
      expect(session.preview()).toBeNull()
      for (const type of ['another', 'printNow', 'confirm', 'printAgain', 'back'] as const)
        expect(session.answer({ type }), type).toBe(false)
      await answers({ type: 'leave' })
      await at('goodbye')
    })

    test('the next card begins a visit of its own at once', async () => {
      open(services)
      await go()
      cardOut()
      cardIn()
      await at('language')
      expect(visitsOver).toBe(1)
    })
  })
})

/** A service that answers when the test says so. */
const held = <T>() => {
  let resolve: (answer: T) => void = () => undefined
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { answer: () => promise, resolve: (answer: T) => resolve(answer) }
}

describe('the card is taken while the totem still works', () => {
  const namesNobody = () => {
    expect(JSON.stringify(session.view())).not.toMatch(/BIANCHI|BNCNMR/)
    expect(session.preview()).toBeNull()
  }

  test('the certificate comes out, and the last words name nobody', async () => {
    const certificate = held<Awaited<ReturnType<VisitServices['print']>>>()
    open({ print: certificate.answer })
    await confirmed()
    await at('printing')
    expect(session.preview()).not.toBeNull()
    cardOut()
    certificate.resolve(ok({ pages: 1 }))
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'printed', document: 'certificate', cardPresent: false })
    namesNobody()
  })

  test('the request is refused, and the explanation names nobody', async () => {
    const request = held<Awaited<ReturnType<VisitServices['request']>>>()
    open({ request: request.answer })
    await confirmed()
    cardOut()
    request.resolve(err(refused('not-in-family')))
    await at('refused')
    expect(screen()).toMatchObject({ reason: 'not-in-family', card: 'cns', cardPresent: false })
    namesNobody()
  })
})

test('the kind of card of a refusal is known after the card is gone', async () => {
  open({ readCard: async () => ok(cie), recognise: async () => err(refused('pin-blocked')) })
  await toRefusal()
  cardOut()
  expect(screen()).toMatchObject({ reason: 'pin-blocked', card: 'cie', cardPresent: false })
})

describe('a certificate that comes while its person still stands here', () => {
  test('is offered at once, and printed', async () => {
    const printed: string[] = []
    const services = open({
      request: queued,
      print: async ({ document }) => {
        printed.push(document)
        return ok({ pages: 1 })
      },
    })
    await confirmed()
    expect(screen()).toMatchObject({ outcome: 'queued', arrived: false })
    expect(session.answer({ type: 'printNow' })).toBe(false)
    session.issued('01K0M3Z8Q4V7N2B5X9C1D6F8XX')
    expect(screen()).toMatchObject({ arrived: false })
    session.issued(OPERATION)
    expect(screen()).toMatchObject({ arrived: true, cardPresent: true })
    await answers({ type: 'printNow' })
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'printed', slip: false, arrived: false })
    expect(printed).toEqual(['slip', 'certificate'])
    expect(services.delivered).toHaveBeenCalledExactlyOnceWith(expect.anything(), outcome.operation)
  })

  test('is printed, although the reader fails at that moment', async () => {
    const fetched = held<typeof outcome>()
    open({ request: queued, arrived: fetched.answer })
    await confirmed()
    session.issued(OPERATION)
    await answers({ type: 'printNow' })
    session.card({ state: 'no-reader' })
    fetched.resolve(outcome)
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'printed' })
  })

  test('takes the idle question away, so that it is seen', async () => {
    open({ request: queued })
    await confirmed()
    await vi.advanceTimersByTimeAsync(65_000)
    expect(session.view().idle).not.toBeNull()
    session.issued(OPERATION)
    expect(session.view()).toMatchObject({ idle: null, screen: { arrived: true } })
  })

  test('is offered after the slip, if it comes while the slip is printed or the printer needs help', async () => {
    open({ request: queued, print: failsAt('slip') })
    await confirmed()
    await at('print-fault')
    session.issued(OPERATION)
    await answers({ type: 'keepForLater' })
    expect(screen()).toMatchObject({ screen: 'done', arrived: true })
  })

  test('needs its person’s card: without it the screen only says that it has come', async () => {
    open({ request: queued })
    await confirmed()
    cardOut()
    session.issued(OPERATION)
    expect(screen()).toMatchObject({ arrived: true, cardPresent: false })
    expect(session.answer({ type: 'printNow' })).toBe(false)
  })
})

describe('before a visit', () => {
  test.each([
    ['attract', null],
    ['out-of-service', 'storage-full'],
    ['starting', 'starting'],
  ] as const)('the language can be chosen on %s', async (name, out) => {
    open({ outOfService: () => out })
    await answers({ type: 'chooseLanguage', language: 'en' })
    expect(session.view()).toMatchObject({ language: 'en', screen: { screen: name } })
  })

  test('the visit that follows begins with language and preferences, and the next visit as usual', async () => {
    open()
    await answers({ type: 'prefer', change: { text: 1.3 } }, { type: 'start', language: 'en' })
    expect(session.view()).toMatchObject({ language: 'en', screen: { screen: 'card' } })
    await answers({ type: 'prefer', change: { colours: 'soft' } })
    expect(session.view().preferences).toEqual({ ...usual, text: 1.3, colours: 'soft' })
    await answers({ type: 'leave' })
    await vi.advanceTimersByTimeAsync(5_000)
    await at('attract')
    expect([session.view().language, session.view().preferences]).toEqual(['it', usual])
  })

  test('what somebody chose and left there ends after a minute, with the window that shows it', async () => {
    open()
    await answers({ type: 'chooseLanguage', language: 'en' })
    await vi.advanceTimersByTimeAsync(50_000)
    await answers({ type: 'prefer', change: { colours: 'white-on-black' } })
    await vi.advanceTimersByTimeAsync(59_000)
    expect([session.view().language, session.view().idle, visitsOver]).toEqual(['en', null, 0])
    expect(session.view().preferences.colours).toBe('white-on-black')
    await vi.advanceTimersByTimeAsync(2_000)
    expect([session.view().language, screen().screen, visitsOver]).toEqual(['it', 'attract', 1])
    expect(session.view().preferences).toEqual(usual)
    await vi.advanceTimersByTimeAsync(300_000)
    expect(visitsOver).toBe(1)
  })
})

describe('a card is a sign of life', () => {
  test('laid down where a language is asked for: it is seen, and waits', async () => {
    open()
    await answers({ type: 'start', language: 'it' }, { type: 'back' })
    expect(screen()).toEqual({ screen: 'language', cardSeen: false })
    await vi.advanceTimersByTimeAsync(70_000)
    expect(session.view().idle).not.toBeNull()
    cardIn()
    expect(session.view()).toMatchObject({ idle: null, screen: { cardSeen: true } })
    await answers({ type: 'chooseLanguage', language: 'it' })
    await at('pin')
  })

  test('lifted and laid down again while the idle question stands: the question goes', async () => {
    open({ readCard: async () => ok(cie) })
    await toSummary()
    await vi.advanceTimersByTimeAsync(65_000)
    expect(session.view().idle).not.toBeNull()
    cardLifted()
    cardBack()
    expect(session.view().idle).toBeNull()
    await vi.advanceTimersByTimeAsync(59_000)
    await at('sheet')
  })

  test('a lifted card has half a minute, counted down on the screen', async () => {
    open({ readCard: async () => ok(cie) })
    await toSummary()
    cardLifted()
    expect(session.view().cardLost).toEqual({ secondsLeft: 30 })
    await vi.advanceTimersByTimeAsync(12_000)
    expect(session.view().cardLost).toEqual({ secondsLeft: 18 })
    cardBack()
    expect(session.view().cardLost).toBeNull()
    cardLifted()
    expect(session.view().cardLost).toEqual({ secondsLeft: 30 })
  })
})

test('the goodbye has no button: it ends by itself', async () => {
  open()
  await toPin()
  await answers({ type: 'leave' })
  expect(session.view()).toMatchObject({ canLeave: false, screen: { screen: 'goodbye' } })
})

describe('the printer after a fault', () => {
  const start = async (status: 'paperOut' | 'offline', before: () => void) => {
    open({
      print: async ({ document }) => {
        if (document === 'certificate') {
          before()
          session.printer(status)
          return err({ kind: 'print-fault', status, page: 2 })
        }
        return ok({ pages: 1 })
      },
    })
    await confirmed()
    await at('print-fault')
  }
  const progress = (page: number, band: number) => session.progress({ page, pages: 3, band, bands: 30 })

  test.each([
    ['nothing of the page was sent', 'paperOut', () => progress(2, 0), 'none'],
    ['only the page before was sent', 'paperOut', () => progress(1, 30), 'none'],
    ['a part of the page was sent', 'paperOut', () => progress(2, 4), 'void'],
    ['the printer fell silent', 'offline', () => progress(2, 0), 'perhaps'],
    ['the printer fell silent in the middle', 'offline', () => progress(2, 4), 'void'],
  ] as const)('%s', async (_name, status, before, sheet) => {
    await start(status, before)
    expect(screen()).toMatchObject({ status, page: 2, sheet, resumable: false })
  })

  test('the title follows it: what it lacks, what it lacks next, and that it is ready again', async () => {
    await start('paperOut', () => progress(2, 4))
    session.printer('coverOpen')
    expect(screen()).toMatchObject({ status: 'coverOpen', resumable: false })
    session.printer('ready')
    expect(screen()).toMatchObject({ status: 'ready', resumable: true })
    session.printer('jam')
    expect(screen()).toMatchObject({ status: 'jam', resumable: false })
    session.printer('paperLow')
    expect(screen()).toMatchObject({ status: 'paperLow', resumable: true, sheet: 'void' })
  })
})
