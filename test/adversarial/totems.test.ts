import { X509Certificate } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyRequest } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTotems } from '../../gateway/channels/totem/totems.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { PKI } from '../support/pki.ts'

const TOTEMS = join(PKI, 'totems')
const KEY = 'TT-0001.outcome.pub.jwk.json'
const pem = (totem: string) => readFileSync(join(TOTEMS, `${totem}.cert.pem`), 'utf8')
/** The totem that a certificate with a good chain names. */
const shows = (certificate: string) => {
  const getPeerCertificate = () => new X509Certificate(certificate).toLegacyObject()
  return { raw: { socket: { getPeerCertificate } } } as unknown as FastifyRequest
}

let folder: string
beforeAll(async () => {
  await makePki(PKI)
  folder = mkdtempSync(join(tmpdir(), 'totems-'))
  copyFileSync(join(TOTEMS, KEY), join(folder, KEY))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('a totem without a key in this folder is unknown', async () => {
  expect(createTotems(folder).of(shows(pem('TT-0002')))).toBeNull()
})
test.each(['TT-0001-01', 'counter/TT-0001-01', 'totem/TT-0001', ''])('a certificate of "%s" names no totem', (CN) => {
  writeFileSync(join(folder, `${CN.replaceAll('/', '-')}.outcome.pub.jwk.json`), readFileSync(join(TOTEMS, KEY)))
  const getPeerCertificate = () => ({ subject: { CN }, fingerprint256: 'AA' })
  const request = { raw: { socket: { getPeerCertificate } } } as unknown as FastifyRequest
  expect(createTotems(folder).of(request)).toBeNull()
})
test('certificate-stolen: the totem has a new certificate, and the former one no longer counts', async () => {
  const { of } = createTotems(folder)
  const stolen = shows(pem('TT-0001'))
  expect(of(stolen)).toBe('TT-0001')
  const listed = join(folder, 'TT-0001.cert.pem')
  writeFileSync(listed, pem('TT-0002'))
  expect(of(stolen)).toBeNull()
  // Both count while the totem takes up the new one.
  writeFileSync(listed, pem('TT-0002') + pem('TT-0001'))
  expect(of(stolen)).toBe('TT-0001')
  writeFileSync(listed, '')
  expect(of(stolen)).toBeNull()
})
