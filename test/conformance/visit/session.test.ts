import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { err, ok } from '../../../contract/result.ts'
import type { VisitEvent } from '../../../main/session/index.ts'
import { refused, type VisitServices } from '../../../main/visit/services.ts'
import {
  answers,
  at,
  cardIn,
  cardOut,
  member,
  OPERATION,
  open,
  outcome,
  paper,
  pin,
  readerGone,
  cns as readout,
  recognised,
  screen,
  session,
  toConfirm,
  toPin,
  visitsOver,
  visura,
} from '../../support/visit/scripted-visit.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  session.stop()
  vi.useRealTimers()
})

describe('a visit', () => {
  test('goes from attract to goodbye and forgets', async () => {
    const services = open()
    await toConfirm()
    await answers({ type: 'confirm' })
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'printed', slip: false, cardPresent: true })
    expect(services.delivered).toHaveBeenCalledExactlyOnceWith(expect.anything(), OPERATION)
    cardOut()
    await answers({ type: 'leave' })
    await at('goodbye')
    await vi.advanceTimersByTimeAsync(5_000)
    await at('attract')
    expect(visitsOver).toBe(1)
    expect(JSON.stringify(session.view())).not.toContain('BIANCHI')
  })

  test('line-down: the request is recorded and the screen says that a slip lies in the slot', async () => {
    open({
      enter: async () => ok({ token: null, idAnpr: null, family: null, waiting: [], pending: 0, notices: [] }),
      request: async () => ok({ state: 'queued', operation: OPERATION, requestedAt: '2026-11-22T10:00:00.000Z' }),
    })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    await at('menu')
    await answers({ type: 'chooseService', service: 'certificate' })
    expect(screen()).toMatchObject({ screen: 'person', online: false, people: [{ self: true, surname: 'BIANCHI' }] })
    await answers(
      { type: 'choosePerson', index: 0 },
      { type: 'chooseCertificates', types: ['8'] },
      { type: 'choosePurpose', purpose: 'processuale' },
    )
    await at('confirm')
    expect(screen()).toMatchObject({ online: false })
    await answers({ type: 'confirm' })
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'queued', slip: true })
  })

  test('waiting certificates are offered first, and are collected one by one or left', async () => {
    const waiting = [
      { outcome, requestedAt: outcome.issuedAt },
      { outcome: { ...outcome, operation: OPERATION.replace('GH', 'GJ') }, requestedAt: outcome.issuedAt },
    ]
    const services = open({
      enter: async () =>
        ok({ token: 't', idAnpr: 'AB10234CX', family: [member('AB10234CX', true)], waiting, pending: 0, notices: [] }),
    })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    await at('collect')
    await answers({ type: 'collect' })
    await at('done')
    expect(services.delivered).toHaveBeenCalledTimes(2)
  })

  test('the fate of an earlier request is told once its person is recognised', async () => {
    const [operation, requestedAt] = [OPERATION, '2026-10-12T16:40:00.000Z']
    const entered = {
      token: 't',
      idAnpr: 'AB10234CX',
      family: [member('AB10234CX', true)],
      waiting: [],
      pending: 0,
      notices: [{ operation, state: 'expired' as const, requestedAt, reason: null }],
    }
    const services = open({ enter: async () => ok(entered) })
    await toPin()
    expect(services.noticed).not.toHaveBeenCalled()
    await answers({ type: 'enterPin', pin: pin() })
    await at('menu')
    expect(screen()).toMatchObject({ notices: [{ operation, became: 'expired', requestedAt }] })
    expect(services.noticed).toHaveBeenCalledWith(entered)
  })

  test('a certificate that this totem does not offer is refused, whatever the screen sends', async () => {
    open()
    await toPin()
    await answers(
      { type: 'enterPin', pin: pin() },
      { type: 'chooseService', service: 'certificate' },
      { type: 'choosePerson', index: 0 },
    )
    expect(session.answer({ type: 'chooseCertificates', types: ['16'] })).toBe(false)
    expect(screen()).toMatchObject({ screen: 'certificate', options: ['8', '12'], onOneSheet: ['8', '12'] })
    expect(session.answer({ type: 'chooseCertificates', types: ['8', '16'] })).toBe(false)
    expect(screen()).toMatchObject({ screen: 'certificate' })
    await answers({ type: 'chooseCertificates', types: ['8'] })
    expect(screen()).toMatchObject({ screen: 'purpose' })
  })

  test('a public body is never a reason to pay: the free declaration is named instead', async () => {
    open()
    await toPin()
    await answers(
      { type: 'enterPin', pin: pin() },
      { type: 'chooseService', service: 'certificate' },
      { type: 'choosePerson', index: 1 },
      { type: 'chooseCertificates', types: ['12', '8'] },
      { type: 'choosePurpose', purpose: 'publicBody' },
    )
    expect(screen()).toMatchObject({ screen: 'declaration', for: 'publicBody', declares: ['f'], forAnother: true })
    await answers({ type: 'back' }, { type: 'morePurposes' }, { type: 'choosePurpose', purpose: 'separazione' })
    await at('preview')
    expect(screen()).toMatchObject({ types: ['8', '12'] })
  })
})

