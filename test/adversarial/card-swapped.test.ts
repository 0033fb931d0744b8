import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cieOf } from '../../simulator/card/cie/cie.ts'
import { cnsOf, DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { insertCard } from '../../simulator/card/insert.ts'
import { type Pcscd, startPcscd } from '../../simulator/card/pcscd.ts'
import { unknownCard } from '../../simulator/card/virtual-card.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { type DrivenReader, driveReader, expectGoodLogin, expectSigned, failure } from '../support/card/log-in.ts'
import { PKI } from '../support/pki.ts'

// All CNS here have the same ATR, so only an empty slot in between tells one card from the next.
let pcscd: Pcscd
let reader: DrivenReader
beforeEach(async () => {
  await makePki(PKI)
  pcscd = await startPcscd()
  reader = driveReader(pcscd.socket)
  await reader.until('empty')
})
afterEach(async () => {
  await reader.stop()
  await pcscd.stop()
})

const mario = () => cnsOf('mario-rossi', PKI)
const anna = () => cnsOf('anna-bianchi', PKI)
const insertions = (from = reader) => from.told.flatMap((card) => (card.state === 'present' ? [card.insertion] : []))
const grow = (numbers: number[]) =>
  new Set(numbers).size === numbers.length && numbers.toSorted((a, b) => a - b).join() === numbers.join()
/** Waits until the reader has reported exactly this since the start. */
const untilTold = (...states: string[]) =>
  vi.waitFor(() => expect(reader.told.map(({ state }) => state)).toEqual(states), { timeout: 10_000 })

test('card-swapped: the next one is another insertion, also after a restart of the device process', async () => {
  const first = await insertCard(mario(), pcscd.ports[0])
  await reader.until('present')
  await first.remove()
  await reader.until('empty')
  const second = await insertCard(anna(), pcscd.ports[0])
  await reader.until('present')
  await untilTold('empty', 'present', 'empty', 'present')

  await reader.stop()
  const restarted = driveReader(pcscd.socket)
  await restarted.until('present')
  const numbers = [...insertions(), ...insertions(restarted)]
  expect(numbers).toHaveLength(3)
  expect(grow(numbers)).toBe(true)
  await restarted.stop()
  await second.remove()
})

test('card-swapped while the device process was busy: it reports that the card is another one', async () => {
  const first = await insertCard(mario(), pcscd.ports[0])
  await reader.until('present')
  await expectGoodLogin(reader, 'mario-rossi')
  reader.freeze()
  await first.remove()
  const second = await insertCard(anna(), pcscd.ports[0])
  // Another client shows that the service has noticed the new card. It noticed the first one leave (insertCard waits).
  const witness = driveReader(pcscd.socket)
  await witness.until('present')
  await witness.stop()
  reader.thaw()
  await untilTold('empty', 'present', 'empty', 'present')
  expect(grow(insertions())).toBe(true)
  await expectGoodLogin(reader, 'anna-bianchi')
  await second.remove()
})

test('two-slots: when the card in use leaves, the other one is reported as a new card', async () => {
  const first = await insertCard(anna(), pcscd.ports[1])
  await reader.until('present')
  const second = await insertCard(mario(), pcscd.ports[0])
  // The first card stays in use, whichever slot the second one came into.
  await expectGoodLogin(reader, 'anna-bianchi')
  await first.remove()
  await untilTold('empty', 'present', 'empty', 'present')
  expect(new Set(insertions()).size).toBe(2)
  await expectGoodLogin(reader, 'mario-rossi')
  await second.remove()
})

test('two-slots: a CNS has precedence over any other card', async () => {
  const other = await insertCard(unknownCard, pcscd.ports[0])
  await reader.until('present')
  const cns = await insertCard(mario(), pcscd.ports[1])
  await untilTold('empty', 'present', 'empty', 'present')
  await expectGoodLogin(reader, 'mario-rossi')
  await cns.remove()
  await untilTold('empty', 'present', 'empty', 'present', 'empty', 'present')
  await other.remove()
  await untilTold('empty', 'present', 'empty', 'present', 'empty', 'present', 'empty')
})

// One card with both interfaces, as each slot of a dual reader shows it.
const byContacts = () => cnsOf('mario-rossi', PKI)
const byAir = () => cnsOf('mario-rossi', PKI, { profile: 'nfc-88' })

test('two-slots: a card that both slots show is one card, and the totem uses its contacts', async () => {
  const air = await insertCard(byAir(), pcscd.ports[1])
  await reader.until('present')
  expect((await reader.read()).ok).toBe(true)
  const contacts = await insertCard(byContacts(), pcscd.ports[0])
  await reader.untilTold((state) => state?.state === 'present' && !state.contactless)
  await expectGoodLogin(reader, 'mario-rossi')
  expect(new Set(insertions()).size).toBe(1)

  // Half pulled out: the reader still sees it in the air.
  await contacts.remove()
  await reader.untilTold((state) => state?.state === 'present' && state.contactless)
  await expectGoodLogin(reader, 'mario-rossi')
  expect(new Set(insertions()).size).toBe(1)
  await air.remove()
  await untilTold('empty', 'present', 'present', 'present', 'lost')
})

test('two-slots: both slots show the card before it is read', async () => {
  const contacts = await insertCard(byContacts(), pcscd.ports[0])
  const card = byAir()
  const asked = vi.spyOn(card, 'transmit')
  const air = await insertCard(card, pcscd.ports[1])
  // Until the reader has seen it in the air, the card would leave with its contacts.
  await vi.waitFor(() => expect(asked).toHaveBeenCalled(), { timeout: 10_000 })
  await expectGoodLogin(reader, 'mario-rossi')
  await contacts.remove()
  await reader.untilTold((state) => state?.state === 'present' && state.contactless)
  expect(new Set(insertions()).size).toBe(1)
  await air.remove()
  await reader.until('lost')
})

test('two-slots: a card read by the air and then pushed in has its files elsewhere, and still logs in', async () => {
  const air = await insertCard(cnsOf('mario-rossi', PKI, { profile: 'st-nfc' }), pcscd.ports[1])
  await reader.until('present')
  const readout = await reader.read()
  if (!readout.ok) throw new Error(readout.error.kind)
  const contacts = await insertCard(byContacts(), pcscd.ports[0])
  await reader.untilTold((state) => state?.state === 'present' && !state.contactless)
  const challenge = randomBytes(32)
  expectSigned(await reader.login(DEFAULT_PIN, challenge), readout.value, challenge)
  await contacts.remove()
  await air.remove()
})

test('two-slots: a card that the totem read but did not report gets no PIN', async () => {
  const card = byContacts()
  const air = await insertCard(byAir(), pcscd.ports[1])
  const contacts = await insertCard(card, pcscd.ports[0])
  await reader.untilTold((state) => state?.state === 'present' && !state.contactless)
  expect(await reader.login('00000000', randomBytes(32))).toEqual(failure('card-removed'))
  expect(card.triesLeft).toBe(3)
  await contacts.remove()
  await air.remove()
})

test('two-slots: a CIE beside a CNS of the same person is another card', async () => {
  const cie = await insertCard(cieOf('mario-rossi', PKI), pcscd.ports[1])
  await reader.until('present')
  await expectGoodLogin(reader, 'mario-rossi')
  const cns = await insertCard(mario(), pcscd.ports[0])
  await untilTold('empty', 'present', 'empty', 'present')
  expect(new Set(insertions()).size).toBe(2)
  await expectGoodLogin(reader, 'mario-rossi')
  await cns.remove()
  await cie.remove()
})
