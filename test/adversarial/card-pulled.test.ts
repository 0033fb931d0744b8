import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cnsOf, DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { insertCard } from '../../simulator/card/insert.ts'
import { type Pcscd, startPcscd } from '../../simulator/card/pcscd.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { type DrivenReader, driveReader, expectGoodLogin, failure, PKI } from '../conformance/reader.ts'

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
  'card-pulled at APDU %i, and put back',
  async (pullAtApdu) => {
    await reader.until('empty')
    const card = cnsOf('anna-bianchi', PKI)
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
    // Pulled while it verified or not: a right PIN costs nothing.
    expect(card.triesLeft).toBe(3)
    await again.remove()
  },
)