describe('the free declaration', () => {
  const toDeclaration = async () => {
    await toPin()
    await answers(
      { type: 'enterPin', pin: pin() },
      { type: 'chooseService', service: 'certificate' },
      { type: 'choosePerson', index: 0 },
      { type: 'chooseCertificates', types: ['8'] },
      { type: 'choosePurpose', purpose: 'publicBody' },
    )
    await at('declaration')
  }

  test('is printed in place of the certificate: nothing is requested, nothing waits', async () => {
    const request = vi.fn()
    const services = open({ request })
    await toDeclaration()
    await answers({ type: 'printDeclaration', form: 'declaration' })
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'printed', document: 'declaration' })
    expect(services.declared).toHaveBeenCalledOnce()
    expect(request).not.toHaveBeenCalled()
    await answers({ type: 'another' })
    await at('menu')
  })

  test('paper-out-mid-declaration: the same one is printed again, and the log has it once', async () => {
    const write = vi.fn<VisitServices['writeForm']>(() => ({ document: 'declaration', operation: OPERATION, paper }))
    const print = vi
      .fn<VisitServices['print']>()
      .mockResolvedValueOnce(err({ kind: 'print-fault', status: 'jam', page: 1 }))
    const services = open({ writeForm: write, print: print.mockResolvedValue(ok({ pages: 1 })) })
    await toDeclaration()
    await answers({ type: 'printDeclaration', form: 'declaration' })
    await at('print-fault')
    expect(screen()).toMatchObject({ document: 'declaration', page: 1 })
    await answers({ type: 'printAgain' })
    await at('done')
    expect(write).toHaveBeenCalledOnce()
    expect(services.declared).toHaveBeenCalledOnce()
  })

  test('given up at an empty printer: nothing was printed, and nothing waits', async () => {
    const services = open({ print: async () => err({ kind: 'print-fault', status: 'paperOut', page: 1 }) })
    await toDeclaration()
    await answers({ type: 'printDeclaration', form: 'declaration' })
    await at('print-fault')
    await answers({ type: 'keepForLater' })
    expect(screen()).toMatchObject({ screen: 'done', outcome: 'nothing' })
    expect(services.declared).not.toHaveBeenCalled()
  })
})

