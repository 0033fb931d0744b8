import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cnsOf, DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { insertCard } from '../../simulator/card/insert.ts'
import { type Pcscd, startPcscd } from '../../simulator/card/pcscd.ts'
import { cardIdOf } from '../../simulator/card/personal-file.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { personById } from '../../simulator/population/people.ts'
import { PKI } from '../support/pki.ts'

// OpenSC was written against real CNS: a card that it cannot use is no CNS.
let pcscd: Pcscd
let dir: string
beforeAll(async () => {
  await makePki(PKI)
  pcscd = await startPcscd()
  dir = await mkdtemp(join(tmpdir(), 'totem-opensc-'))
})
afterAll(async () => {
  await pcscd.stop()
  await rm(dir, { recursive: true })
})

const run = (command: string, ...args: string[]) =>
  new Promise<{ code: number; output: string }>((resolve) => {
    const env = { ...process.env, PCSCLITE_CSOCK_NAME: pcscd.socket }
    // Latin-1: OpenSC prints names with the bytes of the card.
    execFile(command, args, { env, cwd: dir, encoding: 'latin1' }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    )
  })

const sign = (pin: string) =>
  run('pkcs11-tool', '--login', '--pin', pin, '--sign', '-m', 'SHA256-RSA-PKCS', '-i', 'message', '-o', 'signature')

describe.each([
  ['ober11', 'nicolo-dangelo', undefined],
  ['incard11', 'anna-bianchi', undefined],
  ['athena10', 'mario-rossi', '1024'],
  ['ober10', 'anna-bianchi', '1024'],
  ['cardos10', 'mario-rossi', '1024'],
] as const)('a card of profile %s', (profile, person, certificate) => {
  const insert = () =>
    insertCard(cnsOf(person, PKI, { profile, ...(certificate ? { certificate } : {}) }), pcscd.ports[0])

  test('is known, listed and read', async () => {
    const card = await insert()
    const { surname } = personById(person)
    expect((await run('opensc-tool', '-n')).output).toContain('CNS card')
    const dump = await run('pkcs15-tool', '--dump')
    expect(dump.code).toBe(0)
    expect(dump.output).toContain(surname.toUpperCase())
    expect(dump.output).toContain(cardIdOf(personById(person)))
    expect((await run('pkcs15-tool', '--list-certificates')).output).toContain('X.509 Certificate [CNS0]')
    await card.remove()
  })

  test('signs, and openssl verifies it with the certificate that OpenSC read', async () => {
    const card = await insert()
    await writeFile(join(dir, 'message'), 'hello totem challenge')
    expect(await sign(DEFAULT_PIN)).toMatchObject({ code: 0 })
    expect((await run('pkcs15-tool', '--read-certificate', '1', '-o', 'certificate.pem')).code).toBe(0)
    await writeFile(
      join(dir, 'public.pem'),
      (await run('openssl', 'x509', '-in', 'certificate.pem', '-noout', '-pubkey')).output,
    )
    const verified = await run(
      'openssl',
      'dgst',
      '-sha256',
      '-verify',
      'public.pem',
      '-signature',
      'signature',
      'message',
    )
    expect(verified.output).toContain('Verified OK')
    expect((await readFile(join(dir, 'signature'))).length).toBe(certificate ? 128 : 256)
    await card.remove()
  })
})

test('two wrong PINs are incorrect, the third blocks the card', async () => {
  const card = await insertCard(cnsOf('elena-ferrari', PKI), pcscd.ports[0])
  await writeFile(join(dir, 'message'), 'x')
  expect((await sign('00000000')).output).toContain('CKR_PIN_INCORRECT')
  expect((await sign('00000000')).output).toContain('CKR_PIN_INCORRECT')
  expect((await sign('00000000')).output).toContain('CKR_PIN_LOCKED')
  expect((await sign(DEFAULT_PIN)).output).toContain('CKR_PIN_LOCKED')
  await card.remove()
})
