import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CardState, LOST_CARD_MS } from '../../contract/device.ts'
import { virtualCard } from '../../simulator/card/card.ts'
import { DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { insertCard } from '../../simulator/card/insert.ts'
import { type Pcscd, startPcscd } from '../../simulator/card/pcscd.ts'
import { unknownCard, type VirtualCard } from '../../simulator/card/virtual-card.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { type DrivenReader, driveReader, expectGoodLogin, expectSigned, failure } from '../support/card/log-in.ts'
import { PKI } from '../support/pki.ts'

let pcscd: Pcscd
let reader: DrivenReader
beforeAll(async () => {
  await makePki(PKI)
  pcscd = await startPcscd()
  reader = driveReader(pcscd.socket)
})
afterAll(async () => {
  await reader.stop()
  await pcscd.stop()
})

// A whole log-in is 15 APDUs (asserted by the last one).
test.each(Array.from({ length: 15 }, (_, index) => index + 1))(
  'card-pulled: a CNS at APDU %i, and put back',
  async (pullAtApdu) => {
    await reader.until('empty')
    const card = virtualCard('cns', 'anna-bianchi', PKI)
    const pulled = await insertCard(card, pcscd.ports[0], { pullAtApdu })
    await reader.until('present')
    const readout = await reader.read()
    const proof = readout.ok ? await reader.login(DEFAULT_PIN, randomBytes(32)) : null
    expect(proof ?? readout).toEqual(failure('card-removed'))
    await pulled.removed
    await reader.until('empty')

    const again = await insertCard(card, pcscd.ports[0])
    await reader.until('present')
    expect(await expectGoodLogin(reader, 'anna-bianchi')).toBe(15)
    // A right PIN costs no try, whether the card left before or after it verified.
    expect(card.triesLeft).toBe(3)
    await again.remove()
  },
)

describe('card-pulled: a CIE leaves the field', () => {
  /** The commands of a whole log-in, up to the reset of the card. */
  const sent: Uint8Array[] = []
  let readApdus = 0
  beforeAll(async () => {
    const card = virtualCard('cie', 'anna-bianchi', PKI)
    const inserted = await insertCard(noting(card, sent), pcscd.ports[1])
    await reader.until('present')
    const readout = await reader.read()
    readApdus = sent.length
    expect(readout.ok).toBe(true)
    expect((await reader.login(DEFAULT_PIN, randomBytes(32))).ok).toBe(true)
    await inserted.remove()
    await reader.until('lost')
    await endVisit()
  })

  test('at any APDU of the reading: the next card is a new card, since nobody was read yet', async () => {
    for (let pullAtApdu = 1; pullAtApdu <= readApdus; pullAtApdu++) {
      const card = virtualCard('cie', 'anna-bianchi', PKI)
      const pulled = await insertCard(card, pcscd.ports[1], { pullAtApdu })
      await reader.until('present')
      expect(await reader.read(), `at ${pullAtApdu}`).toEqual(failure('card-removed'))
      await pulled.removed
      await reader.until('empty')

      const again = await insertCard(card, pcscd.ports[1])
      await reader.until('present')
      expect(await expectGoodLogin(reader, 'anna-bianchi')).toBe(sent.length)
      await again.remove()
      await reader.until('lost')
      await endVisit()
    }
  })

  test('at any APDU of the log-in: the same card goes on, unless a PIN was lost on the way', async () => {
    const inFlight: number[] = []
    for (let pullAtApdu = readApdus + 1; pullAtApdu <= sent.length; pullAtApdu++) {
      const card = virtualCard('cie', 'anna-bianchi', PKI)
      const pulled = await insertCard(card, pcscd.ports[1], { pullAtApdu })
      await reader.until('present')
      const { insertion } = present(reader.told.at(-1))
      const readout = await reader.read()
      if (!readout.ok) throw new Error(`${readout.error.kind} at ${pullAtApdu}`)
      const challenge = randomBytes(32)
      const login = reader.login(DEFAULT_PIN, challenge)
      await pulled.removed
      await reader.until('lost')

      const again = await insertCard(card, pcscd.ports[1])
      await reader.until('present')
      expect(present(reader.told.at(-1)).insertion).toBe(insertion)
      let proof = await login
      if (!proof.ok) {
        expect(proof).toEqual(failure('card-removed'))
        inFlight.push(pullAtApdu)
        proof = await reader.login(DEFAULT_PIN, challenge)
      }
      expectSigned(proof, readout.value, challenge)
      expect(reader.lastPin()?.every((digit) => digit === 0)).toBe(true)
      expect(card.triesLeft).toBe(3)
      await again.remove()
      await reader.until('lost')
      await endVisit()
    }
    expect(inFlight).toEqual([1 + sent.findIndex((apdu) => apdu[1] === VERIFY)])
  })

  test('when its answer to a wrong PIN is lost, the PIN is not sent a second time', async () => {
    const card = virtualCard('cie', 'anna-bianchi', PKI)
    const pulled = await insertCard(card, pcscd.ports[1], { pullAfter: (apdu) => apdu[1] === VERIFY })
    await reader.until('present')
    expect((await reader.read()).ok).toBe(true)
    expect(await reader.login('00000000', randomBytes(32))).toEqual(failure('card-removed'))
    await pulled.removed
    const again = await insertCard(card, pcscd.ports[1])
    await reader.until('present')
    expect(card.triesLeft).toBe(2)
    await again.remove()
    await reader.until('lost')
    await endVisit()
  })

  test('and another comes: the totem reports a new card, which gets no PIN', async () => {
    const annas = await insertCard(virtualCard('cie', 'anna-bianchi', PKI), pcscd.ports[1])
    await reader.until('present')
    expect((await reader.read()).ok).toBe(true)
    const before = reader.told.length
    await annas.remove()
    await reader.until('lost')
    const login = reader.login(DEFAULT_PIN, randomBytes(32))
    const verified: Uint8Array[] = []
    const marios = await insertCard(noting(virtualCard('cie', 'mario-rossi', PKI), verified), pcscd.ports[1])
    expect(await login).toEqual(failure('card-removed'))
    await reader.until('present')
    expect(reader.told.slice(before).map(({ state }) => state)).toEqual(['lost', 'empty', 'present'])
    expect(verified.some((apdu) => apdu[1] === VERIFY)).toBe(false)
    await expectGoodLogin(reader, 'mario-rossi')
    await marios.remove()
    await reader.until('lost')
    await endVisit()
  })

  test('for good: the totem waits no longer than the grace time', async () => {
    const card = await insertCard(virtualCard('cie', 'anna-bianchi', PKI), pcscd.ports[1])
    await reader.until('present')
    expect((await reader.read()).ok).toBe(true)
    expect(await reader.wait()).toBe(false)
    await card.remove()
    await reader.until('lost')
    // More time begins when it is asked for, and is for a log-in that waits too.
    expect(await reader.wait()).toBe(true)
    const asked = performance.now()
    expect(await reader.login(DEFAULT_PIN, randomBytes(32))).toEqual(failure('card-removed'))
    await reader.until('empty')
    expect(performance.now() - asked).toBeGreaterThan(LOST_CARD_MS - 50)
    expect(await reader.wait()).toBe(false)
  })
})

const VERIFY = 0x20

/** Another card ends the wait for the one that was lost. */
async function endVisit() {
  const other = await insertCard(unknownCard, pcscd.ports[0])
  await reader.until('present')
  await other.remove()
  await reader.until('empty')
}

function present(state: CardState | undefined) {
  if (state?.state !== 'present') throw new Error(state?.state)
  return state
}

const noting = (card: VirtualCard, sent: Uint8Array[]): VirtualCard => ({
  atr: card.atr,
  reset: () => card.reset(),
  transmit(apdu) {
    sent.push(Uint8Array.from(apdu))
    return card.transmit(apdu)
  },
})
