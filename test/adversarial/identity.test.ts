// Over 400 lines: every way in which one answer of the device process may be judged, on the same cards.
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { CardFailure, CieReadout, CnsReadout, LoginProof, PersonalData } from '../../contract/device.ts'
import { refusal } from '../../contract/refusal.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Devices } from '../../main/devices/index.ts'
import { createIdentity } from '../../main/journeys/identify/identity.ts'
import { createPossession } from '../../main/journeys/identify/possession.ts'
import { documentNumberOf, nisOf } from '../../simulator/card/cie/identity.ts'
import { cardIdOf } from '../../simulator/card/personal-file.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { issueCrls, trustListOf } from '../../simulator/pki/trust-list.ts'
import { personById } from '../../simulator/population/people.ts'
import { loadTrust, type Trust } from '../../trust/trust.ts'
import { PKI } from '../support/pki.ts'

// What a device process may hand over from a hostile card, made of real files, keys and signatures of bench cards.

const pki = (name: string) => new Uint8Array(readFileSync(join(PKI, name)))
const visit = { session: '01KAXXXXXXXXXXXXXXXXXXXXXX', language: 'it' } as const
const PIN = '12345678'
const ANNA = personById('anna-bianchi')
const CHALLENGE = Buffer.alloc(32, 'gateway').toString('base64')
const challenges = { prepare: vi.fn(), forLogin: async (): Promise<string | null> => CHALLENGE }

let trust: Trust
beforeAll(async () => {
  await makePki(PKI)
  trust = await trustWith((folder) => issueCrls(PKI, folder))
})

async function trustWith(issued: (folder: string) => Promise<string[]>, whenUnknown: 'refuse' | 'accept' = 'refuse') {
  const folder = mkdtempSync(join(tmpdir(), 'totem-trust-'))
  const crls = (await issued(folder)).map((file) => new Uint8Array(readFileSync(file)))
  rmSync(folder, { recursive: true })
  const loaded = loadTrust(await trustListOf(PKI, 1), crls, { maxAgeHours: 48, whenUnknown })
  if (!loaded.ok) throw new Error(loaded.error.kind)
  return loaded.value
}

const internalKeyOf = (person: string) =>
  new Uint8Array(
    createPublicKey(readFileSync(join(PKI, `cie/cards/${person}.internal.key.pem`))).export({
      format: 'der',
      type: 'pkcs1',
    }),
  )

const cie = (name = 'anna-bianchi', more: Partial<CieReadout> = {}): CieReadout => ({
  card: 'cie',
  atr: '3b8f80018031806549544e5850',
  pinPad: false,
  nis: nisOf(ANNA),
  internalKey: internalKeyOf('anna-bianchi'),
  sod: pki(`cie/cards/${name}.sod.sha512pss.der`),
  apdus: 10,
  ...more,
})
const PERSONAL_DATA: PersonalData = {
  issuer: '6100',
  issued: '01012024',
  expires: '01012030',
  surname: 'BIANCHI',
  name: 'ANNA MARIA',
  born: '18061951',
  sex: 'F',
  codiceFiscale: ANNA.codiceFiscale,
  birthComune: 'I888',
  residenceComune: 'I888',
}
const cns = (name = 'anna-bianchi', more: Partial<CnsReadout> = {}): CnsReadout => ({
  card: 'cns',
  atr: '3bff1800008131fe45006b05052000012101434e5310318079',
  pinPad: false,
  cardId: cardIdOf(ANNA),
  personalData: PERSONAL_DATA,
  personalDataFault: null,
  certificate: pki(`cards/${name}.cert.der`),
  apdus: 12,
  ...more,
})

const signedBy = (key: string, challenge: Uint8Array) =>
  new Uint8Array(sign('sha256', challenge, createPrivateKey(readFileSync(join(PKI, `${key}.key.pem`)))))
const cieLogin =
  (name = 'anna-bianchi', key = 'anna-bianchi', more: Partial<NonNullable<LoginProof['cie']>> = {}) =>
  (challenge: Uint8Array): Result<LoginProof, CardFailure> =>
    ok({
      signature: signedBy(`cie/cards/${key}`, challenge),
      cie: { certificate: pki(`cie/cards/${name}.cert.der`), documentNumber: documentNumberOf(ANNA), ...more },
      apdus: 30,
    })
