// Over 400 lines: one card, and its answer to each command that a terminal may send.
import { createPublicKey, publicDecrypt, verify, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { makePki } from '../../pki/make.ts'
import { personById } from '../../population/people.ts'
import { type CieOptions, cieOf, DEFAULT_PUK } from './cie.ts'
import { documentNumberOf, nisOf } from './identity.ts'
import { CIE_PROFILES, type CieProfile } from './profiles.ts'
import { TestTerminal, type Told } from './test-terminal.ts'

const PKI = join(import.meta.dirname, '../../../.bench/pki')
const HOLDER = personById('mario-rossi')
const PIN = '12345678'
let externalKey: Buffer

beforeAll(async () => {
  await makePki(PKI)
  externalKey = readFileSync(join(PKI, 'cie/external-key.bin'))
})

const cardOf = (options: CieOptions = {}) => cieOf(HOLDER.id, PKI, options)
const terminalFor = (options: CieOptions = {}) => new TestTerminal(cardOf(options), externalKey)
const file = (name: string) => readFileSync(join(PKI, 'cie/cards', `${HOLDER.id}${name}`))

/** A terminal that has done steps 1 to 13 (TestTerminal). */
function authenticated(options: CieOptions = {}): TestTerminal {
  const terminal = terminalFor(options)
  expect(terminal.authenticate()).toBe(true)
  return terminal
}

const DIGEST_INFO = `3031300d060960864801650304020105000420${'5a'.repeat(32)}`

describe('every family of CIE', () => {
  const names = Object.keys(CIE_PROFILES) as CieProfile[]

  test.each(names)('%s lets its holder in, and signs', (profile) => {
    const card = cardOf({ profile })
    const terminal = new TestTerminal(card, externalKey)
    expect(terminal.authenticate(CIE_PROFILES[profile])).toBe(true)
    expect(terminal.verifyPin(PIN).sw).toBe(0x9000)
    expect(terminal.read('1002')).toEqual({ data: Buffer.from(documentNumberOf(HOLDER)), sw: 0x6282 })
    const certificate = new X509Certificate(terminal.read('1003').data)
    expect(certificate.raw.equals(file('.cert.der'))).toBe(true)
    expect(terminal.secure('002241A4', '800102840181').sw).toBe(0x9000)
    const { data: signature, sw } = terminal.secure('00880000', DIGEST_INFO)
    expect(sw).toBe(0x9000)
    expect(publicDecrypt(certificate.publicKey, signature).toString('hex')).toBe(DIGEST_INFO)
  })

  test.each(names)('%s has an answer to reset whose check byte is right', (profile) => {
    const atr = Buffer.from(CIE_PROFILES[profile].atr, 'hex')
    expect(atr.subarray(1).reduce((sum, byte) => sum ^ byte, 0)).toBe(0)
  })

  test('answers to reset are those of real cards', () => {
    const { atr: vectors } = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../../test/vectors/cards.json'), 'utf8'),
    )
    const real = vectors.map(({ atr }: { atr: string }) => atr)
    for (const profile of ['gemalto', 'stm', 'stm3', 'nxp', 'bit4id2023'] as const) {
      expect(real).toContain(CIE_PROFILES[profile].atr)
    }
  })

  test('only families with the IAS application know its name', () => {
    for (const profile of names) {
      const { sw } = terminalFor({ profile }).plain('00A4040C 0D A0000000308000000009816001')
      expect(sw, profile).toBe(CIE_PROFILES[profile].select === 'aid' ? 0x9000 : 0x6a82)
    }
  })

  test('every family tells its group in three parts, Gemalto also at once', () => {
    for (const profile of names) {
      const terminal = terminalFor({ profile })
      terminal.selectCie(CIE_PROFILES[profile].select)
      expect(terminal.readParameters('three').q.length, profile).toBe(32)
      const { sw } = terminal.plain('00CB3FFF 0A 4D087006BFA10102A380 00')
      expect(sw, profile).toBe(profile.startsWith('gemalto') ? 0x9000 : 0x6a88)
    }
  })
})

