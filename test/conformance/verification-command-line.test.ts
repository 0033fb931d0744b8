import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import PDFDocument from 'pdfkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signVerificationKeys, verificationKeyPair } from '../../simulator/pki/verification-keys.ts'
import { pdfPage } from '../support/paper/pdf-file.ts'
import { pngOf, printed } from '../support/verification/printed-code.ts'
import { frozenReceipt, samples, signingTotem } from '../support/verification/samples.ts'

const TOTEM = fileURLToPath(new URL('../../commands/totem.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'totem-verify-'))
const path = (name: string) => join(folder, name)
const TRUST = ['--keys', path('keys.jws'), '--keys-signer', path('signer.json')]

const { keys, listed, sign } = await signingTotem()
const certificate = Buffer.from('%PDF-1.7 as the totem received it')
const code = sign({ ...samples.receipt, pdfSha256: createHash('sha256').update(certificate).digest('hex') })
const lapsed = sign({ ...samples.slip, issuedAt: '2026-01-02T00:00:00Z', validUntil: '2026-01-03T00:00:00Z' })

function totem(
  args: string[],
  input?: string | Buffer,
): Pick<SpawnSyncReturns<string>, 'stdout' | 'stderr'> & { code: number | null } {
  const { status, stdout, stderr } = spawnSync(TOTEM, ['verify', ...args], {
    encoding: 'utf8',
    ...(input && { input }),
  })
  return { code: status, stdout, stderr }
}

/** The second page of a PDF: the code as a scanner's picture shows it, 37 mm wide. */
async function pdfWith(text: string): Promise<Buffer> {
  const pdf = new PDFDocument({ size: 'A4' })
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise((resolve) => pdf.on('end', resolve))
  pdf
    .text('first page')
    .addPage()
    .text('second page')
    .image(pngOf(printed(text)), 300, 400, { width: 105 })
  pdf.end()
  await ended
  return Buffer.concat(chunks)
}

beforeAll(async () => {
  const { private: keeper } = await verificationKeyPair('the keeper')
  const { d: _, ...signer } = keeper
  const { private: stranger } = await verificationKeyPair('a stranger')
  const list = { ...keys, nextUpdate: '2099-01-01T00:00:00Z', keys: [listed] }
  writeFileSync(path('keys.jws'), await signVerificationKeys(list, keeper))
  writeFileSync(
    path('withdrawn.jws'),
    await signVerificationKeys({ ...list, keys: [{ ...listed, withdrawn: '2026-11-21T00:00:00Z' }] }, keeper),
  )
  writeFileSync(path('forged.jws'), await signVerificationKeys(list, stranger))
  writeFileSync(path('signer.json'), JSON.stringify(signer))
  writeFileSync(path('code.txt'), `${code}\n`)
  writeFileSync(path('paper.png'), pngOf(printed(code)))
  writeFileSync(path('link.png'), pngOf(printed('https://www.anpr.interno.it/portale/verifica')))
  writeFileSync(path('paper.pdf'), await pdfWith(code))
  writeFileSync(path('certificate.pdf'), certificate)
})
afterAll(() => rmSync(folder, { recursive: true }))

test.each(['code.txt', 'paper.png', 'paper.pdf'])('%s of a receipt is genuine', (file) => {
  const { code: exit, stdout } = totem([path(file), ...TRUST, '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'genuine', claims: { document: 'receipt', totem: 'TT-0001' } })
  expect(exit).toBe(0)
})

test('the code itself, and from standard input, in words for people', () => {
  const given = totem([code, ...TRUST])
  expect(given).toMatchObject({ code: 0, stderr: '' })
  expect(given.stdout).toMatch(/^GENUINE PAPER OF A TOTEM\n(?:.*\n)* {2}ANPR protocol +20261122-0001234567\n/)
  expect(totem(['-', ...TRUST], code)).toEqual(given)
})

test('the certificate beside the code is the same one, or another', () => {
  const beside = (file: string) => totem([path('paper.png'), ...TRUST, '--json', '--certificate', path(file)])
  expect(beside('certificate.pdf')).toMatchObject({ code: 0, stdout: expect.stringContaining('"certificate":"same"') })
  expect(beside('paper.pdf')).toMatchObject({ code: 21, stdout: expect.stringContaining('"certificate":"other"') })
})

test('a PDF that takes all there is comes to an end, with no word but the answer', () => {
  writeFileSync(path('dashes.pdf'), pdfPage({ content: '[0.00001] 0 d 0 0 m 595 842 l S' }))
  expect(totem([path('dashes.pdf'), ...TRUST, '--json'])).toEqual({
    code: 66,
    stdout: '{"kind":"pdf-refused","reason":"too-slow"}\n',
    stderr: '',
  })
})

test.each([
  ['a slip past its date', [lapsed, ...TRUST], 10, { kind: 'expired' }],
  ['a totem that was withdrawn', [code, '--keys', path('withdrawn.jws'), ...TRUST.slice(2)], 11, { kind: 'withdrawn' }],
  ['a totem of another list', [frozenReceipt, ...TRUST], 20, { kind: 'not-genuine', reason: 'signer-unknown' }],
  ['a certificate’s own QR', [path('link.png'), ...TRUST], 30, { kind: 'unreadable', reason: 'other-code' }],
  ['a file without any code', [path('signer.json'), ...TRUST], 30, { kind: 'unreadable', reason: 'no-code' }],
  ['a file that is not there', [path('nowhere.png'), ...TRUST], 66, { kind: 'file-unreadable' }],
  ['a broken PDF', [path('certificate.pdf'), ...TRUST], 66, { kind: 'pdf-refused', reason: 'broken' }],
  ['a key list of a stranger', [code, '--keys', path('forged.jws'), ...TRUST.slice(2)], 78, { kind: 'keys-unsigned' }],
  [
    'a signer that is no key',
    [code, ...TRUST.slice(0, 2), '--keys-signer', path('code.txt')],
    78,
    { kind: 'keys-signer-malformed' },
  ],
  ['no keys', [code], 64, { kind: 'usage' }],
])('%s has its own exit code', (_what, args, exit, answer) => {
  const { code: status, stdout } = totem([...args, '--json'])
  expect(JSON.parse(stdout)).toMatchObject(answer)
  expect(status).toBe(exit)
})