const cnsLogin =
  (key = 'anna-bianchi') =>
  (challenge: Uint8Array): Result<LoginProof, CardFailure> =>
    ok({ signature: signedBy(`cards/${key}`, challenge), cie: null, apdus: 5 })

function totem(
  readout: Result<CnsReadout | CieReadout, CardFailure>,
  login: (challenge: Uint8Array) => Result<LoginProof, CardFailure> = () => err({ kind: 'no-card' }),
  trusted = trust,
) {
  const asked: string[] = []
  const devices = {
    async call(method: string, params: { pin?: Uint8Array | null; challenge: Uint8Array }) {
      asked.push(method)
      return method === 'card.read' ? readout : login(params.challenge)
    },
  } as unknown as Devices
  const identity = createIdentity({
    devices,
    trust: () => trusted,
    challenges,
    totem: 'TT-0001',
    now: () => new Date(),
  })
  const pin = new TextEncoder().encode(PIN)
  return {
    asked,
    identity,
    pin,
    read: () => identity.readCard(),
    async recognise(entered: Uint8Array | null = pin) {
      if (!readout.ok) throw new Error('no card to recognise')
      return identity.recognise(visit, readout.value, entered)
    },
  }
}
const no = (reason: string, card: 'cns' | 'cie' | null, date: unknown = null) => ({
  ok: false,
  error: { kind: 'refused', reason, anpr: null, card, date },
})
const A_DATE = expect.stringMatching(/^\d{4}-\d\d-\d\d$/)

describe('recognised', () => {
  test('a CIE: names, code and evidence are those of its certificate, and the PIN is overwritten', async () => {
    const { read, recognise, pin } = totem(ok(cie()), cieLogin())
    expect(await read()).toMatchObject({ ok: true, value: { card: 'cie' } })
    expect(await recognise()).toMatchObject({
      ok: true,
      value: {
        name: 'ANNA MARIA',
        surname: 'BIANCHI',
        codiceFiscale: ANNA.codiceFiscale,
        revocation: 'good',
        apdus: 40,
        evidence: { certificate: Buffer.from(pki('cie/cards/anna-bianchi.cert.der')).toString('base64') },
      },
    })
    expect([...pin]).toEqual(Array(8).fill(0))
  })
  test('a CNS, also by the keypad of the reader', async () => {
    const { read, recognise } = totem(ok(cns()), cnsLogin())
    expect(await read()).toMatchObject({ ok: true })
    expect(await recognise(null)).toMatchObject({ ok: true, value: { surname: 'BIANCHI', apdus: 17 } })
  })
  test("a CNS whose EF.Dati_personali tells another's name: the certificate's counts", async () => {
    const personalData = { ...PERSONAL_DATA, surname: 'ROSSI', name: 'MARIO' }
    const { read, recognise } = totem(ok(cns('anna-bianchi', { personalData })), cnsLogin())
    expect(await read()).toMatchObject({ ok: true })
    expect(await recognise()).toMatchObject({ ok: true, value: { surname: 'BIANCHI', name: 'ANNA MARIA' } })
  })
  test('a CNS whose EF.Dati_personali and EF.ID_Carta do not read: the certificate is enough', async () => {
    const unread = { personalData: null, personalDataFault: 'header-not-hex', cardId: null }
    const { read, recognise } = totem(ok(cns('anna-bianchi', unread)), cnsLogin())
    expect(await read()).toMatchObject({ ok: true })
    expect(await recognise()).toMatchObject({
      ok: true,
      value: { surname: 'BIANCHI', name: 'ANNA MARIA', codiceFiscale: ANNA.codiceFiscale },
    })
  })
  test('no CRL at hand and a policy to go on: recognised, and the journal says so', async () => {
    const accepting = await trustWith(async () => [], 'accept')
    const { recognise } = totem(ok(cie()), cieLogin(), accepting)
    expect(await recognise()).toMatchObject({ ok: true, value: { revocation: 'unknown-accepted' } })
  })
})