describe('what is free', () => {
  test('NIS, keys and EF.SOD are read without a PIN, by short identifier and by name', () => {
    const terminal = terminalFor()
    terminal.selectCie()
    expect(terminal.plain('00B081000C')).toEqual({ data: Buffer.from(nisOf(HOLDER)), sw: 0x9000 })
    expect(terminal.plain('00B0810080')).toEqual({ data: Buffer.from(nisOf(HOLDER)), sw: 0x6282 })
    expect(terminal.plain('00A4020402 1005 00').data.toString('hex')).toBe('620e8002010e82010183021005880128')
    const key = Buffer.concat([terminal.plain('00B0850000').data, terminal.plain('00B0010000').data])
    expect(key).toEqual(createPublicKey(file('.services.key.pem')).export({ format: 'der', type: 'pkcs1' }))
    expect(terminal.plain('00A4020402 1006').sw).toBe(0x9000)
    expect(terminal.plain('00B0000004').data.toString('hex')).toMatch(/^7782/)
  })

  test('the serial number in the master file holds the NIS', () => {
    const terminal = terminalFor()
    terminal.plain('00A40000')
    terminal.plain('00A4020402 D003')
    expect(terminal.plain('00B0000080').data.subarray(5, 11).toString('hex')).toBe(nisOf(HOLDER))
  })

  test('the services key signs the challenge itself, always alike', () => {
    const sign = () => {
      const terminal = terminalFor()
      terminal.selectCie()
      expect(terminal.plain('002241A4 06 800102840183').sw).toBe(0x9000)
      return terminal.plain(`00880000 0C ${Buffer.from(nisOf(HOLDER)).toString('hex')} 00`).data
    }
    const signature = sign()
    expect(publicDecrypt(createPublicKey(file('.services.key.pem')), signature).toString()).toBe(nisOf(HOLDER))
    expect(sign()).toEqual(signature)
  })

  test.each([
    ['a file that is not there', ['00A40204021007'], 0x6a82],
    ['a file of the other folder', ['00A4020402D003'], 0x6a82],
    ['an unknown application', ['00A4040C06A00000000040'], 0x6a82],
    ['reading without a file', ['00B0000010'], 0x6986],
    ['an unknown short identifier', ['00B0870010'], 0x6a82],
    ['reading behind the end', ['00A40204021001', '00B0000C01'], 0x6b00],
    ['an unknown instruction', ['00D60000'], 0x6d00],
    ['an unknown class', ['80CA0000'], 0x6e00],
    ['lengths that do not add up', ['00A40204031001'], 0x6700],
    ['an unknown data object', ['00CB3FFF044D02A600'], 0x6a88],
    ['an unknown key', ['002241A406800102840185'], 0x6a88],
    ['an unknown algorithm', ['002241A406800103840183'], 0x6a80],
    ['signing without a key', ['008800000101'], 0x6985],
    ['a chain that another command breaks', ['102241A60101', '00B0810000'], 0x6883],
    ['a public value before one was given', ['00CB3FFF064D04A6029100'], 0x6985],
    [
      'a public value outside the group',
      [`102241A6FF80019B83018191820100${'ff'.repeat(245)}`, `002241A60B${'ff'.repeat(11)}`],
      0x6a80,
    ],
  ] as const)('%s is refused', (_, apdus, sw) => {
    const terminal = terminalFor()
    terminal.selectCie()
    expect(apdus.map((apdu) => terminal.plain(apdu)).at(-1)?.sw).toBe(sw)
  })

  test.each([
    ['document number', '00B0820009'],
    ['certificate', '00B0830000'],
    ['PIN', '00200081083132333435363738'],
    ['PUK', '00200082083837363534333231'],
    ['new PIN', `0024008110${'31'.repeat(16)}`],
    ['unblocking', '002C0381'],
    ['choice of the authority', '002281B606800141830184'],
    ['certificate of a terminal', '002A00AE0101'],
    ['proof of a terminal', '008200000101'],
  ])('%s needs secure messaging', (_, apdu) => {
    const terminal = terminalFor()
    terminal.selectCie()
    expect(terminal.plain(apdu).sw).toBe(0x6982)
  })

  test('the log-in key signs nothing in clear', () => {
    const terminal = terminalFor()
    terminal.selectCie()
    terminal.plain('002241A4 06 800102840181')
    expect(terminal.plain('00880000 01 01').sw).toBe(0x6982)
  })
})

