import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DAY_MS, HOUR_MS, italianDay, MINUTE_MS } from '../../basics/time.ts'
import type { TotemConfig } from '../../contract/config.ts'
import type { CardReadout } from '../../contract/device.ts'
import { err, ok } from '../../contract/result.ts'
import type { ServiceAccess } from '../../contract/service.ts'
import { codeOfDay } from '../../trust/service-access.ts'
import { technicianAtWork } from '../technician.ts'
import { createDesk, type DeskParts } from './desk.ts'
import { fingerprintOf } from './entry.ts'

const NOW = new Date('2026-11-30T10:00:00Z')
const SECRET = Buffer.alloc(32, 7)
const PIN = [49, 50, 51, 52, 53]
const card = (bytes = 'technician'): CardReadout => ({
  ...{ card: 'cns', atr: '', pinPad: false, cardId: null, personalData: null, personalDataFault: null },
  ...{ certificate: Buffer.from(bytes), apdus: 1 },
})
const told = (age: number, revoked: string | null = null): ServiceAccess => ({
  totem: 'TT-0001',
  issued: new Date(+NOW - age).toISOString(),
  grants: [
    {
      ...{ number: 7, card: fingerprintOf(Buffer.from('technician')), revoked },
      ...{ from: new Date(+NOW - DAY_MS).toISOString(), until: new Date(+NOW + DAY_MS).toISOString() },
    },
  ],
})

let dataDir: string
let log: string[]
let access: ServiceAccess
let logIn: DeskParts['logIn']
let over: number
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  dataDir = mkdtempSync(join(tmpdir(), 'desk-'))
  log = []
  over = 0
  access = told(HOUR_MS)
  logIn = async (_, pin) => (pin?.[0] === 49 ? ok(null) : err({ kind: 'wrong-pin', triesLeft: 2 }))
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(dataDir, { recursive: true })
})
function desk(more: Partial<DeskParts> = {}) {
  const config = { totem: 'TT-0001', dataDir, office: { name: 'Spello' } } as TotemConfig
  return createDesk({
    ...({ config, secret: SECRET, signer: null, glass: { width: 1080, height: 1920, mmPerPixel: 0.3 } } as const),
    devices: { card: null, printer: 'ready', available: true, call: async () => err({ kind: 'device-gone' }) },
    journal: {
      record: (event, fields) => void log.push(`${event} ${Object.values(fields).join(' ')}`),
      newest: () => [],
      lines: () => [],
    },
    access: {
      get told() {
        return access
      },
      look: async () => undefined,
    },
    ground: () => {
      throw new Error('nothing is tried here')
    },
    triesLeft: () => null,
    logIn: (...asked) => logIn(...asked),
    now: () => NOW,
    onChange: () => undefined,
    onOver: () => void over++,
    restart: () => undefined,
    ...more,
  })
}
type Desk = ReturnType<typeof desk>
const sees = (one: Desk, part: object) => vi.waitFor(() => expect(one.screen).toMatchObject(part))
const pin = (one: Desk, digits = PIN) => {
  const bytes = Uint8Array.from(digits)
  one.pin(bytes)
  return bytes
}
const entered = async (one: Desk) => {
  expect(one.meets(card())).toBe(true)
  await sees(one, { kind: 'pin' })
  pin(one)
  await sees(one, { kind: 'menu' })
}