describe('refused before a PIN is asked for', () => {
  test.each<[string, CieReadout | (() => CieReadout), string]>([
    ['a NIS that EF.SOD does not know', () => cie('anna-bianchi', { nis: '000000000000' }), 'card-altered'],
    [
      'a chip with another key (a copy)',
      () => cie('anna-bianchi', { internalKey: internalKeyOf('mario-rossi') }),
      'card-altered',
    ],
    ["another card's EF.SOD", () => cie('mario-rossi'), 'card-altered'],
    ['an EF.SOD of a foreign signer', () => cie('anna-bianchi.foreign-signer'), 'card-altered'],
    ['no EF.SOD', () => cie('anna-bianchi', { sod: new Uint8Array() }), 'card-altered'],
    ['an EF.SOD that lists no certificate', () => cie('anna-bianchi.no-certificate'), 'no-certificate'],
  ])('CIE: %s', async (_name, readout, reason) => {
    const { read, asked } = totem(ok(typeof readout === 'function' ? readout() : readout))
    expect(await read()).toEqual(no(reason, 'cie'))
    expect(asked).toEqual(['card.read'])
  })
  test.each<[string, () => CnsReadout, string, unknown]>([
    ['expired', () => cns('anna-bianchi.expired'), 'certificate-expired', A_DATE],
    ['not yet valid', () => cns('anna-bianchi.not-yet-valid'), 'certificate-not-yet-valid', A_DATE],
    ['revoked', () => cns('anna-bianchi.revoked'), 'certificate-revoked', null],
    ['of a foreign issuer', () => cns('anna-bianchi.foreign'), 'certificate-untrusted', null],
    ['for qualified signatures', () => cns('anna-bianchi.wrong-policy'), 'certificate-wrong-policy', null],
    ['of somebody else', () => cns('anna-bianchi.other-cf'), 'codice-fiscale-differs', null],
    [
      'of another card',
      () => cns('anna-bianchi', { cardId: cardIdOf(personById('mario-rossi')) }),
      'card-altered',
      null,
    ],
    [
      "a CIE's, on a CNS",
      () => cns('anna-bianchi', { certificate: pki('cie/cards/anna-bianchi.cert.der') }),
      'certificate-wrong-policy',
      null,
    ],
    ['signed with SHA-1', () => cns('anna-bianchi.sha1'), 'certificate-signature-unsupported', null],
    ['of an elliptic key', () => cns('anna-bianchi.ec'), 'key-unsupported', null],
    ['garbage', () => cns('anna-bianchi', { certificate: new Uint8Array(100) }), 'certificate-malformed', null],
  ])('CNS: a certificate %s', async (_name, readout, reason, date) => {
    expect(await totem(ok(readout())).read()).toEqual(no(reason, 'cns', date))
  })
  test('no CRL at hand and a policy to refuse', async () => {
    const without = await trustWith(async () => [])
    expect(await totem(ok(cns()), cnsLogin(), without).read()).toEqual(no('revocation-unknown', 'cns'))
  })
  test('a forged chip gets no PIN, even if the caller skips the check', async () => {
    const forged = cie('anna-bianchi', { internalKey: internalKeyOf('mario-rossi') })
    for (const [readout, reason] of [
      [forged, 'card-altered'],
      [cns('anna-bianchi.foreign'), 'certificate-untrusted'],
    ] as const) {
      const { recognise, asked, pin } = totem(ok(readout), cieLogin())
      expect(await recognise()).toEqual(no(reason, readout.card))
      expect(asked).toEqual([])
      expect([...pin]).toEqual(Array(8).fill(0))
    }
  })
  test.each<[CardFailure, string]>([
    [{ kind: 'cie-unavailable' }, 'cie-unavailable'],
    [{ kind: 'card-removed' }, 'card-removed'],
    [{ kind: 'wrong-pin', triesLeft: 1 }, 'card-error'],
    [{ kind: 'wrong-can' }, 'card-error'],
    [{ kind: 'card-superseded' }, 'card-superseded'],
  ])('%o', async (failure, reason) => {
    expect(await totem(err(failure)).read()).toEqual(no(reason, null))
  })
  test.each<[CardFailure, string]>([
    [{ kind: 'card-unsupported', card: 'cns', model: 'ace-2025' }, 'card-unsupported'],
    [{ kind: 'no-certificate' }, 'no-certificate'],
    [{ kind: 'certificate-truncated' }, 'certificate-truncated'],
  ])('%o, and the words are those for a CNS', async (failure, reason) => {
    expect(await totem(err(failure)).read()).toMatchObject(no(reason, 'cns'))
  })
})

