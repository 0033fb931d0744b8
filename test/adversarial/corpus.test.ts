import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { trustList } from '../../contract/trust.ts'
import { parseResponse } from '../../native/card/apdu.ts'
import { isOldCie, pinReferenceOf } from '../../native/card/atr.ts'
import { parsePersonalData } from '../../native/card/personal-data.ts'
import { parseFeatures } from '../../native/card/pin-pad.ts'
import { isContactless } from '../../native/card/recognise.ts'
import { readTlvs, tlvLength } from '../../native/card/tlv.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { verifyCardCertificate } from '../../trust/card-certificate.ts'
import { verifySod } from '../../trust/sod.ts'
import { verifyTravelDocument } from '../../trust/travel-document.ts'
import { loadTrust, type Trust } from '../../trust/trust.ts'
import { PKI } from '../support/pki.ts'

// Inputs that have broken card software, here or elsewhere, and every prefix of a good card's files. Each reader must
// name the fault and stop.

const corpus = JSON.parse(readFileSync(new URL('../vectors/hostile.json', import.meta.url), 'utf8')) as {
  what: string
  hex: string
}[]

let trust: Trust
let good: Map<string, Uint8Array>
beforeAll(async () => {
  await makePki(PKI)
  const file = (name: string) => readFileSync(join(PKI, name))
  const [, payload = ''] = file('trust-list.jws').toString().split('.')
  const list = trustList.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  const loaded = loadTrust(list, [], { maxAgeHours: 24, whenUnknown: 'accept' })
  if (!loaded.ok) throw new Error(loaded.error.kind)
  trust = loaded.value
  good = new Map(
    [
      'cie/cards/anna-bianchi.sod.sha256.der',
      'cie/cards/anna-bianchi.sod.sha512pss.der',
      'cie/cards/anna-bianchi.cert.der',
      'cie/cards/anna-bianchi.travel.dg1.bin',
      'cie/cards/anna-bianchi.travel.dg11.bin',
    ].map((name) => [name, new Uint8Array(file(name))]),
  )
})

const at = new Date()
const nothing = new Uint8Array()
const readers: Record<string, (bytes: Uint8Array) => unknown> = {
  'status word': parseResponse,
  'answer to reset': (bytes) => [isContactless(bytes), isOldCie(bytes), pinReferenceOf(bytes)],
  TLV: (bytes) => [readTlvs(bytes), tlvLength(bytes)],
  'EF.Dati_personali': parsePersonalData,
  'features of a reader': parseFeatures,
  certificate: (bytes) => verifyCardCertificate(bytes, trust, at),
  'EF.SOD': (bytes) => verifySod(bytes, {}, trust, at),
  'travel document': (bytes) => verifyTravelDocument({ dg1: bytes, dg11: bytes, sod: bytes }, trust, at),
}
const mustRefuse = ['certificate', 'EF.SOD', 'travel document']

describe.each(Object.keys(readers))('%s', (name) => {
  const read = (bytes: Uint8Array) => readers[name]?.(bytes)

  test.each(corpus)('$what', ({ hex }) => {
    const said = read(Buffer.from(hex, 'hex'))
    expect(said).not.toBe(undefined)
    if (mustRefuse.includes(name)) expect(said).toMatchObject({ ok: false, error: { kind: expect.any(String) } })
  })

  test('every prefix of a good card’s files is refused', () => {
    for (const whole of good.values()) {
      for (let length = 0; length < whole.length; length++) {
        const said = read(whole.subarray(0, length))
        if (mustRefuse.includes(name)) expect(said).toMatchObject({ ok: false })
      }
    }
  })
})

test('the same files whole are accepted: the corpus proves something', () => {
  const sod = good.get('cie/cards/anna-bianchi.sod.sha256.der') ?? nothing
  const certificate = good.get('cie/cards/anna-bianchi.cert.der') ?? nothing
  expect(verifySod(sod, { certificate }, trust, at)).toMatchObject({ ok: true })
  expect(verifyCardCertificate(certificate, trust, at)).toMatchObject({ ok: true })
})