describe('device authentication', () => {
  const steps = {
    authority: (terminal: TestTerminal) => terminal.chooseAuthority(),
    certificate: (terminal: TestTerminal) => terminal.verifyCertificate(),
    key: (terminal: TestTerminal) => terminal.chooseTerminalKey(),
    challenge: (terminal: TestTerminal) => terminal.getChallenge(),
    proof: (terminal: TestTerminal) => terminal.proveTerminal(),
  }
  const agreed = () => {
    const terminal = terminalFor()
    terminal.selectCie()
    return terminal.readParameters().agree()
  }
  const run = (names: readonly (keyof typeof steps)[], terminal = agreed()): Told | undefined =>
    names.map((name) => steps[name](terminal)).at(-1)

  test.each([
    ['certificate before its authority', ['certificate'], 0x6985],
    ['key of a terminal that nobody vouched for', ['key'], 0x6a88],
    ['proof before the key', ['authority', 'certificate', 'challenge', 'proof'], 0x6985],
    ['proof before a challenge', ['authority', 'certificate', 'key', 'proof'], 0x6985],
    ['proof in its turn', ['authority', 'certificate', 'key', 'challenge', 'proof'], 0x9000],
    ['the same proof again', ['authority', 'certificate', 'key', 'challenge', 'proof', 'proof'], 0x6985],
  ] as const)('%s', (_, names, sw) => {
    expect(run(names)?.sw).toBe(sw)
  })

  test('another challenge than the card gave is no proof', () => {
    const terminal = agreed()
    run(['authority', 'certificate', 'key', 'challenge'], terminal)
    expect(terminal.proveTerminal(Buffer.alloc(8)).sw).toBe(0x6300)
  })

  test.each([
    ['another authority', (body: Buffer) => Buffer.concat([body.subarray(0, 1), Buffer.alloc(8), body.subarray(9)])],
    [
      'another application',
      (body: Buffer) => Buffer.concat([body.subarray(0, 21), Buffer.alloc(7), body.subarray(28)]),
    ],
    ['another algorithm', (body: Buffer) => Buffer.concat([body.subarray(0, 28), Buffer.alloc(9), body.subarray(37)])],
    ['a byte too many', (body: Buffer) => Buffer.concat([body, Buffer.alloc(1)])],
  ])('certificate with %s is refused', (_, change) => {
    const terminal = agreed()
    terminal.chooseAuthority()
    expect(terminal.verifyCertificate(terminal.certificate(change)).sw).toBe(0x6300)
  })

  test('a certificate that the authority did not sign is refused', () => {
    const terminal = agreed()
    terminal.chooseAuthority()
    const certificate = Buffer.from(terminal.certificate())
    certificate.writeUInt8(certificate.readUInt8(40) ^ 1, 40)
    expect(terminal.verifyCertificate(certificate).sw).toBe(0x6300)
  })

  test('the card proves nothing to a terminal that has not proved itself', () => {
    const terminal = agreed()
    terminal.secure('002241A4', '84018280019B')
    expect(terminal.secure('00880000', '0102030405060708').sw).toBe(0x6982)
  })

  test('no PIN before both have proved themselves', () => {
    const terminal = agreed()
    run(['authority', 'certificate', 'key', 'challenge', 'proof'], terminal)
    expect(terminal.verifyPin(PIN).sw).toBe(0x6982)
  })

  test('a copy with the files of its holder cannot prove their key, one with a key of its own can', () => {
    expect(terminalFor({ clone: 'files-of-holder' }).authenticate()).toBe(false)
    expect(terminalFor({ clone: 'key-of-its-own' }).authenticate()).toBe(true)
  })

  test('terminals of another authority are refused, those of the given one are let in', () => {
    const card = () => cardOf({ externalKey: Buffer.alloc(256, 0x35) })
    expect(new TestTerminal(card(), Buffer.alloc(256, 0x35)).authenticate()).toBe(true)
    const other = new TestTerminal(card(), externalKey)
    other.selectCie()
    other.readParameters().agree().chooseAuthority()
    expect(other.verifyCertificate().sw).toBe(0x6300)
  })
})

