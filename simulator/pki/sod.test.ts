// tsyringe, inside @peculiar/x509, needs it loaded first.
import 'reflect-metadata'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS } from '../../basics/time.ts'
import { type Authority, rsaKeys, selfSigned } from './issue.ts'
import { buildSod } from './sod.ts'

const dir = mkdtempSync(join(tmpdir(), 'totem-sod-'))
let signer: Authority
beforeAll(async () => {
  const validity = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) }
  signer = await selfSigned('CN=SOD signer TEST,C=IT', await rsaKeys(2048), validity)
  writeFileSync(join(dir, 'signer.pem'), signer.certificate.toString('pem'))
})
afterAll(() => rmSync(dir, { recursive: true }))

const run = (command: string, ...given: string[]) =>
  execFileSync(command, given, { cwd: dir, stdio: ['ignore', 'pipe', 'ignore'] })

const nis = Buffer.from('123456789012')

test.each([
  { hash: 'sha256', scheme: 'pkcs1', version: 0 },
  { hash: 'sha256', scheme: 'pss', version: 1 },
  { hash: 'sha512', scheme: 'pss', version: 1 },
  { hash: 'sha512', scheme: 'pkcs1', version: 0 },
] as const)('openssl accepts a SOD signed with $hash and $scheme', ({ hash, scheme, version }) => {
  const sod = buildSod({
    dataGroups: new Map([
      [0xa1, nis],
      [0x1b, Buffer.of(0x30, 0x00)],
    ]),
    hash,
    scheme,
    version,
    signer: { certificate: signer.certificate, privateKey: signer.keys.privateKey },
  })
  expect(sod[0]).toBe(0x77)
  writeFileSync(join(dir, 'sod.der'), sod.subarray(4))
  const verify = 'cms -verify -inform DER -purpose any -binary -in sod.der -CAfile signer.pem'
  const securityObject = run('openssl', ...verify.split(' '))
  const hashOfNis = createHash(hash).update(nis).digest()
  const entry = Buffer.concat([Buffer.from('0201a104', 'hex'), Buffer.of(hashOfNis.length), hashOfNis])
  expect(securityObject.includes(entry)).toBe(true)
  expect(securityObject.includes(Buffer.from('020101', 'hex'))).toBe(version === 1)
})