test.each(['cns', 'cie'] as const)('a %s with an RSA-3072 key is recognised', async (card) => {
  const name = 'anna-bianchi.3072'
  const readout = card === 'cns' ? cns(name) : cie(name)
  const { read, recognise } = totem(ok(readout), card === 'cns' ? cnsLogin(name) : cieLogin(name, name))
  expect(await read()).toMatchObject({ ok: true })
  expect(await recognise()).toMatchObject({ ok: true, value: { codiceFiscale: ANNA.codiceFiscale } })
})

describe('refused after the PIN', () => {
  test.each<[string, string, unknown, string, ReturnType<typeof cieLogin>]>([
    ['expired', 'certificate-expired', A_DATE, 'anna-bianchi.expired', cieLogin('anna-bianchi.expired')],
    [
      'not yet valid',
      'certificate-not-yet-valid',
      A_DATE,
      'anna-bianchi.not-yet-valid',
      cieLogin('anna-bianchi.not-yet-valid'),
    ],
    ['revoked', 'certificate-revoked', null, 'anna-bianchi.revoked', cieLogin('anna-bianchi.revoked')],
    ['of a foreign issuer', 'certificate-untrusted', null, 'anna-bianchi.foreign', cieLogin('anna-bianchi.foreign')],
    [
      'for qualified signatures',
      'certificate-wrong-policy',
      null,
      'anna-bianchi.wrong-policy',
      cieLogin('anna-bianchi.wrong-policy'),
    ],
    ['of an elliptic key', 'key-unsupported', null, 'anna-bianchi.ec', cieLogin('anna-bianchi.ec')],
    ['that EF.SOD does not know', 'card-altered', null, 'anna-bianchi', cieLogin('anna-bianchi.other-cf')],
    ["of somebody else's card", 'card-altered', null, 'anna-bianchi', cieLogin('mario-rossi', 'mario-rossi')],
    [
      'and a number that EF.SOD does not know',
      'card-altered',
      null,
      'anna-bianchi',
      cieLogin('anna-bianchi', 'anna-bianchi', { documentNumber: 'CA00000AA' }),
    ],
    [
      'with a signature of another key',
      'signature-invalid',
      null,
      'anna-bianchi',
      cieLogin('anna-bianchi', 'mario-rossi'),
    ],
    ['left out: the card of the log-in was a CNS', 'card-error', null, 'anna-bianchi', cnsLogin()],
  ])('CIE: a certificate %s', async (_name, reason, date, sod, login) => {
    expect(await totem(ok(cie(sod)), login).recognise()).toEqual(no(reason, 'cie', date))
  })
  test('the certificate alone says whose card it is', async () => {
    const named = await totem(ok(cie('anna-bianchi.other-cf')), cieLogin('anna-bianchi.other-cf')).recognise()
    expect(named).toMatchObject({ ok: true, value: { codiceFiscale: personById('giovanni-ricci').codiceFiscale } })
  })
  test.each<[string, ReturnType<typeof cieLogin>, string]>([
    ["somebody else's signature", cnsLogin('mario-rossi'), 'signature-invalid'],
    ['the card of the log-in was a CIE', cieLogin(), 'card-error'],
  ])('CNS: %s', async (_name, login, reason) => {
    expect(await totem(ok(cns()), login).recognise()).toEqual(no(reason, 'cns'))
  })
  test('a card revoked while the person types the PIN', async () => {
    let now = await trustWith((folder) => issueCrls(PKI, folder))
    const readout = cns()
    const devices = {
      call: async (method: string, { challenge }: { challenge: Uint8Array }) =>
        method === 'card.read' ? ok(readout) : cnsLogin()(challenge),
    } as unknown as Devices
    const identity = createIdentity({ devices, trust: () => now, challenges, totem: 'TT-0001', now: () => new Date() })
    expect((await identity.readCard()).ok).toBe(true)
    const revoked = [{ certificate: readout.certificate, at: new Date() }]
    now = await trustWith((folder) => issueCrls(PKI, folder, { revoked }))
    expect(await identity.recognise(visit, readout, null)).toEqual(no('certificate-revoked', 'cns'))
  })
})

