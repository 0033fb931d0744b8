import { randomBytes } from 'node:crypto'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { virtualCard } from '../../simulator/card/card.ts'
import { DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { insertCard } from '../../simulator/card/insert.ts'
import { type Pcscd, startPcscd } from '../../simulator/card/pcscd.ts'
import { muteCard, unknownCard, type VirtualCard } from '../../simulator/card/virtual-card.ts'
import { makePki } from '../../simulator/pki/make.ts'
import {
  type DrivenReader,
  driveReader,
  expectGoodLogin,
  expectSigned,
  failure,
  otherProgram,
} from '../support/card/log-in.ts'
import { PKI } from '../support/pki.ts'

// Every fault of the reader ends in its named kind, and a good card works right after.
let pcscd: Pcscd
let reader: DrivenReader
beforeAll(() => makePki(PKI))
beforeEach(async () => {
  pcscd = await startPcscd()
  reader = driveReader(pcscd.socket)
  await reader.until('empty')
})
afterEach(async () => {
  await reader.stop()
  await pcscd.stop()
})

const anna = (kind: 'cns' | 'cie' = 'cns') => virtualCard(kind, 'anna-bianchi', PKI)
const CONTACT = 0
const slots = [
  ['cns', 0],
  ['cie', 1],
] as const

async function expectGoodCard(from = reader) {
  const card = await insertCard(anna(), pcscd.ports[CONTACT])
  await from.until('present')
  await expectGoodLogin(from, 'anna-bianchi')
  await card.remove()
  await from.until('empty')
}

/** `asked` resolves at the card's first APDU. */
function noticing(card: VirtualCard): { card: VirtualCard; asked: Promise<void> } {
  let notice = () => {}
  const asked = new Promise<void>((resolve) => {
    notice = resolve
  })
  const transmit = (apdu: Uint8Array) => {
    notice()
    return card.transmit(apdu)
  }
  return { asked, card: { atr: card.atr, reset: () => card.reset(), transmit } }
}

/** Waits for the device process to end, and starts another as its supervisor does. */
async function restarted(): Promise<DrivenReader> {
  await reader.broken
  await reader.stop()
  reader = driveReader(pcscd.socket)
  return reader
}

/**
 * The device process may or may not have to be restarted: pcsc-mini (0.1.3) reports an unavailable reader so often that
 * its own queue overflows, unless the reader is back first.
 */
async function workingAgain() {
  if (await Promise.race([reader.until('empty'), reader.broken])) await restarted()
  await reader.until('empty')
}

describe.each(slots)('another program with a %s', (kind, slot) => {
  test('other-program-holds-card for itself: busy within seconds, and usable when released', async () => {
    const card = await insertCard(anna(kind), pcscd.ports[slot])
    await reader.until('present')
    await card.remove()
    await reader.until('empty')
    await reader.stop()

    const again = await insertCard(anna(kind), pcscd.ports[slot])
    const other = await otherProgram(pcscd.socket, { does: 'hold', slot })
    reader = driveReader(pcscd.socket)
    await reader.until('present')
    expect(reader.told.at(-1)).toMatchObject({ atr: '' })
    expect(await reader.read()).toEqual(failure('card-busy'))
    await other.letGo()
    await reader.untilTold((state) => state?.state === 'present' && state.atr !== '')
    await expectGoodLogin(reader, 'anna-bianchi')
    await other.stop()
    await again.remove()
  })

  test('other-program-in-a-long-transaction: busy within seconds, and usable afterwards', async () => {
    const card = await insertCard(anna(kind), pcscd.ports[slot])
    await reader.until('present')
    const other = await otherProgram(pcscd.socket, { does: 'transact', slot })
    expect(await reader.read()).toEqual(failure('card-busy'))
    expect(await reader.read()).toEqual(failure('card-busy'))
    await other.letGo()
    await expectGoodLogin(reader, 'anna-bianchi')
    await other.stop()
    await card.remove()
  })

  test('other-program-resets-card between reading and PIN: the log-in starts again from SELECT', async () => {
    const card = await insertCard(anna(kind), pcscd.ports[slot])
    await reader.until('present')
    const readout = await reader.read()
    if (!readout.ok) throw new Error(readout.error.kind)
    const other = await otherProgram(pcscd.socket, { does: 'reset', slot })
    const challenge = randomBytes(32)
    expectSigned(await reader.login(DEFAULT_PIN, challenge), readout.value, challenge)
    await other.stop()
    await card.remove()
  })
})

test('other-program-dies in its transaction: the card is free at once', async () => {
  const card = await insertCard(anna(), pcscd.ports[CONTACT])
  await reader.until('present')
  const other = await otherProgram(pcscd.socket, { does: 'transact', slot: CONTACT })
  const login = expectGoodLogin(reader, 'anna-bianchi')
  await other.stop()
  await login
  await card.remove()
})

test('pcscd-killed and back', async () => {
  const card = await insertCard(anna(), pcscd.ports[CONTACT])
  await reader.until('present')
  pcscd.kill()
  await card.removed
  await reader.until('no-reader')
  await pcscd.restart()
  await restarted()
  await reader.until('empty')
  await expectGoodCard()
})

test('pcscd-killed during a log-in', async () => {
  const card = await insertCard(anna('cie'), pcscd.ports[1], { slowMs: 20 })
  await reader.until('present')
  expect((await reader.read()).ok).toBe(true)
  const login = reader.login(DEFAULT_PIN, randomBytes(32))
  pcscd.kill()
  expect(await login).toEqual(failure('reader-unavailable'))
  await card.removed
  await pcscd.restart()
  await restarted()
  await expectGoodCard()
})

test.each(slots)('reader-unplugged with a %s in it, and back', async (kind, slot) => {
  const card = await insertCard(anna(kind), pcscd.ports[slot])
  await reader.until('present')
  expect((await reader.read()).ok).toBe(true)
  await pcscd.unplug()
  await reader.until('no-reader')
  await card.removed
  await pcscd.plug()
  await workingAgain()
  await expectGoodCard()
})

test('reader-unplugged during a log-in', async () => {
  const card = await insertCard(anna(), pcscd.ports[CONTACT], { slowMs: 50 })
  await reader.until('present')
  expect((await reader.read()).ok).toBe(true)
  const login = reader.login(DEFAULT_PIN, randomBytes(32))
  await pcscd.unplug()
  expect((await login).ok).toBe(false)
  await card.removed
  await pcscd.plug()
  await workingAgain()
  await expectGoodCard()
})

test('machine-suspended: pcscd and the device process stop and go on', async () => {
  const card = await insertCard(anna(), pcscd.ports[CONTACT])
  await reader.until('present')
  expect((await reader.read()).ok).toBe(true)
  pcscd.freeze()
  reader.freeze()
  reader.thaw()
  const login = expectGoodLogin(reader, 'anna-bianchi')
  pcscd.thaw()
  await login
  await card.remove()
  await reader.until('empty')
  await expectGoodCard()
})

test('pcscd-wedged during a command: the process leaves, and its successor works when the service does', async () => {
  const { asked, card: asking } = noticing(anna())
  const card = await insertCard(asking, pcscd.ports[CONTACT], { slowMs: 50 })
  await reader.until('present')
  const read = reader.read()
  await asked
  pcscd.freeze()
  expect(await read).toEqual(failure('card-error', { step: 'timeout', sw: null }))
  await reader.broken
  await reader.stop()
  reader = driveReader(pcscd.socket)
  pcscd.thaw()
  await reader.until('present')
  await expectGoodLogin(reader, 'anna-bianchi')
  await card.remove()
})

test('pcscd-wedged before a command: the card counts as busy until the service goes on', async () => {
  const card = await insertCard(anna(), pcscd.ports[CONTACT])
  await reader.until('present')
  pcscd.freeze()
  expect(await reader.read()).toEqual(failure('card-busy'))
  pcscd.thaw()
  await expectGoodLogin(reader, 'anna-bianchi')
  await card.remove()
})

test('reader-answers-after-the-limit', async () => {
  const card = await insertCard(anna(), pcscd.ports[CONTACT], { slowMs: 11_000 })
  await reader.until('present')
  expect(await reader.read()).toEqual(failure('card-error', { step: 'timeout', sw: null }))
  await card.remove()
  await restarted()
  await reader.until('empty')
  await expectGoodCard()
})

test('slow-card: a card that answers slowly is not wedged, but the wait has a limit', async () => {
  const card = await insertCard(anna(), pcscd.ports[CONTACT], { slowMs: 3_000 })
  await reader.until('present')
  expect(await reader.read()).toEqual(failure('card-error', { step: 'timeout', sw: null }))
  await card.remove()
  await reader.until('empty')
  await expectGoodCard()
})

const garbage: [string, VirtualCard['transmit']][] = [
  ['nothing', () => new Uint8Array()],
  ['half a status word', () => Uint8Array.of(0x90)],
  ['more than any card has', () => randomBytes(65_535)],
  ['noise', () => randomBytes(40)],
  ['"more" for ever', () => Uint8Array.of(0x61, 0x00)],
]
test.each(garbage)('garbage-card that answers %s', async (_, transmit) => {
  for (const { atr } of [anna(), anna('cie'), unknownCard]) {
    const card = await insertCard({ atr, reset: () => {}, transmit }, pcscd.ports[CONTACT])
    await reader.until('present')
    expect((await reader.read()).ok).toBe(false)
    await card.remove()
    await reader.until('empty')
  }
  await expectGoodCard()
})

test('card-mute, then turned round', async () => {
  const card = await insertCard(muteCard, pcscd.ports[CONTACT])
  await reader.until('mute')
  expect(await reader.read()).toEqual(failure('card-mute'))
  await card.remove()
  await reader.until('empty')
  await expectGoodCard()
})

describe('a SAM slot that is always inserted and unresponsive', () => {
  test('begins no visit, neither at the start nor after a card has left', async () => {
    const sam = await insertCard(muteCard, pcscd.ports[1])
    await reader.stop()
    reader = driveReader(pcscd.socket)
    await reader.until('empty')
    await expectGoodCard()
    await expectGoodCard()
    // The slot has had more than the time in which it would count as mute: two log-ins and a look at the other slot.
    const mute = await insertCard(muteCard, pcscd.ports[CONTACT])
    await reader.until('mute')
    await mute.remove()
    await reader.until('empty')
    expect(reader.told.filter(({ state }) => state === 'mute')).toHaveLength(1)
    await sam.remove()
  })

  test('a slot that has been emptied once is one for people', async () => {
    const left = await insertCard(muteCard, pcscd.ports[CONTACT])
    await reader.stop()
    reader = driveReader(pcscd.socket)
    await reader.until('empty')
    await left.remove()
    await expectGoodCard()
    const mute = await insertCard(muteCard, pcscd.ports[CONTACT])
    await reader.until('mute')
    await mute.remove()
  })

  test('what is mute beside a card that is used does not count when that card leaves', async () => {
    const mute = await insertCard(muteCard, pcscd.ports[1])
    await reader.until('mute')
    await expectGoodCard()
    expect(reader.told.at(-1)).toEqual({ state: 'empty' })
    await mute.remove()
  })
})

test('card-mute at first, while it slides in', async () => {
  const good = anna()
  let atr: Uint8Array | null = null
  const sliding: VirtualCard = {
    get atr() {
      return atr
    },
    reset: () => good.reset(),
    transmit: (apdu) => good.transmit(apdu),
  }
  const card = await insertCard(sliding, pcscd.ports[CONTACT])
  await reader.until('mute')
  atr = good.atr
  await card.remove()
  const slidIn = await insertCard(sliding, pcscd.ports[CONTACT])
  await reader.until('present')
  await expectGoodLogin(reader, 'anna-bianchi')
  await slidIn.remove()
})
