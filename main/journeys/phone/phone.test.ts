import { createDecipheriv } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { HANDOVER_BYTES, handoverAad } from '../../../contract/handover.ts'
import { err, ok } from '../../../contract/result.ts'
import {
  answers,
  at,
  cardIn,
  cardOut,
  open,
  pin,
  screen,
  session,
  toPin,
  toSummary,
} from '../../../test/support/visit/scripted-visit.ts'
import type { VisitServices } from '../../visit/services.ts'
import { createHandover } from './service.ts'

const jam = vi.fn<VisitServices['print']>(async () => err({ kind: 'print-fault', status: 'jam', page: 1 }))
const torn = { kind: 'print-fault', status: 'absent', page: 1 } as const
/** The paper is drawn by the real machine, which takes its time. */
const coded = () => vi.waitFor(() => expect(screen()).toMatchObject({ code: { link: expect.any(String) } }))
/** A telephone that nobody takes out. */
const never = () => new Promise<never>(() => {})

describe('a document for the telephone', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => {
    session.stop()
    vi.useRealTimers()
  })
  const issues = async () => {
    await toSummary()
    await answers({ type: 'confirm' })
  }

  test('no printer: the telephone takes over, says so, and the certificate counts as delivered', async () => {
    let taken = () => {}
    const services = open({
      handoverBecame: () => new Promise((resolve) => (taken = () => resolve('taken'))),
    })
    session.printer('absent')
    await issues()
    await at('phone')
    expect(screen()).toMatchObject({ noPrinter: true, canPrint: false, code: { link: expect.stringContaining('#') } })
    expect(services.delivered).not.toHaveBeenCalled()
    taken()
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'phone', document: 'certificate', ways: [] })
    expect(services.delivered).toHaveBeenCalledOnce()
  })

  test('no printer and no telephone: the certificate waits, and the link is withdrawn', async () => {
    const services = open({ handoverBecame: never })
    session.printer('absent')
    await issues()
    await at('phone')
    await answers({ type: 'leave' })
    expect(screen()).toMatchObject({ screen: 'done', outcome: 'kept' })
    expect(services.withdrawHandover).toHaveBeenCalledOnce()
    expect(services.delivered).not.toHaveBeenCalled()
  })

  test('no printer, and a gateway that hands nothing over: as ever, the certificate is kept', async () => {
    open({
      print: jam,
      enter: async () =>
        ok({ token: 't', idAnpr: 'AB10234CX', family: null, languages: [], waiting: [], pending: 0, notices: [] }),
    })
    session.printer('absent')
    await issues()
    await at('print-fault')
    expect(screen()).toMatchObject({ ways: [] })
    expect(session.answer({ type: 'takeOnPhone' })).toBe(false)
  })

  test('a jam: the telephone is offered, and the paper comes back when the printer does', async () => {
    const services = open({ print: jam, handoverBecame: never })
    await issues()
    await at('print-fault')
    expect(screen()).toMatchObject({ ways: ['phone', 'email', 'domicilio'] })
    session.printer('jam')
    await answers({ type: 'takeOnPhone' })
    expect(screen()).toMatchObject({ screen: 'phone', noPrinter: false, canPrint: false })
    expect(session.answer({ type: 'printInstead' })).toBe(false)
    session.printer('ready')
    jam.mockImplementation(async () => ok({ pages: 1 }))
    await answers({ type: 'printInstead' })
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'printed' })
    expect(services.withdrawHandover).toHaveBeenCalledOnce()
  })

  test('a printer that is lost while it prints: the person is told of the sheet, and takes the telephone by choice', async () => {
    let lost = () => {}
    open({
      print: () => new Promise((resolve) => (lost = () => resolve(err(torn)))),
      handoverBecame: never,
    })
    await issues()
    await at('printing')
    session.printer('absent')
    expect(screen()).toMatchObject({ screen: 'printing' })
    lost()
    await at('print-fault')
    await answers({ type: 'takeOnPhone' })
    expect(screen()).toMatchObject({ screen: 'phone', noPrinter: true })
  })

  test('beside the paper: a visura too, and it stays printed when the telephone takes nothing', async () => {
    let became = (_: 'taken' | 'over') => {}
    const services = open({ handoverBecame: () => new Promise((resolve) => (became = resolve)) })
    await toPin()
    await answers(
      { type: 'enterPin', pin: pin() },
      { type: 'chooseService', service: 'visura' },
      { type: 'printVisura' },
    )
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'printed', ways: ['phone', 'email', 'domicilio'] })
    await answers({ type: 'takeOnPhone' })
    expect(screen()).toMatchObject({ screen: 'phone', document: 'visura', canPrint: false })
    await coded()
    became('over')
    await at('phone-ended')
    await answers({ type: 'leave' })
    expect(screen()).toMatchObject({ screen: 'done', outcome: 'printed', document: 'visura' })
    await answers({ type: 'takeOnPhone' })
    await coded()
    became('taken')
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'phone', document: 'visura' })
    expect(services.delivered).not.toHaveBeenCalled()
  })

  test('two telephones: said, and a new code has a new key', async () => {
    const handOver = vi.fn<VisitServices['handOver']>(async () =>
      ok({ id: 'A'.repeat(22), link: 'https://totem.example/d/A#B', until: '2026-11-22T10:03:00.000Z' }),
    )
    open({ handOver, handoverBecame: async () => 'contested' })
    session.printer('absent')
    await issues()
    await at('phone-ended')
    expect(screen()).toMatchObject({ why: 'contested' })
    await answers({ type: 'newCode' })
    expect(handOver).toHaveBeenCalledTimes(2)
  })

  test('the card is taken and the code stays; another card ends it, and shows nothing of it', async () => {
    const services = open({ handoverBecame: never })
    session.printer('absent')
    await issues()
    await at('phone')
    cardOut()
    await at('phone')
    cardIn()
    await vi.advanceTimersByTimeAsync(1)
    expect(JSON.stringify(session.view())).not.toContain('#')
    expect(services.withdrawHandover).toHaveBeenCalledOnce()
  })

  test('nobody is asked whether they are there while the code waits; after it they are', async () => {
    open({ handoverBecame: async () => 'over' })
    session.printer('absent')
    await issues()
    await at('phone-ended')
    await vi.advanceTimersByTimeAsync(91_000)
    expect(screen().screen).not.toBe('phone-ended')
  })
})

