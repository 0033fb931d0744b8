import { createDecipheriv } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { handoverAad } from '../../../contract/handover.ts'
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
import { createEmail } from './service.ts'

describe('a link by e-mail', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => {
    session.stop()
    vi.useRealTimers()
  })
  const toAddress = async (services: Partial<VisitServices> = {}) => {
    const opened = open(services)
    await toSummary()
    await answers({ type: 'confirm' })
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'printed', ways: expect.arrayContaining(['email']) })
    await answers({ type: 'takeByEmail' })
    return opened
  }

  test('typed, suggested, confirmed, sent; the digits come out on a slip', async () => {
    const sendByEmail = vi.fn<VisitServices['sendByEmail']>(async () =>
      ok({ operation: '01K0M3Z8Q4V7N2B5X9C1D6F8GH', code: '048291', handedOver: true }),
    )
    const print = vi.fn<VisitServices['print']>(async () => ok({ pages: 1 }))
    await toAddress({ sendByEmail, print })
    await answers({ type: 'enterEmail', address: ' Anna.Bianchi@GMIAL.com' })
    expect(screen()).toEqual({
      screen: 'email-confirm',
      local: 'Anna.Bianchi',
      domain: 'gmial.com',
      meant: 'gmail.com',
    })
    await answers({ type: 'useMeant' })
    expect(screen()).toMatchObject({ local: 'Anna.Bianchi', domain: 'gmail.com', meant: null })
    expect(sendByEmail).not.toHaveBeenCalled()
    await answers({ type: 'confirmEmail' })
    await at('email-sent')
    expect(screen()).toMatchObject({ code: '048291', handedOver: true, canPrint: true })
    expect(sendByEmail.mock.lastCall?.[2].to).toBe('Anna.Bianchi@gmail.com')
    await answers({ type: 'printCode' })
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'email', document: 'certificate' })
    expect(print.mock.calls.map(([{ document }]) => document)).toEqual(['certificate', 'code'])
  })

  test('a suggestion that nobody takes changes nothing', async () => {
    const sendByEmail = vi.fn<VisitServices['sendByEmail']>(async () => err({ kind: 'unavailable' }))
    await toAddress({ sendByEmail })
    await answers({ type: 'enterEmail', address: 'anna@gmial.com' }, { type: 'confirmEmail' })
    expect(sendByEmail.mock.lastCall?.[2].to).toBe('anna@gmial.com')
    expect(screen()).toMatchObject({ screen: 'email-ended', canPrint: false })
  })

  test('what is no address is typed again from there, with what is wrong', async () => {
    await toAddress()
    await answers({ type: 'enterEmail', address: 'anna.bianchi' })
    expect(screen()).toEqual({ screen: 'email-address', typed: 'anna.bianchi', fault: 'no-at' })
  })

  test.each(['unknown', 'refused'] as const)('%s: told, and the address can be mended', async (kind) => {
    await toAddress({ sendByEmail: async () => err({ kind }) })
    await answers({ type: 'enterEmail', address: 'anna@gmail.com' }, { type: 'confirmEmail' })
    expect(screen()).toEqual({ screen: 'email-address', typed: 'anna@gmail.com', fault: kind })
  })

  test('in place of paper that does not come: a certificate stays here, for a mail may come back', async () => {
    const services = open({ print: async () => err({ kind: 'print-fault', status: 'jam', page: 1 }) })
    await toSummary()
    await answers({ type: 'confirm' })
    await at('print-fault')
    await answers({ type: 'takeByEmail' }, { type: 'enterEmail', address: 'anna@gmail.com' }, { type: 'confirmEmail' })
    await at('email-sent')
    await answers({ type: 'haveCode' })
    expect(screen()).toMatchObject({ screen: 'done', outcome: 'email' })
    expect(services.delivered).not.toHaveBeenCalled()
  })

  test('given up: as without it', async () => {
    await toAddress()
    await answers({ type: 'back' })
    expect(screen()).toMatchObject({ screen: 'done', outcome: 'printed' })
  })

  test('the next person’s card: nothing of the address is shown or kept', async () => {
    await toAddress()
    await answers({ type: 'enterEmail', address: 'anna.bianchi@gmail.com' })
    cardOut()
    await at('email-confirm')
    cardIn()
    await vi.advanceTimersByTimeAsync(1)
    expect(JSON.stringify(session.view())).not.toContain('bianchi@')
  })

  test('a second request of the visit knows no address', async () => {
    await toAddress()
    await answers({ type: 'enterEmail', address: 'anna@gmail.com' }, { type: 'confirmEmail' }, { type: 'haveCode' })
    await answers({ type: 'another' }, { type: 'chooseService', service: 'visura' }, { type: 'printVisura' })
    await at('done')
    await answers({ type: 'takeByEmail' })
    expect(screen()).toEqual({ screen: 'email-address', typed: '', fault: null })
  })

  test('a visura too', async () => {
    const sendByEmail = vi.fn<VisitServices['sendByEmail']>(async () => err({ kind: 'unavailable' }))
    open({ sendByEmail })
    await toPin()
    await answers(
      { type: 'enterPin', pin: pin() },
      { type: 'chooseService', service: 'visura' },
      { type: 'printVisura' },
    )
    await at('done')
    await answers({ type: 'takeByEmail' }, { type: 'enterEmail', address: 'anna@gmail.com' }, { type: 'confirmEmail' })
    await vi.waitFor(() => expect(sendByEmail).toHaveBeenCalledOnce())
    expect(
      Buffer.from(sendByEmail.mock.lastCall?.[2].pdf ?? '')
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-')
  })
})

