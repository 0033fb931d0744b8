import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { masked } from '../../../contract/domicile.ts'
import { err, ok } from '../../../contract/result.ts'
import {
  answers,
  at,
  cardOut,
  open,
  screen,
  session,
  toMenu,
  toSummary,
} from '../../../test/support/visit/scripted-visit.ts'
import type { VisitServices } from '../../visit/services.ts'

describe('to the digital domicile', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => {
    session.stop()
    vi.useRealTimers()
  })
  const toDomicile = async (services: Partial<VisitServices> = {}) => {
    const opened = open(services)
    await toSummary()
    await answers({ type: 'change', line: 'delivery' }, { type: 'chooseWay', way: 'domicilio' }, { type: 'confirm' })
    return opened
  }

  test('the address is masked, and nothing leaves before the person has touched it', async () => {
    const sendToDomicile = vi.fn<VisitServices['sendToDomicile']>(async () => ok(true))
    const print = vi.fn<VisitServices['print']>(async () => ok({ pages: 1 }))
    await toDomicile({ sendToDomicile, print })
    await at('domicilio')
    expect(screen()).toEqual({
      screen: 'domicilio',
      canPrint: true,
      domiciles: [{ address: 'a•••i@pec.example', profession: null }],
    })
    expect(sendToDomicile).not.toHaveBeenCalled()
    expect(session.answer({ type: 'sendToDomicile', index: 1 })).toBe(false)
    await answers({ type: 'sendToDomicile', index: 0 })
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'domicilio', document: 'certificate' })
    expect(print).not.toHaveBeenCalled()
  })

  test('their own address stands before those of a professional', async () => {
    const domiciles: VisitServices['domiciles'] = async () =>
      ok([
        { address: 'studio@pec.example', profession: 'AVVOCATO', proof: 'p' },
        { address: 'elena@pec.example', profession: null, proof: 'q' },
      ])
    await toDomicile({ domiciles })
    await at('domicilio')
    expect(screen()).toMatchObject({ domiciles: [{ profession: null }, { profession: 'AVVOCATO' }] })
  })

  test.each([
    ['visura', [{ type: 'chooseService', service: 'visura' }, { type: 'printVisura' }]],
    [
      'declaration',
      [
        { type: 'chooseService', service: 'declaration' },
        { type: 'printDeclaration', form: 'declaration' },
      ],
    ],
  ] as const)(
    '%s: in place of the paper after a fault, and beside the paper that is out',
    async (document, touches) => {
      const sendToDomicile = vi.fn<VisitServices['sendToDomicile']>(async () => ok(true))
      const print = vi.fn<VisitServices['print']>(async () => ok({ pages: 1 }))
      print.mockResolvedValueOnce(err({ kind: 'print-fault', status: 'jam', page: 1 }))
      open({ sendToDomicile, print })
      for (const way of ['print-fault', 'done'] as const) {
        await toMenu()
        await answers(...touches)
        await at(way)
        expect(screen()).toMatchObject({ ways: ['phone', 'email', 'domicilio'] })
        await answers({ type: 'takeToDomicile' })
        await at('domicilio')
        await answers({ type: 'sendToDomicile', index: 0 })
        await at('done')
        expect(screen()).toMatchObject({ outcome: 'domicilio', document })
        expect(sendToDomicile.mock.lastCall?.[2].about).toEqual({ document, operation: null })
        await answers({ type: 'leave' })
        cardOut()
        await vi.advanceTimersByTimeAsync(10_000)
      }
    },
  )

  test('none: said plainly, and the paper comes out after all', async () => {
    await toDomicile({ domiciles: async () => ok([]) })
    await at('domicilio-ended')
    expect(screen()).toEqual({ screen: 'domicilio-ended', why: 'none', canPrint: true, ways: ['phone', 'email'] })
    await answers({ type: 'printInstead' })
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'printed' })
  })

  test.each([
    ['INAD is away', { domiciles: async () => err({ kind: 'unavailable' as const }) }, 'unavailable'],
    ['the box takes nothing', { sendToDomicile: async () => err({ kind: 'refused' as const }) }, 'refused'],
  ])('%s: nothing is lost, the certificate stays here', async (_, services, why) => {
    const { delivered } = await toDomicile(services)
    if (screen().screen === 'domicilio') await answers({ type: 'sendToDomicile', index: 0 })
    await at('domicilio-ended')
    expect(screen()).toMatchObject({ why })
    await answers({ type: 'leave' })
    await at('done')
    expect(screen()).toMatchObject({ outcome: 'kept' })
    expect(delivered).not.toHaveBeenCalled()
  })
})

test('a masked address shows the box, and of the name its ends', () => {
  expect(masked('anna.bianchi@pec.example')).toBe('a•••i@pec.example')
  expect(masked('a@pec.example')).toBe('a•••@pec.example')
})