test('a citizen’s card is nobody’s here; a technician’s enters by its PIN, and nobody begins a visit meanwhile', async () => {
  const one = desk()
  expect(one.meets(card('citizen'))).toBe(false)
  expect(one.screen).toBeNull()
  expect(technicianAtWork(dataDir)).toBe(false)
  await entered(one)
  expect(technicianAtWork(dataDir)).toBe(true)
  one.answer({ type: 'press', id: 'end' })
  expect(one.screen).toBeNull()
  expect(technicianAtWork(dataDir)).toBe(false)
  expect(log).toEqual(['service.entered 7 grant', 'service.left 7 done'])
  expect(over).toBe(1)
})
test('a wrong PIN is told with its tries, and a last one is asked for first', async () => {
  const one = desk({ triesLeft: () => 1 })
  one.meets(card())
  await sees(one, { kind: 'page', tone: 'warning' })
  const early = pin(one)
  expect([...early]).toEqual([0, 0, 0, 0, 0])
  one.answer({ type: 'press', id: 'go' })
  await sees(one, { kind: 'pin' })
  pin(one, [50, 50, 50, 50, 50])
  await sees(one, { kind: 'pin', lead: expect.stringContaining('2') })
})
test('a card that was revoked is refused by name, and its PIN is not asked for', async () => {
  access = told(HOUR_MS, new Date(+NOW - DAY_MS).toISOString())
  const one = desk({ logIn: () => Promise.reject(new Error('asked')) })
  one.meets(card())
  await sees(one, { tone: 'danger', lead: expect.stringContaining('revocata il 29/11/26') })
  expect(log).toEqual(['service.refused 7 grant-revoked'])
})
test('revoked since the totem asked last: the gateway is asked again before the PIN', async () => {
  const revoked = told(0, NOW.toISOString())
  const one = desk({
    access: {
      get told() {
        return access
      },
      async look() {
        access = revoked
      },
    },
  })
  one.meets(card())
  await sees(one, { tone: 'danger', lead: expect.stringContaining('revocata') })
})
test('without a line: PIN and the code of the day; five wrong ones shut it, also for the right one', async () => {
  access = told(2 * DAY_MS)
  const asked: boolean[] = []
  logIn = async (_card, _pin, { withoutCrl }) => {
    asked.push(withoutCrl)
    return ok(null)
  }
  const one = desk()
  const other = codeOfDay(SECRET, 'TT-0002', italianDay(NOW))
  const begin = async () => {
    one.meets(card())
    await sees(one, { kind: 'pin' })
    pin(one)
    await sees(one, { kind: 'code', lead: expect.stringContaining('TT-0001') })
  }
  await begin()
  expect(asked).toEqual([true])
  for (let left = 4; left > 0; left--) {
    one.answer({ type: 'code', code: other })
    await sees(one, {
      kind: 'code',
      lead: expect.stringMatching(left === 1 ? /Resta un/ : new RegExp(`Restano ${left}`)),
    })
  }
  one.answer({ type: 'code', code: other })
  await sees(one, { tone: 'danger', lead: expect.stringContaining('fino a domani') })
  one.answer({ type: 'press', id: 'end' })
  await begin()
  one.answer({ type: 'code', code: codeOfDay(SECRET, 'TT-0001', italianDay(NOW)) })
  await sees(one, { tone: 'danger' })
  expect(technicianAtWork(dataDir)).toBe(false)
  expect(log.filter((line) => line.startsWith('service.entered'))).toEqual([])
})
test('it ends by itself: five minutes without a touch, and an hour with', async () => {
  const one = desk()
  await entered(one)
  vi.advanceTimersByTime(4 * MINUTE_MS)
  one.stay()
  vi.advanceTimersByTime(4 * MINUTE_MS)
  expect(one.screen).not.toBeNull()
  vi.advanceTimersByTime(MINUTE_MS)
  expect(one.screen).toBeNull()
  await entered(one)
  for (let minute = 0; minute < 60; minute += 4) {
    vi.advanceTimersByTime(4 * MINUTE_MS)
    one.stay()
  }
  expect(one.screen).toBeNull()
  expect(log.filter((line) => line.startsWith('service.left'))).toEqual(['service.left 7 idle', 'service.left 7 limit'])
})
test('out of service stays when the technician has gone, and a page does only what it shows', async () => {
  const one = desk()
  await entered(one)
  one.answer({ type: 'press', id: 'restart' })
  one.answer({ type: 'press', id: 'in-service' })
  await sees(one, { main: { id: 'restart' } })
  one.answer({ type: 'press', id: 'menu' })
  one.answer({ type: 'press', id: 'out' })
  one.answer({ type: 'press', id: 'end' })
  expect(technicianAtWork(dataDir, Date.now() + DAY_MS)).toBe(true)
  expect(log).toContain('service.step 7 out ok')
})
