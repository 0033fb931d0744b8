import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { err, ok } from '../../../contract/result.ts'
import type { VisitEvent } from '../../../main/session/index.ts'
import { refused, type VisitServices } from '../../../main/visit/services.ts'
import {
  answers,
  at,
  cardOut,
  member,
  OPERATION,
  open,
  outcome,
  paper,
  pin,
  pushed,
  screen,
  session,
  toOwnResidence,
  toPin,
  toSummary,
  visitsOver,
  visura,
} from '../../support/visit/scripted-visit.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  session.stop()
  vi.useRealTimers()
})

/** Facts that are ticked on the declaration. */
const ticked = () => {
  const seen = screen()
  return seen.screen === 'declaration' ? seen.themes.flatMap((theme) => theme.ticked) : null
}

test('what changes nothing on the screen is not sent to it, and what does is sent once', async () => {
  open()
  const before = pushed.length
  for (let look = 0; look < 10; look++) session.refresh()
  expect(pushed).toHaveLength(before)
  await toPin()
  for (const [at, view] of pushed.entries()) {
    const { revision: _one, ...seen } = view
    const { revision: _other, ...next } = pushed[at + 1] ?? { revision: 0 }
    expect(next).not.toEqual(seen)
  }
})

describe('a visit', () => {
  test('goes from attract to goodbye and forgets', async () => {
    const services = open()
    await toSummary()
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
      enter: async () =>
        ok({ token: null, idAnpr: null, family: null, languages: [], waiting: [], pending: 0, notices: [] }),
      request: async () => ok({ state: 'queued', operation: OPERATION, requestedAt: '2026-11-22T10:00:00.000Z' }),
    })
    await toPin()
    await answers({ type: 'enterPin', pin: pin() })
    await at('menu')
    await answers({ type: 'chooseService', service: 'certificate' })
    await answers({ type: 'choosePurpose', purpose: 'processuale' })
    await at('sheet')
    expect(screen()).toMatchObject({
      anpr: 'away',
      others: false,
      subject: { tie: { to: 'self' }, surname: 'BIANCHI' },
    })
    expect(session.answer({ type: 'change', line: 'person' })).toBe(false)
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
        ok({
          token: 't',
          idAnpr: 'AB10234CX',
          family: [member('AB10234CX', true)],
          languages: [],
          waiting,
          pending: 0,
          notices: [],
        }),
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
      languages: [],
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

  test('a certificate that the person is not offered, and two that share no sheet, are refused, whatever the screen sends', async () => {
    open()
    await toPin()
    await answers(
      { type: 'enterPin', pin: pin() },
      { type: 'chooseService', service: 'certificate' },
      { type: 'choosePurpose', purpose: 'processuale' },
    )
    expect(screen()).toMatchObject({ types: ['8', '12'], shortcuts: [['8'], ['12'], ['8', '12']] })
    expect(session.answer({ type: 'chooseCertificates', types: ['14'] })).toBe(false)
    expect(session.answer({ type: 'chooseCertificates', types: ['12', '16'] })).toBe(false)
    await answers({ type: 'chooseCertificates', types: ['8'] })
    expect(screen()).toMatchObject({ screen: 'sheet', types: ['8'] })
  })

  test('other certificates: by theme, one or more on a sheet, and each that cannot be chosen has its reason', async () => {
    open()
    await toSummary()
    await answers({ type: 'change', line: 'certificate' })
    expect(screen()).toMatchObject({ screen: 'themes', chosen: [] })
    expect(session.answer({ type: 'acceptCertificates' })).toBe(false)
    await answers({ type: 'chooseTheme', theme: 'home' })
    expect(screen()).toMatchObject({ types: [{ type: '8' }, { type: '14', because: 'not-in-convivenza' }, {}] })
    expect(session.answer({ type: 'toggleCertificate', certificate: '14' })).toBe(false)
    await answers({ type: 'back' }, { type: 'chooseTheme', theme: 'events' })
    await answers({ type: 'toggleCertificate', certificate: '11' }, { type: 'toggleCertificate', certificate: '1' })
    expect(screen()).toMatchObject({ chosen: ['1', '11'], types: [{}, {}, {}, {}, { type: '17', beside: ['11'] }] })
    expect(session.answer({ type: 'toggleCertificate', certificate: '17' })).toBe(false)
    await answers({ type: 'toggleCertificate', certificate: '1' }, { type: 'acceptCertificates' })
    expect(screen()).toMatchObject({ screen: 'sheet', types: ['11'] })
  })

  test('what ANPR refuses of this certificate is said on the summary, and another may be chosen', async () => {
    const preview = vi
      .fn<VisitServices['preview']>(async () => ok({ pdf: new Uint8Array(1), pages: 1, facts: '' }))
      .mockResolvedValueOnce(err(refused('procedure-open', { anpr: 'EN181' })))
    open({ preview })
    await toPin()
    await answers(
      { type: 'enterPin', pin: pin() },
      { type: 'chooseService', service: 'certificate' },
      { type: 'choosePurpose', purpose: 'processuale' },
    )
    expect(screen()).toMatchObject({ anpr: 'barred', barred: { reason: 'procedure-open', code: 'EN181' } })
    expect(session.answer({ type: 'confirm' })).toBe(false)
    await answers({ type: 'chooseCertificates', types: ['8'] })
    expect(screen()).toMatchObject({ anpr: 'ready', barred: null })
  })

  test('ANPR is asked once for one sheet, however often it is looked at', async () => {
    const preview = vi.fn<VisitServices['preview']>(async () => ok({ pdf: new Uint8Array(1), pages: 2, facts: '' }))
    open({ preview })
    await toSummary()
    const before = preview.mock.calls.length
    await answers({ type: 'seeSheet' })
    expect(screen()).toEqual({ screen: 'preview', pages: 2 })
    await answers({ type: 'back' }, { type: 'change', line: 'person' }, { type: 'back' })
    expect(preview).toHaveBeenCalledTimes(before)
    await answers({ type: 'change', line: 'person' }, { type: 'choosePerson', index: 1 })
    expect(screen()).toMatchObject({ subject: { tie: { to: 'kin' } } })
    expect(preview).toHaveBeenCalledTimes(before + 1)
  })

  test('a public body is never a reason to pay: the free declaration is named instead', async () => {
    open()
    await toPin()
    await answers(
      { type: 'enterPin', pin: pin() },
      ...toOwnResidence,
      { type: 'change', line: 'person' },
      { type: 'choosePerson', index: 1 },
      { type: 'chooseCertificates', types: ['12', '8'] },
      { type: 'change', line: 'purpose' },
      { type: 'choosePurpose', purpose: 'publicBody' },
    )
    expect(screen()).toMatchObject({ screen: 'declaration', for: 'publicBody', forAnother: true })
    expect(ticked()).toEqual(['f'])
    await answers({ type: 'back' }, { type: 'morePurposes' }, { type: 'choosePurpose', purpose: 'separazione' })
    await at('sheet')
    expect(screen()).toMatchObject({ types: ['8', '12'], use: 'separazione' })
  })
})

