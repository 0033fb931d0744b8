import { createHash, createPublicKey, X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modPow, toNumber } from '../card/cie/device-authentication.ts'
import { documentNumberOf, nisOf } from '../card/cie/identity.ts'
import { people, personById } from '../population/people.ts'
import { makePki } from './make.ts'

let root: string
let dir: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'totem-pki-'))
  dir = join(root, 'pki')
  // Two set-ups at the same moment.
  await Promise.all([makePki(dir), makePki(dir)])
})
afterAll(() => rm(root, { recursive: true }))

const certificate = async (name: string) => new X509Certificate(await readFile(join(dir, name)))

test('two at once leave one whole folder and nothing aside', async () => {
  expect(await readdir(root)).toEqual(['pki'])
})

test('a complete folder is left as it is, a broken one is made anew', async () => {
  const before = await readFile(join(dir, 'operator-token'), 'utf8')
  await makePki(dir)
  expect(await readFile(join(dir, 'operator-token'), 'utf8')).toBe(before)
  await writeFile(join(dir, 'complete'), 'an earlier edition')
  await makePki(dir)
  expect(await readFile(join(dir, 'operator-token'), 'utf8')).not.toBe(before)
})

test('secrets are for their owner only', async () => {
  const secret = /\.key\.pem$|external-key\.bin$|(?<!\.pub)\.jwk\.json$|operator-token$/
  const files = await readdir(dir, { recursive: true })
  expect(files.filter((name) => secret.test(name)).length).toBeGreaterThan(20)
  for (const name of files.filter((name) => secret.test(name))) {
    expect((await stat(join(dir, name))).mode & 0o777, name).toBe(0o600)
  }
})

test.each(people)('the certificate of $id names its holder and is signed by the card CA', async ({ id }) => {
  const card = await certificate(`cards/${id}.cert.der`)
  expect(card.subject).toContain(`CN=${personById(id).codiceFiscale}/`)
  expect(card.verify((await certificate('card-ca.pem')).publicKey)).toBe(true)
})

describe('CIE', () => {
  const cie = (name: string) => certificate(`cie/${name}`)
  const read = (name: string) => readFile(join(dir, 'cie', name))

  test.each(people)('the card of $id hangs from the root by its issuer, and names its holder', async (person) => {
    const card = await cie(`cards/${person.id}.cert.der`)
    expect(card.subject).toContain(`serialNumber=${documentNumberOf(person)}`)
    expect(card.subject).toContain(`CN=${person.codiceFiscale}/${documentNumberOf(person)}`)
    const [issuer, root] = [await cie('sub-ca.pem'), await cie('root.pem')]
    expect(card.verify(issuer.publicKey) && issuer.verify(root.publicKey) && root.verify(root.publicKey)).toBe(true)
    expect(card.raw.length).toBeGreaterThan(1_400)
    expect(card.raw.length).toBeLessThan(1_700)
  })

  test.each([
    ['sha256', 32],
    ['sha512pss', 64],
  ] as const)('EF.SOD %s has the hash of every file', async (kind, length) => {
    const person = personById('mario-rossi')
    const sod = await read(`cards/mario-rossi.sod.${kind}.der`)
    const keyFile = async (name: string) =>
      createPublicKey(await read(`cards/mario-rossi.${name}.key.pem`)).export({ format: 'der', type: 'pkcs1' })
    const files = [
      nisOf(person),
      documentNumberOf(person),
      await read('cards/mario-rossi.cert.der'),
      await keyFile('internal'),
      await keyFile('services'),
    ]
    for (const [index, content] of files.entries()) {
      const digest = createHash(length === 32 ? 'sha256' : 'sha512')
        .update(content)
        .digest()
      expect(sod.includes(Buffer.concat([Buffer.of(0x02, 0x01, 0xa1 + index, 0x04, length), digest]))).toBe(true)
    }
  })

  test('the exponent that a totem is given belongs to the key that the cards publish', async () => {
    const exponent = await read('external-key.bin')
    const { n = '', e } = createPublicKey(await read('external-ca.pub.pem')).export({ format: 'jwk' })
    expect([exponent.length, e]).toEqual([256, 'AQAB'])
    const modulus = toNumber(Buffer.from(n, 'base64url'))
    expect(modPow(modPow(42n, toNumber(exponent), modulus), 65_537n, modulus)).toBe(42n)
  })

  test('foreign cards have the names of the good ones, and other keys', async () => {
    for (const name of ['root', 'sub-ca', 'sod-signer-ca']) {
      const [good, foreign] = [await cie(`${name}.pem`), await cie(`foreign-${name}.pem`)]
      expect(foreign.subject).toBe(good.subject)
      expect(foreign.verify(good.publicKey)).toBe(false)
    }
    const card = await cie('cards/mario-rossi.foreign.cert.der')
    expect(card.verify((await cie('foreign-sub-ca.pem')).publicKey)).toBe(true)
  })
})

test.each(['cards', 'cie/cards'])('%s: the revoked one is good in all but its serial number', async (folder) => {
  const [good, revoked] = [
    await certificate(`${folder}/mario-rossi.cert.der`),
    await certificate(`${folder}/mario-rossi.revoked.cert.der`),
  ]
  expect(revoked.subject).toBe(good.subject)
  expect(revoked.issuer).toBe(good.issuer)
  expect(revoked.serialNumber).not.toBe(good.serialNumber)
})

test('foreign cards have the right issuer name and the wrong issuer key', async () => {
  const card = await certificate('cards/mario-rossi.foreign.cert.der')
  const authority = await certificate('card-ca.pem')
  expect(card.issuer).toBe(authority.subject)
  expect(card.verify(authority.publicKey)).toBe(false)
  expect(card.verify((await certificate('foreign-ca.pem')).publicKey)).toBe(true)
})

test('dates of the variants', async () => {
  expect((await certificate('cards/mario-rossi.expired.cert.der')).validToDate < new Date()).toBe(true)
  expect((await certificate('cards/mario-rossi.not-yet-valid.cert.der')).validFromDate > new Date()).toBe(true)
})
