import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cieOf } from '../../simulator/card/cie/cie.ts'
import { nisOf } from '../../simulator/card/cie/identity.ts'
import { CIE_PROFILES, type CieProfile } from '../../simulator/card/cie/profiles.ts'
import { cnsOf } from '../../simulator/card/cns.ts'
import { CNS_PROFILES, type CnsProfile } from '../../simulator/card/cns-profiles.ts'
import { insertCard } from '../../simulator/card/insert.ts'
import { type Pcscd, startPcscd } from '../../simulator/card/pcscd.ts'
import { unknownCard, type VirtualCard } from '../../simulator/card/virtual-card.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { personById } from '../../simulator/population/people.ts'
import { type DrivenReader, driveReader, expectGoodLogin, failure } from '../support/card/log-in.ts'
import { PKI } from '../support/pki.ts'

// Every kind of card that the bench knows (simulator/card), CNS and CIE, through the real PC/SC service.
const CONTACT = 0
const CONTACTLESS = 1
/** Two holders in turn: the driver waits for a lifted contactless card to come back, and another card ends the wait. */
const holders = ['anna-bianchi', 'mario-rossi']

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

/** Puts the next holder's card in, and takes it out even when the test fails. `known`: the totem knows its kind. */
async function withCard(
  slot: typeof CONTACT | typeof CONTACTLESS,
  cardOf: (id: string) => VirtualCard,
  work: (id: string) => Promise<void>,
  known = true,
): Promise<void> {
  const [id = ''] = holders.reverse()
  const inserted = await insertCard(cardOf(id), pcscd.ports[slot])
  try {
    await reader.until('present')
    await work(id)
  } finally {
    await inserted.remove()
  }
  await reader.until(slot === CONTACTLESS && known ? 'lost' : 'empty')
}

/** SELECT of the IAS application, of the MF, of the CIE application. */
const CIE_PROBES = 3

describe('CNS: read, PIN and signature', () => {
  // The figures are APDUs: 17 at most for the standard layout with its 2048-bit key.
  test.each<[string, CnsProfile, 0 | 1, number]>([
    ['Oberthur/IDEMIA, version 1.0', 'ober10', CONTACT, 15],
    ['Oberthur/IDEMIA, version 1.1', 'ober11', CONTACT, 15],
    ['ST Incard, with a PIN reference of its own', 'incard11', CONTACT, 15],
    ['Athena', 'athena10', CONTACT, 15],
    ['Siemens CardOS', 'cardos10', CONTACT, 15],
    ['IDEMIA Cosmo of 2021, with its files elsewhere', 'idemia2021', CONTACT, 17],
    ['ST of 2022 over the air, under its application, by extended APDUs', 'st-nfc', CONTACTLESS, 18],
    ['IDEMIA over the air', 'idemia-nfc', CONTACTLESS, 17],
    ['another one over the air (3B 88 80 01)', 'nfc-88', CONTACTLESS, 15],
    ['another one over the air (3B 8C 80 01 50)', 'nfc-8c', CONTACTLESS, 15],
  ])('%s', (_, profile, slot, most) =>
    withCard(
      slot,
      (id) => cnsOf(id, PKI, { profile }),
      async (id) => {
        // The driver first asks a contactless card whether it is a CIE.
        const probes = slot === CONTACTLESS ? CIE_PROBES : 0
        expect(await expectGoodLogin(reader, id)).toBeLessThanOrEqual(most + probes)
      },
    ),
  )

  test('an old one with an RSA-1024 key', () =>
    withCard(
      CONTACT,
      (id) => cnsOf(id, PKI, { certificate: '1024' }),
      async (id) => {
        expect(await expectGoodLogin(reader, id)).toBeLessThanOrEqual(14)
      },
    ))
})

test.each(Object.keys(CIE_PROFILES) as CieProfile[])('CIE 3.0 of kind %s: recognised without PIN', (profile) =>
  withCard(
    CONTACTLESS,
    (id) => cieOf(id, PKI, { profile }),
    async (id) => {
      expect(await reader.read()).toMatchObject({
        ok: true,
        value: { card: 'cie', atr: CIE_PROFILES[profile].atr.toLowerCase(), nis: nisOf(personById(id)) },
      })
    },
  ),
)

describe('cards that are told apart by their files, not by their answer to reset', () => {
  test('a CIE and a CNS with the same answer to reset', async () => {
    expect(CIE_PROFILES.stm2.atr).toBe(CNS_PROFILES['st-nfc'].atr)
    const expectKind = (card: 'cie' | 'cns') => async () => {
      expect(await reader.read()).toMatchObject({ ok: true, value: { card } })
    }
    await withCard(CONTACTLESS, (id) => cieOf(id, PKI, { profile: 'stm2' }), expectKind('cie'))
    await withCard(CONTACTLESS, (id) => cnsOf(id, PKI, { profile: 'st-nfc' }), expectKind('cns'))
  })

  test.each([
    ['a driving licence with the answer of a CIE', CIE_PROFILES.gemalto.atr, CONTACTLESS],
    ['a passport without historical bytes', CIE_PROFILES.stm2.atr, CONTACTLESS],
  ] as const)('%s is none of ours', (_, atr, slot) =>
    withCard(
      slot,
      () => ({ ...unknownCard, atr: Buffer.from(atr, 'hex') }),
      async () => {
        expect(await reader.read()).toEqual(failure('card-unknown'))
      },
      false,
    ),
  )

  test('a card that calls itself a CNS and has its files where nobody knows', () =>
    withCard(
      CONTACT,
      () => ({ ...unknownCard, atr: Buffer.from(CNS_PROFILES.ober11.atr, 'hex') }),
      async () => {
        expect(await reader.read()).toEqual(failure('card-unsupported', { card: 'cns', model: 'unknown-layout' }))
      },
    ))

  test('a CNS with an unknown answer to reset', () =>
    withCard(
      CONTACT,
      (id) => {
        const card = cnsOf(id, PKI)
        return { atr: unknownCard.atr, reset: () => card.reset(), transmit: (apdu) => card.transmit(apdu) }
      },
      async (id) => {
        expect(await expectGoodLogin(reader, id)).toBeLessThanOrEqual(15)
      },
    ))
})

test.each<[string, CnsProfile, object]>([
  [
    'the old CIE with contacts is named, though it has files where a CNS has them',
    'old-cie',
    failure('card-superseded'),
  ],
  [
    'the Actalis card of 2025, whose key nobody has described, is named',
    'actalis2025',
    failure('card-unsupported', { card: 'cns', model: 'ace-2025' }),
  ],
])('%s', (_, profile, expected) =>
  withCard(
    CONTACT,
    (id) => cnsOf(id, PKI, { profile }),
    async () => {
      expect(await reader.read()).toEqual(expected)
    },
  ),
)