describe('a totem whose clock is wrong blames no card for what its dates say', () => {
  const HOUR_MS = 3_600_000
  test.each<[string, number, CnsReadout | CieReadout, string]>([
    ['9 hours behind', -9 * HOUR_MS, cns(), 'revocation-unknown'],
    ['in 1970', -Date.now(), cns(), 'certificate-untrusted|certificate-not-yet-valid'],
    ['11 years ahead', 11 * 365 * 24 * HOUR_MS, cns(), 'certificate-untrusted|certificate-expired'],
    ['in 1970, a CIE', -Date.now(), cie(), 'card-altered'],
  ])('%s', async (_, offMs, readout, blamed) => {
    const trusted = await trustWith((folder) => issueCrls(PKI, folder))
    const identity = (clockWrong: boolean) =>
      createIdentity({
        devices: { call: async () => ok(readout) } as unknown as Devices,
        ...{ trust: () => trusted, challenges, totem: 'TT-0001' },
        now: () => new Date(Date.now() + offMs),
        clockWrong: () => clockWrong,
      })
    expect(await identity(true).readCard()).toEqual(no('clock-wrong', readout.card))
    expect(await identity(false).readCard()).toMatchObject({
      ok: false,
      error: { reason: expect.stringMatching(new RegExp(`^(${blamed})$`)) },
    })
  })
  test('a card that is not as its issuer made it is still told so', async () => {
    const readout = cie('anna-bianchi', { sod: Buffer.from('00', 'hex') })
    const identity = createIdentity({
      devices: { call: async () => ok(readout) } as unknown as Devices,
      ...{ trust: () => trust, challenges, totem: 'TT-0001', now: () => new Date(), clockWrong: () => true },
    })
    expect(await identity.readCard()).toEqual(no('card-altered', 'cie'))
  })
})

test('tries left are remembered by card over visits, until a right PIN', async () => {
  let answer: (challenge: Uint8Array) => Result<LoginProof, CardFailure> = () =>
    err({ kind: 'wrong-pin', triesLeft: 1 })
  const { recognise, identity } = totem(ok(cie()), (challenge) => answer(challenge))
  expect(identity.triesLeft(cie())).toBe(null)
  expect(await recognise()).toEqual({ ok: false, error: { kind: 'wrong-pin', triesLeft: 1 } })
  expect(identity.triesLeft(cie())).toBe(1)
  // By its NIS, the only thing that tells one CIE from another before the PIN.
  expect(identity.triesLeft(cie('anna-bianchi.revoked', { apdus: 1 }))).toBe(1)
  expect(identity.triesLeft(cie('anna-bianchi', { nis: nisOf(personById('mario-rossi')) }))).toBe(null)
  expect(identity.triesLeft(cns())).toBe(null)
  answer = cieLogin()
  expect((await recognise()).ok).toBe(true)
  expect(identity.triesLeft(cie())).toBe(null)
})

test.each(['card-removed', 'secure-messaging-failed', 'reader-unavailable'] as const)(
  '%s after a wrong PIN: the card may have counted what it did not answer, so that the last try is asked for',
  async (kind) => {
    let answer: CardFailure = { kind }
    const { recognise, identity } = totem(ok(cie()), () => err(answer))
    await recognise()
    expect(identity.triesLeft(cie())).toBe(null)
    answer = { kind: 'wrong-pin', triesLeft: 2 }
    await recognise()
    answer = { kind }
    await recognise()
    await recognise()
    expect(identity.triesLeft(cie())).toBe(1)
  },
)

