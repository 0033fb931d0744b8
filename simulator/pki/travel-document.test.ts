// tsyringe, inside @peculiar/x509, needs it loaded first.
import 'reflect-metadata'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { people } from '../population/people.ts'
import { makeTravelDocuments } from './travel-document.ts'
import { writerInto } from './writer.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'totem-travel-'))
  await mkdir(join(dir, 'cie/cards'), { recursive: true })
  await makeTravelDocuments(writerInto(dir))
})
afterAll(() => rm(dir, { recursive: true }))

const file = (name: string) => readFile(join(dir, 'cie/cards', name))

const run = (command: string, ...given: string[]) =>
  execFileSync(command, given, { cwd: dir, stdio: ['ignore', 'pipe', 'ignore'] })

/** The signed list of hashes, when openssl accepts it under this CA. */
async function securityObject(name: string, csca = 'csca'): Promise<Buffer> {
  const cms = (await file(`${name}.travel.sod.bin`)).subarray(4)
  await writeFile(join(dir, `${name}.cms`), cms)
  const verify = `cms -verify -inform DER -purpose any -binary -in ${name}.cms -CAfile cie/${csca}.pem`
  return run('openssl', ...verify.split(' '))
}

async function names(signed: Buffer, name: string): Promise<boolean> {
  return signed.includes(
    createHash('sha256')
      .update(await file(name))
      .digest(),
  )
}

test.each(people)('openssl accepts the travel document of $id', async ({ id }) => {
  const signed = await securityObject(id)
  expect(await names(signed, `${id}.travel.dg1.bin`)).toBe(true)
  expect(await names(signed, `${id}.travel.dg11.bin`)).toBe(true)
})

test.each(['pss', 'expired', 'born-abroad'])('openssl accepts the variant %s', async (variant) => {
  const signed = await securityObject(`mario-rossi.${variant}`)
  expect(await names(signed, `mario-rossi.${variant}.travel.dg11.bin`)).toBe(true)
})

test('a document signed by another country is refused, and one with another DG11 is not what was signed', async () => {
  await expect(securityObject('mario-rossi.foreign')).rejects.toThrow()
  await expect(securityObject('mario-rossi.foreign', 'foreign-csca')).resolves.toBeDefined()
  const signed = await securityObject('mario-rossi.altered')
  expect(await names(signed, 'mario-rossi.altered.travel.dg1.bin')).toBe(true)
  expect(await names(signed, 'mario-rossi.altered.travel.dg11.bin')).toBe(false)
})

test('a person born abroad has no province', async () => {
  expect((await file('mario-rossi.born-abroad.travel.dg11.bin')).includes('MONTEVIDEO_B')).toBe(true)
})
