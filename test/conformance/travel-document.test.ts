import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openChannel } from '../../native/card/transport.ts'
import { readTravelDocument } from '../../native/card/travel-document/index.ts'
import { cieOf } from '../../simulator/card/cie/cie.ts'
import { canOf } from '../../simulator/card/cie/identity.ts'
import { insertCard } from '../../simulator/card/insert.ts'
import { type Pcscd, startPcscd } from '../../simulator/card/pcscd.ts'
import type { PersonsTravelDocumentOptions } from '../../simulator/card/travel-document/travel-document.ts'
import type { VirtualCard } from '../../simulator/card/virtual-card.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { trustListOf } from '../../simulator/pki/trust-list.ts'
import { people, personById } from '../../simulator/population/people.ts'
import { verifyTravelDocument } from '../../trust/travel-document.ts'
import { loadTrust, type Trust } from '../../trust/trust.ts'
import { type DrivenReader, driveReader, expectGoodLogin, failure } from '../support/card/log-in.ts'
import { PKI } from '../support/pki.ts'

const ID = 'mario-rossi'
const CAN = canOf(personById(ID))

let trust: Trust
beforeAll(async () => {
  await makePki(PKI)
  const loaded = loadTrust(await trustListOf(PKI, 1), [], { maxAgeHours: 24, whenUnknown: 'accept' })
  if (!loaded.ok) throw new Error(loaded.error.kind)
  trust = loaded.value
})

const cardOf = (id: string, travelDocument: PersonsTravelDocumentOptions = {}) => cieOf(id, PKI, { travelDocument })

/** The driver on a card without a reader between them; `tamper` changes the n-th answer (from 0). */
function readOf(card: VirtualCard, can: string, tamper = (answer: Uint8Array, _index: number) => answer) {
  let index = 0
  const transmit = async (apdu: Uint8Array) => tamper(card.transmit(apdu), index++)
  return readTravelDocument(openChannel({ transmit }, new AbortController().signal), can)
}

describe('by the right CAN', () => {
  test.each(people)('$id: files that the State signed, in 21 APDUs', async (person) => {
    const result = await readOf(cardOf(person.id), canOf(person))
    if (!result.ok) throw new Error(result.error.kind)
    expect(result.value.apdus).toBe(21)
    const holder = verifyTravelDocument(result.value, trust, new Date())
    expect(holder).toMatchObject({ ok: true, value: { codiceFiscale: person.codiceFiscale, born: person.born } })
  })

  test.each<[string, PersonsTravelDocumentOptions]>([
    ['a nonce of 16 bytes', { faults: { longNonce: true } }],
    ['a signature with RSA-PSS', { variant: 'pss' }],
    ['a document that has expired', { variant: 'expired' }],
    ['a holder born abroad', { variant: 'born-abroad' }],
    [
      'PACE on elliptic curves too',
      {
        paceInfos: [
          { oid: '04007f00070202040202', parameter: 13 },
          { oid: '04007f00070202040101', parameter: 2 },
        ],
      },
    ],
    [
      'the same PACE with other parameters too',
      {
        paceInfos: [
          { oid: '04007f00070202040101', parameter: 1 },
          { oid: '04007f00070202040101', parameter: 2 },
        ],
      },
    ],
  ])('%s', async (_name, options) => {
    const result = await readOf(cardOf(ID, options), CAN)
    if (!result.ok) throw new Error(result.error.kind)
    expect(verifyTravelDocument(result.value, trust, new Date())).toMatchObject({
      ok: true,
      value: { codiceFiscale: personById(ID).codiceFiscale },
    })
  })

  test.each([['foreign'], ['altered']] as const)('a %s document is read, and then refused', async (variant) => {
    const result = await readOf(cardOf(ID, { variant }), CAN)
    if (!result.ok) throw new Error(result.error.kind)
    expect(verifyTravelDocument(result.value, trust, new Date())).toMatchObject({
      ok: false,
      error: { kind: 'card-altered' },
    })
  })
})

describe('failures have a name', () => {
  test.each<[string, PersonsTravelDocumentOptions, ReturnType<typeof failure>]>([
    ['another card’s CAN', { can: '000000' }, failure('wrong-can')],
    ['the card’s token is wrong', { faults: { wrongToken: true } }, failure('secure-messaging-failed')],
    ['extended APDUs answered 6700', { faults: { refusesExtended: 0x6700 } }, failure('reader-not-capable')],
    ['extended APDUs answered 6985', { faults: { refusesExtended: 0x6985 } }, failure('reader-not-capable')],
    [
      'a public key that gives the secret away',
      { faults: { weakPublicKey: true } },
      failure('card-error', { step: 'pace-map-key', sw: null }),
    ],
    ['wrong MAC at the first protected answer', { faults: { wrongMacAt: 1 } }, failure('secure-messaging-failed')],
    ['wrong MAC in the middle of a file', { faults: { wrongMacAt: 8 } }, failure('secure-messaging-failed')],
    [
      'PACE with other parameters only',
      { paceInfos: [{ oid: '04007f00070202040101', parameter: 0 }] },
      failure('card-error', { step: 'pace-unsupported', sw: null }),
    ],
  ])('%s', async (_name, options, expected) => {
    expect(await readOf(cardOf(ID, options), CAN)).toEqual(expected)
  })

  test('a wrong CAN does no harm: the right one is read after it', async () => {
    const card = cardOf(ID)
    expect(await readOf(card, '000000')).toEqual(failure('wrong-can'))
    card.reset()
    expect((await readOf(card, CAN)).ok).toBe(true)
  })
})