test('what goes to the gateway: ciphertext and a sealed letter, no address and no digits beside it', async () => {
  const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])
  const jwk = Object.assign(await crypto.subtle.exportKey('jwk', publicKey), { kid: 'a gateway' }) as never
  const asked: { path: string; body?: { id: string; sealed: string }; token?: string }[] = []
  const ask = async (
    _: unknown,
    path: string,
    { body, token }: { body?: { id: string; sealed: string }; token?: string },
  ) => {
    asked.push({ path, ...(body && { body }), ...(token && { token }) })
    return path === '/v1/letters' ? ok({}) : ok({ state: 'handed-over' })
  }
  const record = vi.fn()
  const { sendByEmail } = createEmail({
    ...{ client: { ask } as never, journal: { record } as never, keys: { sealing: () => jwk }, totem: 'TT-0001' },
    ...{ place: { totem: 'TT-0001', office: 'Ufficio postale di Spello (PG)' }, now: () => new Date() },
  })
  const visit = { session: '01K0M3Z8Q4V7N2B5X9C1D6F8AA', language: 'it' } as const
  const entered = { token: 't', idAnpr: null, family: null, waiting: [], pending: 0, notices: [], languages: [] }
  const pdf = Buffer.from('%PDF-1.7 of somebody')
  const sent = await sendByEmail(visit, entered, {
    ...{ pdf, to: 'anna@gmail.com' },
    about: { document: 'visura', operation: null },
  })
  expect(sent).toMatchObject({ ok: true, value: { code: expect.stringMatching(/^\d{6}$/), handedOver: true } })
  const told = JSON.stringify([asked, record.mock.calls])
  expect(told).not.toMatch(/anna|gmail/)
  expect(sent.ok && told.includes(`"${sent.value.code}"`)).toBe(false)
  expect(asked[0]).toMatchObject({ path: '/v1/letters', token: 't' })
  const { id = '', sealed = '' } = asked[0]?.body ?? {}
  const other = createDecipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12)).setAAD(Buffer.from(handoverAad(id)))
  other.setAuthTag(Buffer.from(sealed, 'base64').subarray(-16))
  expect(() => [other.update(sealed, 'base64'), other.final()]).toThrow()
})
