import { randomBytes, verify, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type CnsOptions, cnsOf, DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { insertCard } from '../../simulator/card/insert.ts'
import { type Pcscd, startPcscd } from '../../simulator/card/pcscd.ts'
import { unknownCard } from '../../simulator/card/virtual-card.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { type DrivenReader, driveReader, expectGoodLogin, failure } from '../support/card/log-in.ts'
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
beforeEach(() => reader.until('empty'))

/** Puts a card in, and takes it out even when the test fails. */
async function withCard<T>(options: CnsOptions, work: (card: ReturnType<typeof cnsOf>) => Promise<T>): Promise<T> {
  const card = cnsOf('anna-bianchi', PKI, options)
  const inserted = await insertCard(card, pcscd.ports[0])
  try {
    await reader.until('present')
    return await work(card)
  } finally {
    await inserted.remove()
  }
}

const DECIPHERS_EXTENDED: CnsOptions = { faults: { signOnlyByDecipher: 0x6a80, refusesChaining: 0x6700 } }

describe('a good card logs in', () => {
  test.each<[string, CnsOptions, number]>([
    ['as the standard has it', {}, 15],
    ['one that selects only with FCI', { faults: { refusesSilentSelect: true } }, 16],
    ['one that refuses Le=00', { faults: { refusesLe00: true } }, 16],
    ['one that signs by deciphering only', { faults: { signOnlyByDecipher: 0x6985 } }, 18],
    ['one that calls signing unsupported', { faults: { signOnlyByDecipher: 0x6a81 } }, 18],
    ['one that calls a chain a wrong length', { faults: { refusesChaining: 0x6700 } }, 15],
    ['one that does not know chaining', { faults: { refusesChaining: 0x6884 } }, 15],
    ['one that does not know the class of a chain', { faults: { refusesChaining: 0x6e00 } }, 15],
    ['one that signs by deciphering, with extended lengths', DECIPHERS_EXTENDED, 17],
    ['one whose answers wait to be fetched (61, 6C)', { faults: { answersAsT0: true } }, 17],
    ['one whose PIN has the reference of another kind', { faults: { otherPinReference: true } }, 16],
    ['one with an RSA-3072 key', { certificate: '3072' }, 17],
    ['one with an RSA-3072 key, by extended lengths', { certificate: '3072', faults: { refusesChaining: 0x6700 } }, 16],
    [
      'one with an RSA-3072 key, whose answers wait to be fetched',
      { certificate: '3072', faults: { answersAsT0: true } },
      19,
    ],
  ])('%s', (_, options, most) =>
    withCard(options, async () => {
      expect(await expectGoodLogin(reader, 'anna-bianchi')).toBeLessThanOrEqual(most)
    }),
  )

  test('in the second slot of the reader', async () => {
    const inserted = await insertCard(cnsOf('mario-rossi', PKI), pcscd.ports[1])
    await reader.until('present')
    await expectGoodLogin(reader, 'mario-rossi')
    await inserted.remove()
  })

  test('twice in a row: the reset after the first does not lose it', () =>
    withCard({}, async () => {
      await expectGoodLogin(reader, 'anna-bianchi')
      await expectGoodLogin(reader, 'anna-bianchi')
    }))
})

describe('PIN', () => {
  const challenge = randomBytes(32)

  test('wrong-pin-then-right gives the tries back', () =>
    withCard({}, async (card) => {
      await reader.read()
      expect(await reader.login('00000000', challenge)).toEqual(failure('wrong-pin', { triesLeft: 2 }))
      expect(await reader.login('99999', challenge)).toEqual(failure('wrong-pin', { triesLeft: 1 }))
      expect(card.triesLeft).toBe(1)
      await expectGoodLogin(reader, 'anna-bianchi')
      expect(card.triesLeft).toBe(3)
    }))

  test('three-wrong-pins block the card, and a blocked card stays blocked', () =>
    withCard({}, async () => {
      await reader.read()
      await reader.login('00000000', challenge)
      await reader.login('00000000', challenge)
      expect(await reader.login('00000000', challenge)).toEqual(failure('pin-blocked'))
      expect(await reader.login(DEFAULT_PIN, challenge)).toEqual(failure('pin-blocked'))
    }))

  test('a card that came blocked', () =>
    withCard({ blocked: true }, async () => {
      await reader.read()
      expect(await reader.login(DEFAULT_PIN, challenge)).toEqual(failure('pin-blocked'))
    }))

  test.each([
    ['no count of tries', 0x6300, failure('wrong-pin', { triesLeft: null })],
    ['no try left', 0x63c0, failure('pin-blocked')],
    ['no such PIN, by either reference', 0x6a88, failure('pin-not-active')],
    ['a PIN that was never set', 0x6984, failure('pin-not-active')],
    ['a PIN that may not be used yet', 0x6985, failure('pin-not-active')],
    ['something else', 0x6f00, failure('card-error', { step: 'verify', sw: '6F00' })],
  ])('VERIFY answers: %s', (_, verifyAnswers, expected) =>
    withCard({ faults: { verifyAnswers } }, async () => {
      await reader.read()
      expect(await reader.login(DEFAULT_PIN, challenge)).toEqual(expected)
    }),
  )

  test('sought under another reference costs one try, not two', () =>
    withCard({ faults: { otherPinReference: true } }, async (card) => {
      await reader.read()
      expect(await reader.login('00000000', challenge)).toEqual(failure('wrong-pin', { triesLeft: 2 }))
      expect(card.triesLeft).toBe(2)
    }))

  test('is overwritten whatever happened', async () => {
    const overwritten = () => expect(reader.lastPin()?.every((digit) => digit === 0)).toBe(true)
    await reader.login(DEFAULT_PIN, challenge)
    overwritten()
    await withCard({}, async () => {
      await reader.read()
      await reader.login('00000000', challenge)
      overwritten()
      await reader.login(DEFAULT_PIN, challenge)
      overwritten()
    })
  })

  test('never goes to a card that was put in after the one that was read', async () => {
    await withCard({}, () => reader.read())
    await reader.until('empty')
    await withCard({}, async (other) => {
      expect(await reader.login('00000000', challenge)).toEqual(failure('card-removed'))
      expect(other.triesLeft).toBe(3)
    })
  })

  test('input that is no PIN never reaches the card', () =>
    withCard({}, async (card) => {
      await reader.read()
      for (const pin of ['', '1234', '123456789', '12a45']) {
        expect(await reader.login(pin, challenge)).toEqual(failure('card-error', { step: 'pin-format', sw: null }))
      }
      expect(card.triesLeft).toBe(3)
    }))
})

describe('EF.Dati_personali keeps nobody out: the certificate says who the holder is', () => {
  test.each<[string, CnsOptions, string | null]>([
    ['header counts itself', {}, null],
    ['header counts only what follows', { personalFile: { header: 'counts-content' } }, null],
    ['text in UTF-8', { personalFile: { encoding: 'utf8' } }, null],
    ['header longer than the file', { personalFileStart: '00FFFF' }, null],
    ['header shorter than the fields', { personalFileStart: '000010' }, 'codice-fiscale-missing'],
    ['header not hex', { personalFileStart: 'ZZ' }, 'header-not-hex'],
    ['field overruns', { personalFileStart: '000010FF' }, 'field-overruns'],
    ['field length', { personalFileStart: '000010--' }, 'field-length-not-hex'],
    ['an escape in a field', { personalFileStart: '00000402\x1b@' }, 'codice-fiscale-missing'],
    ['no such file', { faults: { withoutFile: '11001102' } }, 'file-not-found'],
    ['a file that may not be read', { faults: { unreadableFile: '11001102' } }, 'card-error'],
  ])('%s', (_, options, personalDataFault) =>
    withCard(options, async () => {
      const unread = personalDataFault === null ? [] : (['personal data'] as const)
      await expectGoodLogin(
        reader,
        'anna-bianchi',
        personalDataFault === 'file-not-found' ? [...unread, 'card id'] : [...unread],
      )
      expect(await reader.read()).toMatchObject({
        value: { personalDataFault, personalData: personalDataFault === null ? { surname: 'BIANCHI' } : null },
      })
    }),
  )

  test.each<[string, CnsOptions]>([
    ['no such file', { faults: { withoutFile: '10001003' } }],
    ['a file that may not be read', { faults: { unreadableFile: '10001003' } }],
  ])('nor does EF.ID_Carta: %s', (_, options) =>
    withCard(options, async () => {
      await expectGoodLogin(reader, 'anna-bianchi', ['card id'])
    }),
  )
})

describe('a card that is not as it should be', () => {
  test.each<[string, CnsOptions, object]>([
    ['truncated certificate', { truncatedCertificate: true }, failure('certificate-truncated')],
    ['no certificate file', { noCertificate: 'absent' }, failure('no-certificate')],
    ['a certificate file that was never filled', { noCertificate: 'empty' }, failure('no-certificate')],
  ])('%s', (_, options, expected) =>
    withCard(options, async () => {
      expect(await reader.read()).toEqual(expected)
      // The card was not read, so it gets no PIN.
      expect(await reader.login(DEFAULT_PIN, randomBytes(32))).toEqual(failure('card-removed'))
    }),
  )

  test('a key that is not RSA gets no PIN', () =>
    withCard({ certificate: 'ec' }, async (card) => {
      expect((await reader.read()).ok).toBe(true)
      expect(await reader.login('00000000', randomBytes(32))).toEqual(failure('key-unsupported'))
      expect(card.triesLeft).toBe(3)
    }))

  test('a signature over something else is handed on unchanged, and does not verify', () =>
    withCard({ faults: { signsOtherData: true } }, async () => {
      const challenge = randomBytes(32)
      const readout = await reader.read()
      const proof = await reader.login(DEFAULT_PIN, challenge)
      if (!readout.ok || readout.value.card !== 'cns' || !proof.ok) throw new Error('the card did not sign')
      const { publicKey } = new X509Certificate(readout.value.certificate)
      expect(verify('sha256', challenge, publicKey, proof.value.signature)).toBe(false)
    }))

  test('unknown-card', async () => {
    const inserted = await insertCard(unknownCard, pcscd.ports[0])
    await reader.until('present')
    expect(await reader.read()).toEqual(failure('card-unknown'))
    await inserted.remove()
  })
})

test('with no card there is nothing to read', async () => {
  expect(await reader.read()).toEqual(failure('no-card'))
  expect(await reader.login(DEFAULT_PIN, randomBytes(32))).toEqual(failure('no-card'))
})

test('one thing at a time', () =>
  withCard({}, async () => {
    const [first, second] = await Promise.all([reader.read(), reader.read()])
    expect(first.ok).toBe(true)
    expect(second).toEqual(failure('card-busy'))
  }))

describe('service', () => {
  test('no-pcscd-at-start', async () => {
    const device = driveReader('/nonexistent/pcscd.comm')
    await device.until('no-reader')
    await device.broken
    expect(await device.read()).toEqual(failure('reader-unavailable'))
    await device.stop()
  })

  test('wedged-reader at the start: the driver gives up a card that does not answer, and ends its process', async () => {
    const own = await startPcscd()
    const before = driveReader(own.socket)
    const inserted = await insertCard(cnsOf('mario-rossi', PKI), own.ports[0], { slowMs: 60_000 })
    await before.until('present')
    // A process that died before may have left the reader in the middle of an APDU.
    void before.read()
    const device = driveReader(own.socket)
    expect(await device.broken).toBe('connect-timeout')
    await device.until('no-reader')
    await device.stop()
    await before.stop()
    await inserted.remove()
    await own.stop()
  })
})