describe('PIN', () => {
  const read = (terminal: TestTerminal) => terminal.read('1002').sw

  test('nothing of the holder without it', () => {
    expect(read(authenticated())).toBe(0x6982)
    const terminal = authenticated()
    terminal.secure('002241A4', '800102840181')
    expect(terminal.secure('00880000', DIGEST_INFO).sw).toBe(0x6982)
  })

  test('three wrong ones block it, over a reset; the tries are told', () => {
    const card = cardOf()
    const tries = [PIN, '00000000', '00000000', '00000000', PIN].map((pin) => {
      const terminal = new TestTerminal(card, externalKey)
      terminal.authenticate()
      return terminal.verifyPin(pin).sw
    })
    expect(tries).toEqual([0x9000, 0x63c2, 0x63c1, 0x6983, 0x6983])
  })

  test('a right one gives all tries back, a wrong one takes back what was verified', () => {
    const card = cardOf({ triesLeft: 1 })
    const terminal = new TestTerminal(card, externalKey)
    terminal.authenticate()
    expect(terminal.secure('00200081').sw).toBe(0x63c1)
    expect(terminal.verifyPin(PIN).sw).toBe(0x9000)
    expect(card.triesLeft).toBe(3)
    expect(terminal.verifyPin('00000000').sw).toBe(0x63c2)
    expect(read(terminal)).toBe(0x6982)
  })

  test('half of it costs no try', () => {
    const card = cardOf()
    const terminal = new TestTerminal(card, externalKey)
    terminal.authenticate()
    expect(terminal.verifyPin('5678').sw).toBe(0x6700)
    expect(card.triesLeft).toBe(3)
  })

  test('is changed by whoever knows it', () => {
    const terminal = authenticated()
    expect(terminal.secure('00240081', Buffer.from('0000000087654321')).sw).toBe(0x63c2)
    expect(terminal.secure('00240081', Buffer.from(`${PIN}87654321`)).sw).toBe(0x9000)
    expect(terminal.verifyPin(PIN).sw).toBe(0x63c2)
    expect(terminal.verifyPin('87654321').sw).toBe(0x9000)
  })

  test('letters are no PIN', () => {
    expect(authenticated().secure('00240081', Buffer.from(`${PIN}abcdefgh`)).sw).toBe(0x6a80)
  })

  test.each([
    ['with a new PIN', '002C0281', '11112222', '11112222'],
    ['as it was', '002C0381', '', PIN],
  ])('blocked, the PUK frees it %s', (_, header, newPin, pin) => {
    const terminal = authenticated({ triesLeft: 0 })
    expect(terminal.verifyPin(PIN).sw).toBe(0x6983)
    expect(terminal.verifyPin('00000000', '82').sw).toBe(0x63c9)
    expect(terminal.verifyPin(DEFAULT_PUK, '82').sw).toBe(0x9000)
    expect(terminal.secure(header, Buffer.from(newPin)).sw).toBe(0x9000)
    expect(terminal.verifyPin(pin).sw).toBe(0x9000)
  })

  test('blocked, nothing but the PUK frees it', () => {
    expect(authenticated({ triesLeft: 0 }).secure('002C0381').sw).toBe(0x6982)
  })
})

describe('secure messaging', () => {
  const loggedIn = (options: CieOptions = {}) => {
    const terminal = authenticated(options)
    expect(terminal.verifyPin(PIN).sw).toBe(0x9000)
    return terminal
  }

  test('the end of a file is told within it', () => {
    const terminal = loggedIn()
    terminal.secure('00A40204', '1002')
    expect(terminal.secure('00B00000', '', 9).sw).toBe(0x9000)
    expect(terminal.secure('00B00000', '', 10).sw).toBe(0x6282)
    expect(terminal.secure('00B00009', '', 1).sw).toBe(0x6b00)
  })

  test('256 bytes in an envelope come in two answers', () => {
    const card = cardOf()
    const terminal = new TestTerminal(card, externalKey)
    terminal.authenticate()
    terminal.verifyPin(PIN)
    const first = Buffer.from(card.transmit(terminal.protect('00B08300', new Uint8Array(), 256)))
    expect(first.length).toBe(258)
    expect(first.readUInt16BE(256)).toBe(0x611b)
    const rest = Buffer.from(card.transmit(Buffer.from('00C000001B', 'hex')))
    const told = terminal.understand({ data: Buffer.concat([first.subarray(0, -2), rest.subarray(0, -2)]), sw: 0x9000 })
    expect(told.data.equals(file('.cert.der').subarray(0, 256))).toBe(true)
  })

  test('one answer, when the command is of extended length', () => {
    const card = cardOf()
    const terminal = new TestTerminal(card, externalKey)
    terminal.selectCie()
    expect(card.transmit(Buffer.from('00B08600000000', 'hex')).length).toBe(file('.sod.sha256.der').length + 2)
  })

  test('a wrong MAC ends it', () => {
    const card = cardOf()
    const terminal = new TestTerminal(card, externalKey)
    terminal.authenticate()
    const command = terminal.protect('00200081', Buffer.from(PIN))
    command.writeUInt8(command.readUInt8(command.length - 2) ^ 1, command.length - 2)
    expect(Buffer.from(card.transmit(command)).toString('hex')).toBe('6988')
    expect(card.triesLeft).toBe(3)
    expect(terminal.verifyPin(PIN)).toEqual({ data: Buffer.alloc(0), sw: 0x6988 })
  })

  test('a command in clear ends it', () => {
    const terminal = loggedIn()
    expect(terminal.plain('00B0820009').sw).toBe(0x6982)
    expect(terminal.secure('00B08200', '', 9).sw).toBe(0x6988)
  })

  test('a reset ends it', () => {
    const card = cardOf()
    const terminal = new TestTerminal(card, externalKey)
    terminal.authenticate()
    terminal.verifyPin(PIN)
    card.reset()
    expect(terminal.secure('00B08200', '', 9).sw).toBe(0x6988)
    expect(terminal.plain('00B0810001').sw).toBe(0x6a82)
  })

  test('it can be opened anew, and then knows no PIN', () => {
    const terminal = loggedIn()
    expect(terminal.authenticate()).toBe(true)
    expect(terminal.read('1002').sw).toBe(0x6982)
  })
})

