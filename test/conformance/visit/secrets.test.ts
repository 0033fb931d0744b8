import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { err, ok } from '../../../contract/result.ts'
import type { Devices } from '../../../main/devices/index.ts'
import { callHandlers } from '../../../main/handlers.ts'
import { refused, type VisitServices } from '../../../main/visit/services.ts'
import { answers, at, cie, cns, open, pin, screen, session, toPin } from '../../support/visit/scripted-visit.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  session.stop()
  vi.useRealTimers()
})

const devices = { call: vi.fn() } as unknown as Devices
/** Hands a PIN over as the renderer's call does, and returns the buffer that main got. */
const handOver = async (digits = 8) => {
  const typed = pin().slice(0, digits)
  await callHandlers(session, devices, { hear: vi.fn() }).enterPin(typed)
  await vi.advanceTimersByTimeAsync(1)
  return typed
}

describe('a PIN is overwritten (invariant 3)', () => {
  test('on a screen that asks for none', async () => {
    open()
    expect(await handOver()).toEqual(new Uint8Array(8))
    await answers({ type: 'start', language: 'it' })
    expect(await handOver()).toEqual(new Uint8Array(8))
    await at('card')
  })

  test.each([
    ['too short for a CIE', cie],
    ['of a card whose PIN is typed on the reader', { ...cns, pinPad: true }],
  ])('%s', async (_, readout) => {
    const recognise = vi.fn()
    open({ readCard: async () => ok(readout), recognise })
    await toPin()
    expect(await handOver(5)).toEqual(new Uint8Array(5))
    await at('pin')
    expect(recognise).not.toHaveBeenCalled()
  })

  test('when a bug ends the visit before the card has had it', async () => {
    const recognise = vi.fn<VisitServices['recognise']>(async () => {
      throw new Error('a bug')
    })
    open({ recognise })
    await toPin()
    expect(await handOver()).toEqual(new Uint8Array(8))
    expect(screen()).toMatchObject({ screen: 'refused', reason: 'session-refused' })
  })
})

test('a CAN goes to the card once: after a wrong one it is typed anew', async () => {
  const possession = vi
    .fn<VisitServices['possession']>()
    .mockResolvedValueOnce(err({ kind: 'wrong-can' }))
    .mockResolvedValueOnce(err(refused('card-removed')))
  open({ readCard: async () => ok(cie), possession })
  await toPin()
  await answers({ type: 'askExpiry' }, { type: 'enterCan', can: '111111' })
  expect(screen()).toEqual({ screen: 'can', wrong: true })
  await answers({ type: 'enterCan', can: '222222' })
  expect(screen()).toMatchObject({ screen: 'refused', reason: 'card-removed' })
  expect(possession.mock.calls.map(([, can]) => can)).toEqual(['111111', '222222'])
})