describe('visura and atto notorio', () => {
  const toMenu = async () => {
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    await at('menu')
  }

  test('a visura: shown with the codice fiscale masked, printed on request, and nothing is requested', async () => {
    const request = vi.fn()
    const services = open({ request })
    await toMenu()
    await answers({ type: 'chooseService', service: 'visura' })
    await at('visura')
    expect(screen()).toMatchObject({ person: { surname: 'BIANCHI', codiceFiscale: 'BNC•••••••••••8X' } })
    await answers({ type: 'printVisura' })
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'printed', document: 'visura' })
    expect(services.declared).not.toHaveBeenCalled()
    expect(request).not.toHaveBeenCalled()
  })

  test('a visura seen twice in a visit asks ANPR once; the next person’s visit asks anew', async () => {
    const ask = vi.fn<VisitServices['visura']>(async () => ok(visura))
    open({ visura: ask })
    const look: VisitEvent[] = [{ type: 'chooseService', service: 'visura' }, { type: 'back' }]
    await toMenu()
    await answers(...look, ...look)
    expect(ask).toHaveBeenCalledOnce()
    cardOut()
    await vi.advanceTimersByTimeAsync(5_000)
    await toMenu()
    await answers(...look)
    expect(ask).toHaveBeenCalledTimes(2)
  })

  test('line-down: no visura, said plainly, and the declaration instead', async () => {
    open({ visura: async () => err({ kind: 'unavailable' }) })
    await toMenu()
    await answers({ type: 'chooseService', service: 'visura' })
    await at('visura-unavailable')
    expect(session.answer({ type: 'printVisura' })).toBe(false)
    await answers({ type: 'chooseService', service: 'declaration' })
    expect(screen()).toMatchObject({ screen: 'declaration', for: 'anybody', declares: [], attoNotorio: true })
    await answers({ type: 'back' })
    await at('menu')
  })

  test('ANPR refuses: its own code is shown', async () => {
    open({ visura: async () => err(refused('visura-refused', { anpr: 'EN160' })) })
    await toMenu()
    await answers({ type: 'chooseService', service: 'visura' })
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'visura-refused', anpr: 'EN160' })
  })

  test('card-pulled while the data are on the screen: the data disappear', async () => {
    open()
    await toMenu()
    await answers({ type: 'chooseService', service: 'visura' })
    cardOut()
    await at('goodbye')
    expect(JSON.stringify(session.view())).not.toContain('BIANCHI')
  })

  test('an atto notorio names nobody of the family, and after a visura is filled from ANPR', async () => {
    const write = vi.fn<VisitServices['writeForm']>((_, document) => ({ document, operation: OPERATION, paper }))
    open({ writeForm: write })
    await toMenu()
    await answers(
      { type: 'chooseService', service: 'visura' },
      { type: 'back' },
      { type: 'chooseService', service: 'declaration' },
      { type: 'printDeclaration', form: 'atto-notorio' },
    )
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'printed', document: 'atto-notorio' })
    const [, form, declared] = write.mock.lastCall ?? []
    expect(form).toBe('atto-notorio')
    expect(declared).toMatchObject({
      family: null,
      declares: [],
      registered: { birthPlace: 'SPELLO (PG)', family: null },
    })
  })

  test('an atto notorio for a private party takes a bollo and an official, and is not offered', async () => {
    open()
    await toMenu()
    await answers(
      { type: 'chooseService', service: 'certificate' },
      { type: 'choosePerson', index: 0 },
      { type: 'chooseCertificates', types: ['8'] },
      { type: 'choosePurpose', purpose: 'privateParty' },
    )
    expect(screen()).toEqual({ screen: 'private-party', cents: 1600 })
    await answers({ type: 'declareInstead' })
    expect(screen()).toMatchObject({ screen: 'declaration', attoNotorio: false })
    expect(session.answer({ type: 'printDeclaration', form: 'atto-notorio' })).toBe(false)
  })
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
    await toConfirm()
    readerGone()
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'reader-unavailable' })
    cardIn()
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'reader-unavailable' })
  })

  test('a card that nobody has moved begins no visit when the reader is back', async () => {
    open()
    await toConfirm()
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
    await toConfirm()
    cardOut()
    expect(screen()).toEqual({ screen: 'goodbye', cardPresent: false })
  })

  test('a bad card does not block the next one', async () => {
    let reads = 0
    open({ readCard: async () => (reads++ === 0 ? err(refused('card-unknown')) : ok(readout)) })
    await answers({ type: 'start' }, { type: 'chooseLanguage', language: 'it' })
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
    await toConfirm()
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
    await toConfirm()
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
    await toConfirm()
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
    await toConfirm()
    await answers({ type: 'confirm' })
    await answers({ type: 'keepForLater' })
    expect(screen()).toMatchObject({ screen: 'done', outcome: 'kept' })
    expect(services.delivered).not.toHaveBeenCalled()
  })
})

describe('time', () => {
  const places: [name: string, go: () => Promise<void>][] = [
    ['language', () => answers({ type: 'start' })],
    ['card', () => answers({ type: 'start' }, { type: 'chooseLanguage', language: 'en' })],
    ['pin', toPin],
    ['confirm', toConfirm],
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
  await answers({ type: 'start' })
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
  expect(screen()).toEqual({ screen: 'out-of-service', reason: 'storage-full' })
  expect(session.answer({ type: 'start' })).toBe(false)
  cardIn()
  expect(screen()).toEqual({ screen: 'out-of-service', reason: 'storage-full' })
})

test('an answer that does not fit the screen changes nothing', async () => {
  open()
  for (const type of ['confirm', 'acceptPreview', 'collect', 'printAgain', 'another', 'back', 'leave'] as const) {
    expect(session.answer({ type }), type).toBe(false)
  }
  await at('attract')
})
