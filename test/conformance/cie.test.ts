import { randomBytes, verify, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CardFailure, CieReadout, LoginProof } from '../../contract/device.ts'
import type { Result } from '../../contract/result.ts'
import { type CieCard, type ExternalKey, loadExternalKey, loginCie, readCie } from '../../native/card/cie/index.ts'
import { openChannel, type PinProgress } from '../../native/card/transport.ts'
import { type CieOptions, cieOf } from '../../simulator/card/cie/cie.ts'
import { documentNumberOf, nisOf } from '../../simulator/card/cie/identity.ts'
import { CIE_PROFILES, type CieProfile } from '../../simulator/card/cie/profiles.ts'
import { cnsOf, DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { insertCard } from '../../simulator/card/insert.ts'
import { type Pcscd, startPcscd } from '../../simulator/card/pcscd.ts'
import { unknownCard, type VirtualCard } from '../../simulator/card/virtual-card.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { trustListOf } from '../../simulator/pki/trust-list.ts'
import { personById } from '../../simulator/population/people.ts'
import { verifyCardCertificate } from '../../trust/card-certificate.ts'
import { verifySod } from '../../trust/sod.ts'
import { loadTrust, type Trust } from '../../trust/trust.ts'
import { type DrivenReader, driveReader, expectGoodLogin, failure } from '../support/card/log-in.ts'
import { PKI } from '../support/pki.ts'

const ID = 'mario-rossi'
const MARIO = personById(ID)

let trust: Trust
let key: ExternalKey
beforeAll(async () => {
  await makePki(PKI)
  const loaded = loadTrust(await trustListOf(PKI, 1), [], { maxAgeHours: 24, whenUnknown: 'accept' })
  if (!loaded.ok) throw new Error(loaded.error.kind)
  trust = loaded.value
  const external = loadExternalKey(join(PKI, 'cie/external-key.bin'), { testTrust: true })
  if (external.state !== 'ready') throw new Error(external.state)
  key = external.key
})

interface Session {
  read(): Promise<Result<CieReadout, CardFailure>>
  login(pin?: string, challenge?: Uint8Array): Promise<Result<LoginProof, CardFailure>>
  /** The card's public files as read. */
  files: Pick<CieCard, 'internalKey' | 'sod' | 'access'>
  progress: PinProgress
  /** The driver's copy of the last PIN. */
  pin: Uint8Array
  sent: string[]
}

/** The driver on a card with no reader between them; `tamper` changes the n-th answer (from 0). */
function on(card: VirtualCard, tamper = (answer: Uint8Array, _index: number) => answer): Session {
  const nothing = new Uint8Array()
  const session: Session = {
    read,
    login,
    files: { internalKey: nothing, sod: nothing, access: { shortIds: 'not-known' } },
    progress: { pin: 'not-sent' },
    pin: nothing,
    sent: [],
  }
  const atr = card.atr ?? new Uint8Array()
  const channel = () =>
    openChannel(
      {
        async transmit(apdu) {
          session.sent.push(Buffer.from(apdu).toString('hex'))
          return tamper(card.transmit(apdu), session.sent.length - 1)
        },
      },
      new AbortController().signal,
    )
  async function read() {
    const known = await readCie(channel(), atr)
    if (!known.ok) return known
    session.files = known.value.card
    return { ok: true as const, value: known.value.readout }
  }
  function login(pin = DEFAULT_PIN, challenge: Uint8Array = randomBytes(32)) {
    session.pin = Uint8Array.from(Buffer.from(pin))
    return loginCie(channel(), { atr, ...session.files, selected: true }, session.pin, challenge, key, session.progress)
  }
  return session
}

const expectOk = <T>(result: Result<T, { kind: string }>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const cie = (options: CieOptions = {}) => cieOf(ID, PKI, options)

/**
 * APDUs that a whole recognition may take, with EF.SOD (here 8 and 9 reads) and certificate (7). The official software
 * takes 58 and reads no EF.SOD.
 */
const BUDGET = { sha256: 45, sha512pss: 46 }
const SODS = ['sha256', 'sha512pss'] as const

describe.each(SODS)('every family of CIE, EF.SOD with %s', (sod) => {
  test.each(Object.keys(CIE_PROFILES) as CieProfile[])('%s is read and logs in', async (profile) => {
    const session = on(cie({ profile, sod }))
    const readout = expectOk(await session.read())
    expect(readout).toMatchObject({ card: 'cie', pinPad: false, nis: nisOf(MARIO) })

    const challenge = randomBytes(32)
    const proof = expectOk(await session.login(DEFAULT_PIN, challenge))
    const { certificate = new Uint8Array(), documentNumber = '' } = proof.cie ?? {}
    expect(documentNumber).toBe(documentNumberOf(MARIO))
    expect(verify('sha256', challenge, new X509Certificate(certificate).publicKey, proof.signature)).toBe(true)
    expect(verifyCardCertificate(certificate, trust, new Date())).toMatchObject({
      ok: true,
      value: { codiceFiscale: MARIO.codiceFiscale },
    })
    const { nis, internalKey } = readout
    const files = { nis: Buffer.from(nis), serial: Buffer.from(documentNumber), certificate, internalKey }
    expect(verifySod(readout.sod, files, trust, new Date())).toMatchObject({ ok: true })

    expect(session.progress.pin).toBe('accepted')
    expect(session.pin).toEqual(new Uint8Array(8))
    expect(readout.apdus + proof.apdus).toBeLessThanOrEqual(BUDGET[sod])
  })
})

test('a card whose answer to reset says nothing, or something wrong, is still recognised', async () => {
  for (const hint of Object.values(CIE_PROFILES).map(({ atr }) => Buffer.from(atr, 'hex'))) {
    for (const profile of ['gemalto', 'stm', 'nxp'] as const) {
      const card = cie({ profile })
      const session = on({ atr: hint, reset: () => card.reset(), transmit: (apdu) => card.transmit(apdu) })
      expectOk(await session.read())
      expectOk(await session.login())
    }
  }
})

test('a card that is no CIE is unknown', async () => {
  expect(await on(unknownCard).read()).toEqual(failure('card-unknown'))
  expect(await on(cnsOf(ID, PKI)).read()).toEqual(failure('card-unknown'))
})

describe('the PIN', () => {
  test('after a wrong PIN the card says how many tries are left, until it is blocked', async () => {
    const card = cie()
    for (const error of [
      { kind: 'wrong-pin', triesLeft: 2 },
      { kind: 'wrong-pin', triesLeft: 1 },
      { kind: 'pin-blocked' },
    ]) {
      const session = on(card)
      expectOk(await session.read())
      expect(await session.login('00000000')).toEqual({ ok: false, error })
      expect(session.progress.pin).toBe('not-sent')
      expect(session.pin).toEqual(new Uint8Array(8))
      card.reset()
    }
    const session = on(card)
    expectOk(await session.read())
    expect(await session.login()).toEqual(failure('pin-blocked'))
  })

  test.each(['1234567', '12345', '1234567a', ''])('%j is not sent: a CIE has eight digits', async (pin) => {
    const session = on(cie())
    expectOk(await session.read())
    const before = session.sent.length
    expect(await session.login(pin)).toMatchObject(failure('card-error', { step: 'pin-format' }))
    expect(session.sent).toHaveLength(before)
    expect(session.pin).toEqual(new Uint8Array(pin.length))
  })

  test('the PIN leaves the totem once, and in no APDU in clear', async () => {
    const session = on(cie())
    expectOk(await session.read())
    expectOk(await session.login())
    expect(session.sent.filter((apdu) => apdu.slice(2, 4) === '20')).toHaveLength(1)
    expect(session.sent.join()).not.toContain(Buffer.from(DEFAULT_PIN).toString('hex'))
  })
})

const notReached = async (options: CieOptions, error: CardFailure) => {
  const card = cie(options)
  const session = on(card)
  expectOk(await session.read())
  expect(await session.login()).toEqual({ ok: false, error })
  expect(session.pin).toEqual(new Uint8Array(8))
  expect(card.triesLeft).toBe(3)
  expect(session.progress.pin).toBe('not-sent')
}

test('a copy of a card with the files of its holder is refused before the PIN', () =>
  notReached({ clone: 'files-of-holder' }, { kind: 'card-cloned' }))

test('a copy of a card with a key of its own does not match EF.SOD', async () => {
  const { nis, internalKey, sod } = expectOk(await on(cie({ clone: 'key-of-its-own' })).read())
  expect(verifySod(sod, { nis: Buffer.from(nis), internalKey }, trust, new Date())).toMatchObject(
    failure('card-altered'),
  )
})

test.each(['q-not-dividing', 'g-one', 'p-even'] as const)(
  'a group in which nothing is secret is refused: %s',
  (hostileDomain) => notReached({ hostileDomain }, { kind: 'card-error', step: 'domain', sw: null }),
)

test('a card that does not trust this key refuses the terminal before the PIN', async () => {
  const card = cie({ externalKey: randomBytes(256).fill(0x3f, 0, 1).fill(0x11, 255) })
  const session = on(card)
  expectOk(await session.read())
  expect(await session.login()).toMatchObject(failure('card-error', { step: 'verify-certificate' }))
  expect(card.triesLeft).toBe(3)
})

test('a truncated certificate is reported as such', async () => {
  const session = on(cie({ truncatedCertificate: true }))
  expectOk(await session.read())
  expect(await session.login()).toEqual(failure('certificate-truncated'))
})

test.each(['absent', 'empty'] as const)('a card without a certificate (%s) is named', async (noCertificate) => {
  const session = on(cie({ noCertificate }))
  expectOk(await session.read())
  expect(await session.login()).toEqual(failure('no-certificate'))
})

test.each([0x6984, 0x6985, 0x6a88])('a PIN that was never activated (%i) is named', async (verifyAnswers) => {
  const session = on(cie({ faults: { verifyAnswers } }))
  expectOk(await session.read())
  expect(await session.login()).toEqual(failure('pin-not-active'))
  expect(session.progress.pin).toBe('not-sent')
})

test('a card with an RSA-3072 key signs', async () => {
  const session = on(cie({ certificate: '3072' }))
  expectOk(await session.read())
  const challenge = randomBytes(32)
  const { cie: holder, signature } = expectOk(await session.login(DEFAULT_PIN, challenge))
  const { publicKey } = new X509Certificate(holder?.certificate ?? new Uint8Array())
  expect(publicKey.asymmetricKeyDetails?.modulusLength).toBe(3072)
  expect(verify('sha256', challenge, publicKey, signature)).toBe(true)
})

test('a card with an elliptic key is named before it is asked to sign', async () => {
  const session = on(cie({ certificate: 'ec' }))
  expectOk(await session.read())
  expect(await session.login()).toEqual(failure('key-unsupported'))
})

describe('a card without short file identifiers is asked for its files by name', () => {
  test.each<[string, number | 'offset']>([
    ['file not found', 0x6a82],
    ['wrong P1 P2', 0x6a86],
    ['wrong length', 0x6700],
    ['no file selected', 0x6986],
    ['an offset past the end', 0x6b00],
    ['nothing', 0x9000],
    ['what lies at that offset of the selected file', 'offset'],
  ])('it answers: %s', async (_, withoutShortIds) => {
    const session = on(cie({ faults: { withoutShortIds } }))
    expect(expectOk(await session.read())).toMatchObject({ nis: nisOf(MARIO) })
    const read = session.sent.length
    expect(expectOk(await session.login()).cie?.documentNumber).toBe(documentNumberOf(MARIO))
    // The first file has told it: a wrong guess could end the protected channel.
    expect(session.sent.filter((apdu) => /^00b08/.test(apdu))).toHaveLength(1)
    expect(session.sent.length).toBeLessThanOrEqual(51)
    expect(session.sent.length - read).toBeLessThanOrEqual(36)
  })
})

test('a wrong MAC at any protected answer ends the session, and a good card works right after', async () => {
  const good = on(cie())
  expectOk(await good.read())
  expectOk(await good.login())
  const answers = good.sent.filter((apdu) => /^[01]c/.test(apdu)).length
  for (let wrongMacAt = 1; wrongMacAt <= answers; wrongMacAt++) {
    const session = on(cie({ faults: { wrongMacAt } }))
    expectOk(await session.read())
    expect(await session.login(), `at answer ${wrongMacAt}`).toEqual(failure('secure-messaging-failed'))
    // The totem has sent nothing more to that card, and its copy of the PIN is overwritten.
    expect(session.pin).toEqual(new Uint8Array(8))
  }
  expectOk(await on(cie()).read())
})

test('a document number that EF.SOD does not prove is read from the card', async () => {
  const session = on(cie())
  expectOk(await session.read())
  const { sod } = expectOk(await on(cieOf('anna-bianchi', PKI)).read())
  session.files = { ...session.files, sod }
  expect(expectOk(await session.login()).cie?.documentNumber).toBe(documentNumberOf(MARIO))
  expect(session.sent.some((apdu) => apdu.startsWith('0cb08200'))).toBe(true)
})

test('a card that was reset, or whose travel document was read meanwhile, is selected anew', async () => {
  for (const between of ['reset', 'travel-document']) {
    const card = cie({ profile: 'gemalto' })
    const session = on(card)
    expectOk(await session.read())
    if (between === 'reset') card.reset()
    else card.transmit(Buffer.from('00a4040c07a0000002471001', 'hex'))
    expectOk(await session.login())
  }
})

describe('through the PC/SC service', () => {
  const CONTACTLESS = 1
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
  /** Two holders in turn: the driver waits for a lifted card to come back, and another card ends the wait. */
  const holders = [ID, 'anna-bianchi']

  async function withCard(options: CieOptions, work: (id: string) => Promise<void>): Promise<void> {
    const [id = ID] = holders
    holders.reverse()
    const inserted = await insertCard(cieOf(id, PKI, options), pcscd.ports[CONTACTLESS])
    try {
      await reader.until('present')
      await work(id)
    } finally {
      await inserted.remove()
      await expect.poll(() => reader.told.at(-1)?.state, { timeout: 10_000 }).not.toBe('present')
    }
  }

  describe.each(SODS)('EF.SOD with %s', (sod) => {
    test.each(Object.keys(CIE_PROFILES) as CieProfile[])('%s is read and logs in', (profile) =>
      withCard({ profile, sod }, async (id) => {
        expect(await expectGoodLogin(reader, id)).toBeLessThanOrEqual(BUDGET[sod])
        expect(reader.lastPin()).toEqual(Buffer.alloc(8))
      }),
    )
  })

  test.each<[string, CieOptions, string, CardFailure]>([
    ['a wrong PIN', {}, '00000000', { kind: 'wrong-pin', triesLeft: 2 }],
    ['a wrong PIN at the last try', { triesLeft: 1 }, '00000000', { kind: 'pin-blocked' }],
    ['a blocked PIN', { triesLeft: 0 }, DEFAULT_PIN, { kind: 'pin-blocked' }],
    ['a cloned card', { clone: 'files-of-holder' }, DEFAULT_PIN, { kind: 'card-cloned' }],
    ['a wrong MAC', { faults: { wrongMacAt: 9 } }, DEFAULT_PIN, { kind: 'secure-messaging-failed' }],
    ['half a certificate', { truncatedCertificate: true }, DEFAULT_PIN, { kind: 'certificate-truncated' }],
  ])('%s is named, and a good card works right after', async (_, options, pin, error) => {
    await withCard(options, async (id) => {
      expect(await reader.read()).toMatchObject({ ok: true, value: { card: 'cie', nis: nisOf(personById(id)) } })
      expect(await reader.login(pin, randomBytes(32))).toEqual({ ok: false, error })
      expect(reader.lastPin()).toEqual(Buffer.alloc(8))
    })
    await withCard({}, async (id) => {
      await expectGoodLogin(reader, id)
    })
  })

  test('a card logs in again after a wrong PIN, without being taken away', () =>
    withCard({}, async (id) => {
      expect(await reader.read()).toMatchObject({ ok: true })
      expect(await reader.login('00000000', randomBytes(32))).toEqual(failure('wrong-pin', { triesLeft: 2 }))
      await expectGoodLogin(reader, id)
    }))
})