describe('faults', () => {
  test('the n-th protected answer has a wrong MAC', () => {
    const terminal = terminalFor({ faults: { wrongMacAt: 2 } })
    terminal.selectCie()
    terminal.readParameters().agree()
    expect(terminal.chooseAuthority().sw).toBe(0x9000)
    expect(() => terminal.verifyCertificate()).toThrow('wrong MAC')
  })

  test('from its n-th APDU it answers at random', () => {
    const card = cardOf({ faults: { garbageFrom: 2 } })
    card.reset()
    const answers = Array.from({ length: 20 }, () => Buffer.from(card.transmit(Buffer.from('00A40000', 'hex'))))
    expect(answers[0]?.toString('hex')).toBe('9000')
    expect(new Set(answers.map((answer) => answer.toString('hex'))).size).toBeGreaterThan(15)
  })

  test('signs other data', () => {
    const terminal = authenticated({ faults: { signsOtherData: true } })
    terminal.verifyPin(PIN)
    terminal.secure('002241A4', '800102840181')
    const { data } = terminal.secure('00880000', DIGEST_INFO)
    expect(verify(null, Buffer.alloc(0), createPublicKey(file('.key.pem')), data)).toBe(false)
    expect(publicDecrypt(createPublicKey(file('.key.pem')), data).toString('hex')).toBe(
      DIGEST_INFO.replace(/5a$/, '5b'),
    )
  })

  test.each(['nis', 'documentNumber', 'certificate', 'internalKey', 'servicesKey', 'sod'] as const)(
    'one byte of %s is another',
    (altered) => {
      const read = (card: ReturnType<typeof cardOf>) => {
        const terminal = new TestTerminal(card, externalKey)
        terminal.authenticate()
        terminal.verifyPin(PIN)
        return ['1001', '1002', '1003', '1004', '1005', '1006'].map((fid) => terminal.read(fid).data.toString('latin1'))
      }
      const [good, bad] = [read(cardOf()), read(cardOf({ altered }))]
      const differing = good.filter((content, at) => content !== bad[at])
      expect(differing).toHaveLength(1)
      expect(bad.map((content) => content.length)).toEqual(good.map((content) => content.length))
    },
  )

  test.each([
    ['g-one', ({ g }: TestTerminal) => BigInt(`0x${g.toString('hex')}`) === 1n],
    ['p-even', ({ p }: TestTerminal) => p.readUInt8(255) % 2 === 0],
    [
      'q-not-dividing',
      ({ p, q }: TestTerminal) => BigInt(`0x${p.toString('hex')}`) % BigInt(`0x${q.toString('hex')}`) !== 1n,
    ],
  ] as const)('the group is hostile: %s', (hostileDomain, holds) => {
    const terminal = terminalFor({ hostileDomain })
    terminal.selectCie()
    expect(holds(terminal.readParameters())).toBe(true)
    // The card goes on all the same: a terminal that does not check the group would be let in.
    terminal.agree()
    expect(terminal.chooseAuthority().sw).toBe(0x9000)
  })
})

test('whatever comes, it answers with a status word', () => {
  const card = cardOf()
  const instruction = fc.constantFrom(0x20, 0x22, 0x24, 0x2a, 0x2c, 0x82, 0x84, 0x86, 0x88, 0xa4, 0xb0, 0xc0, 0xcb)
  const apdu = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .tuple(fc.constantFrom(0x00, 0x0c, 0x10, 0x1c), instruction, fc.uint8Array({ maxLength: 20 }))
      .map(([cla, ins, rest]) => Uint8Array.of(cla, ins, ...rest)),
  )
  fc.assert(
    fc.property(fc.array(apdu, { maxLength: 12 }), (apdus) => {
      card.reset()
      for (const sent of apdus) expect(card.transmit(sent).length).toBeGreaterThanOrEqual(2)
    }),
  )
  expect(card.triesLeft).toBe(3)
})

test('the travel document is on the same chip, and leaves the CIE as it is', () => {
  const terminal = terminalFor()
  terminal.plain('00A4020C02011C')
  expect(terminal.plain('00B0000000').data.toString('hex')).toMatch(/^3114/)
  expect(terminal.plain('0022C1A4 0F 800A04007F00070202040101 830102').sw).toBe(0x9000)
  expect(terminal.authenticate()).toBe(true)
})