test('wrong-pin-without-a-count: the totem counts, so that it can ask before the last try', async () => {
  let triesLeft: number | null = null
  const { recognise, identity } = totem(ok(cie()), () => err({ kind: 'wrong-pin', triesLeft }))
  const told = async () => {
    const known = await recognise()
    return known.ok || known.error.kind !== 'wrong-pin' ? 'no wrong PIN' : known.error.triesLeft
  }
  expect([await told(), await told(), await told()]).toEqual([null, 1, 1])
  expect(identity.triesLeft(cie())).toBe(1)
  // As soon as the card gives a count, that count is used.
  triesLeft = 2
  expect(await told()).toBe(2)
  triesLeft = null
  expect(await told()).toBe(1)
})

describe('possession by CAN', () => {
  const possessionOf = (answer: unknown, allowed: 'card-expiry'[] = ['card-expiry']) => {
    const call = vi.fn(async () => answer)
    const devices = { call } as unknown as Devices
    return { call, ...createPossession({ devices, trust: () => trust, possession: allowed, now: () => new Date() }) }
  }
  test('offered for a CIE and where the policy allows it', () => {
    expect(possessionOf(null).expiryOffered(cie())).toBe(true)
    expect(possessionOf(null).expiryOffered(cns())).toBe(false)
    expect(possessionOf(null, []).expiryOffered(cie())).toBe(false)
  })
  test('not allowed: no command goes to the card', async () => {
    const { possession, call } = possessionOf(null, [])
    expect(await possession('123456')).toEqual(no('session-refused', 'cie'))
    expect(call).not.toHaveBeenCalled()
  })
  test.each([
    [{ kind: 'wrong-can' }, { ok: false, error: { kind: 'wrong-can' } }],
    [{ kind: 'reader-not-capable' }, no('reader-not-capable', null)],
    [{ kind: 'secure-messaging-failed' }, no('secure-messaging-failed', null)],
  ])('%o', async (failure, expected) => {
    expect(await possessionOf(err(failure)).possession('123456')).toEqual(expected)
  })
  const document = (name: string, more: object = {}) => {
    const file = (part: string) => pki(`cie/cards/${name}.travel.${part}.bin`)
    return ok({ dg1: file('dg1'), dg11: file('dg11'), sod: file('sod'), apdus: 20, ...more })
  }
  test.each([
    ['anna-bianchi', false],
    ['anna-bianchi.expired', true],
  ])('%s: whose card it is and when it expires, no codice fiscale', async (name, expired) => {
    const known = await possessionOf(document(name)).possession('123456')
    expect(known).toEqual(ok({ holder: { name: 'ANNA MARIA', surname: 'BIANCHI' }, expires: A_DATE, expired }))
  })
  test.each([
    ['of a foreign country signer', () => document('anna-bianchi.foreign')],
    ['altered', () => document('anna-bianchi.altered')],
    ["of another's list", () => document('anna-bianchi', { sod: pki('cie/cards/mario-rossi.travel.sod.bin') })],
    ['whose list is that of the other application', () => document('anna-bianchi', { sod: cie().sod })],
    ['that are garbage', () => document('anna-bianchi', { dg1: new Uint8Array(100) })],
  ])('files %s', async (_name, read) => {
    expect(await possessionOf(read()).possession('123456')).toEqual(no('card-altered', 'cie'))
  })
})

test('the screen knows every reason', () => {
  for (const reason of ['card-altered', 'certificate-revoked', 'revocation-unknown', 'codice-fiscale-differs']) {
    expect(refusal.safeParse(reason).success).toBe(true)
  }
})

test('a totem that has no challenge of the gateway’s sends no PIN to a card, and keeps none', async () => {
  const { asked, recognise, pin } = totem(ok(cns()), cnsLogin())
  vi.spyOn(challenges, 'forLogin').mockResolvedValueOnce(null)
  expect(await recognise()).toEqual(no('session-refused', 'cns'))
  expect(asked).not.toContain('card.login')
  expect([...pin]).toEqual(Array(PIN.length).fill(0))
})
test('the card signs the challenge of the gateway, and a fresh one is asked for when it is read', async () => {
  const { read, recognise } = totem(ok(cns()), cnsLogin())
  challenges.prepare.mockClear()
  await read()
  expect(challenges.prepare).toHaveBeenCalledOnce()
  const known = await recognise()
  expect(known).toMatchObject({ ok: true, value: { evidence: { statement: { challenge: CHALLENGE } } } })
})