describe('the free declaration', () => {
  const toDeclaration = async () => {
    await toPin()
    await answers(
      { type: 'enterPin', pin: pin() },
      ...toOwnResidence,
      { type: 'change', line: 'purpose' },
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
    expect(screen()).toMatchObject({ screen: 'declaration', for: 'publicBody', byHand: true, attoNotorio: true })
    expect(ticked()).toEqual(['b', 'f'])
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

  test('a declaration asks ANPR once, offers what ANPR told, and prints only what is ticked', async () => {
    const write = vi.fn<VisitServices['writeForm']>((_, document) => ({ document, operation: OPERATION, paper }))
    const own = { ...visura, person: { ...visura.person, statoCivile: null, citizenships: ['MAROCCO'] } }
    const asks = vi.fn<VisitServices['visura']>(async () => ok(own))
    open({ writeForm: write, visura: asks })
    await toMenu()
    await answers({ type: 'chooseService', service: 'declaration' })
    expect(screen()).toMatchObject({ byHand: false, asking: false, nonEu: true })
    expect(ticked()).toEqual(['b', 'f'])
    // ANPR has not told the stato civile, so an office could not certify it.
    await answers({ type: 'chooseFactTheme', theme: 'ties' })
    expect(screen()).toMatchObject({ screen: 'declared-facts', facts: [] })
    expect(session.answer({ type: 'toggleFact', fact: 'e' })).toBe(false)
    await answers(
      { type: 'back' },
      { type: 'chooseFactTheme', theme: 'person' },
      { type: 'toggleFact', fact: 'c' },
      { type: 'back' },
      { type: 'chooseFactTheme', theme: 'home' },
      { type: 'toggleFact', fact: 'f' },
      { type: 'back' },
    )
    expect(ticked()).toEqual(['b', 'c'])
    await answers({ type: 'printDeclaration', form: 'declaration' })
    await at('done')
    expect(write.mock.lastCall?.[2]).toMatchObject({ declares: ['b', 'c'], family: null, children: [], mourned: [] })
    await answers({ type: 'another' }, { type: 'chooseService', service: 'declaration' })
    expect(asks).toHaveBeenCalledOnce()
  })

  test('an atto notorio for a private party takes a bollo and an official, and is not offered', async () => {
    open()
    await toMenu()
    await answers(
      { type: 'chooseService', service: 'certificate' },
      { type: 'choosePurpose', purpose: 'privateParty' },
      { type: 'confirm' },
    )
    expect(screen()).toEqual({ screen: 'private-party', cents: 1600, pagopa: true })
    await answers({ type: 'declareInstead' })
    expect(screen()).toMatchObject({ screen: 'declaration', attoNotorio: false })
    expect(session.answer({ type: 'printDeclaration', form: 'atto-notorio' })).toBe(false)
  })
})