/** Answers before secure messaging begins: EF.CardAccess (2), MSE, GENERAL AUTHENTICATE (4). */
const IN_CLEAR = 7
const ALL = 21

describe('tampering between card and reader', () => {
  const flip = (bytes: Uint8Array, at: number, bit: number) =>
    Uint8Array.from(bytes, (byte, index) => (index === at % bytes.length ? byte ^ (1 << bit) : byte))
  const bit = fc.integer({ min: 0, max: 7 })
  const position = fc.nat({ max: 0xffff })

  test('any flipped bit of a protected answer is refused', async () => {
    const card = cardOf(ID)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: IN_CLEAR, max: ALL - 1 }), position, bit, async (which, at, flipped) => {
        card.reset()
        // Except for the status word in clear behind it, which has no effect.
        const result = await readOf(card, CAN, (answer, index) =>
          index === which ? Buffer.concat([flip(answer.subarray(0, -2), at, flipped), answer.subarray(-2)]) : answer,
        )
        expect(result.ok).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  test('no flipped bit of any answer changes what is read', async () => {
    const card = cardOf(ID)
    const untouched = await readOf(card, CAN)
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: ALL - 1 }), position, bit, async (which, at, flipped) => {
        card.reset()
        const result = await readOf(card, CAN, (answer, index) =>
          index === which ? flip(answer, at, flipped) : answer,
        )
        if (result.ok) expect({ ...result.value, apdus: ALL }).toEqual(untouched.ok && untouched.value)
      }),
      { numRuns: 60 },
    )
  })

  test('answers out of order are refused', async () => {
    const card = cardOf(ID)
    let earlier: Uint8Array | undefined
    const result = await readOf(card, CAN, (answer, index) => {
      if (index === IN_CLEAR + 2) earlier = answer
      return index === IN_CLEAR + 4 && earlier ? earlier : answer
    })
    expect(result).toEqual(failure('secure-messaging-failed'))
  })
})

describe('through a real PC/SC service', () => {
  let pcscd: Pcscd
  let reader: DrivenReader
  beforeAll(async () => {
    pcscd = await startPcscd()
    reader = driveReader(pcscd.socket)
  })
  afterAll(async () => {
    await reader.stop()
    await pcscd.stop()
  })
  beforeEach(() => reader.until('empty'))

  /** Puts a CIE on the contactless slot, and takes it away even when the test fails. */
  async function withCard(options: PersonsTravelDocumentOptions, work: () => Promise<void>): Promise<void> {
    const inserted = await insertCard(cardOf(ID, options), pcscd.ports[1])
    try {
      await reader.until('present')
      await work()
    } finally {
      await inserted.remove()
    }
  }

  test('the right CAN', () =>
    withCard({}, async () => {
      expect(await reader.travelDocument(CAN)).toMatchObject({ ok: true, value: { apdus: 21 } })
    }))

  test('the right CAN after a wrong one, as often as it takes', () =>
    withCard({}, async () => {
      expect(await reader.travelDocument('000000')).toEqual(failure('wrong-can'))
      expect(await reader.travelDocument('000001')).toEqual(failure('wrong-can'))
      expect(await reader.travelDocument(CAN)).toMatchObject({ ok: true })
    }))

  test.each<[string, PersonsTravelDocumentOptions, string]>([
    ['a reader that carries no extended APDU', { faults: { refusesExtended: 0x6985 } }, 'reader-not-capable'],
    ['a card whose token is wrong', { faults: { wrongToken: true } }, 'secure-messaging-failed'],
    ['a card whose MAC is wrong', { faults: { wrongMacAt: 3 } }, 'secure-messaging-failed'],
  ])('%s', (_name, options, kind) =>
    withCard(options, async () => {
      expect(await reader.travelDocument(CAN)).toEqual(failure(kind))
    }),
  )

  test('a good card works after all those: it is recognised first and logs in afterwards', () =>
    withCard({}, async () => {
      expect(await reader.read()).toMatchObject({ ok: true, value: { card: 'cie' } })
      expect(await reader.travelDocument(CAN)).toMatchObject({ ok: true })
      await expectGoodLogin(reader, ID)
    }))
})