describe('what goes to the gateway', () => {
  const visit = { session: '01K0M3Z8Q4V7N2B5X9C1D6F8AA', language: 'it' } as const
  const pdf = Buffer.from('%PDF-1.7 of somebody')
  const gateway = (...states: string[]) => {
    const asked: { path: string; body: { id: string; sealed: string } }[] = []
    const ask = vi.fn(async (_schema: unknown, path: string, { body }: { body?: unknown }) => {
      asked.push({ path, body: body as { id: string; sealed: string } })
      if (path.startsWith('/v1/handovers?')) return ok({ state: states.shift() ?? 'gone' })
      return ok({ page: `https://totem.example/d/${(body as { id: string }).id}`, until: '2026-11-22T10:10:00.000Z' })
    })
    const record = vi.fn()
    const journal = { record } as never
    const handover = createHandover({ client: { ask } as never, journal, now: () => new Date() })
    return { asked, record, handover }
  }
  afterEach(() => {
    vi.useRealTimers()
  })

  test('ciphertext that opens by the key of the link and under its id alone; the key goes nowhere', async () => {
    const { asked, handover, record } = gateway()
    const given = await handover.handOver(visit, pdf)
    if (!given.ok) throw new Error('not given')
    const { link } = given.value
    const key = link.split('#')[1] ?? ''
    const { id, sealed } = asked[0]?.body ?? { id: '', sealed: '' }
    const bytes = Buffer.from(sealed, 'base64')
    const opens = (aad: string) => {
      const opening = createDecipheriv('aes-256-gcm', Buffer.from(key, 'base64url'), Buffer.alloc(12))
      opening.setAAD(Buffer.from(aad)).setAuthTag(bytes.subarray(-16))
      return Buffer.concat([opening.update(bytes.subarray(0, -16)), opening.final()])
    }
    expect(opens(handoverAad(id))).toEqual(pdf)
    expect(() => opens(handoverAad('A'.repeat(22)))).toThrow()
    expect(link).toMatch(/^https:\/\/totem\.example\/d\/[\w-]{22}#[\w-]{43}$/)
    expect(JSON.stringify([asked, record.mock.calls])).not.toContain(key)
  })

  test('a document of more than 2 MB goes nowhere', async () => {
    const { asked, handover } = gateway()
    expect(await handover.handOver(visit, Buffer.alloc(HANDOVER_BYTES + 1))).toMatchObject({ ok: false })
    expect(asked).toEqual([])
  })

  test.each([
    ['taken', ['waiting', 'opened', 'taken'], 'taken'],
    ['contested', ['opened', 'contested'], 'contested'],
    ['gone', ['waiting', 'gone'], 'over'],
  ])('the totem looks until it is %s', async (_, states, expected) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] })
    const { handover, record } = gateway(...states)
    const until = new Date(Date.now() + 180_000).toISOString()
    const became = handover.handoverBecame(visit, { id: 'A'.repeat(22), link: '', until })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await became).toBe(expected)
    expect(record).toHaveBeenCalledExactlyOnceWith('visit.phone', { session: visit.session, became: expected })
  })
})
