import { X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
  const secret = /\.key\.pem$|(?<!\.pub)\.jwk\.json$|operator-token$/
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
