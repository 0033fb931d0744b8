import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS } from '../../basics/time.ts'
import { GATEWAY_KEYS_TYP } from '../../contract/gateway-keys.ts'
import { LIST_DAYS } from '../../contract/signed-list.ts'
import { TRUST_LIST_TYP } from '../../contract/trust.ts'
import { listed } from '../../simulator/pki/gateway-keys.ts'
import { jwkPair } from '../../simulator/pki/jwk.ts'
import { verificationKeyPair } from '../../simulator/pki/verification-keys.ts'
import { verifyGatewayKeys } from '../../trust/gateway-keys.ts'
import { verifyTrustList } from '../../trust/list.ts'
import { signList } from '../../trust/signed-list.ts'

const TOTEM = fileURLToPath(new URL('../../commands/totem.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'totem-list-'))
const path = (name: string) => join(folder, name)
const put = (name: string, value: unknown, mode = 0o600) => {
  writeFileSync(path(name), typeof value === 'string' ? value : JSON.stringify(value), { mode })
  return path(name)
}
const [signer, other, sealing, anchor] = await Promise.all([
  jwkPair('sig'),
  jwkPair('sig'),
  jwkPair('enc'),
  jwkPair('sig'),
])
const authorities = [{ role: 'cns', anchor: true, certificate: 'MAA=' }]

function totem(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(TOTEM, ['list', ...args], { encoding: 'utf8' })
  return { code: status, stdout, stderr }
}
const sign = (out: string, ...args: string[]) =>
  totem('sign', '--signer', path('signer.json'), '--out', path(out), ...args)

beforeAll(() => {
  put('signer.json', signer.private)
  put('signer.pub.json', signer.public)
  put('authorities.json', { authorities })
})
afterAll(() => rmSync(folder, { recursive: true }))

test('a first trust list, and the one that replaces it, as totem and gateway open them', async () => {
  const trust = ['--kind', 'trust', '--in', path('authorities.json')]
  expect(sign('1.jws', ...trust, '--first')).toMatchObject({ code: 0 })
  expect(sign('2.jws', ...trust, '--previous', path('1.jws'), '--days', '90')).toMatchObject({ code: 0 })
  const [first, second] = await Promise.all(
    ['1.jws', '2.jws'].map((name) => verifyTrustList(readFileSync(path(name), 'utf8'), signer.public)),
  )
  expect(first).toMatchObject({ ok: true, value: { sequence: 1, authorities } })
  expect(second).toMatchObject({ ok: true, value: { sequence: 2, authorities } })
  const days = [first, second].map((list) =>
    list?.ok ? (Date.parse(list.value.nextUpdate) - Date.parse(list.value.issued)) / DAY_MS : 0,
  )
  expect(days).toEqual([LIST_DAYS, 90])
  const shown = totem('show', '--kind', 'trust', '--in', path('2.jws'), '--key', path('signer.pub.json'), '--json')
  expect(shown.code).toBe(0)
  expect(JSON.parse(shown.stdout)).toMatchObject({ sequence: 2, standing: 'good', authorities })
})

test('lists of the gateway’s and of the totems’ keys', async () => {
  const { listed: key } = await verificationKeyPair('TT-0001')
  put('gateway.json', {
    sealing: [{ from: '2026-01-01T00:00:00.000Z', key: listed(sealing.public) }],
    anchor: [listed(anchor.public)],
  })
  put('papers.json', { keys: [key] })
  expect(sign('gateway.jws', '--kind', 'gateway-keys', '--in', path('gateway.json'), '--first')).toMatchObject({
    code: 0,
  })
  expect(sign('papers.jws', '--kind', 'verification-keys', '--in', path('papers.json'), '--first')).toMatchObject({
    code: 0,
  })
  expect(await verifyGatewayKeys(readFileSync(path('gateway.jws'), 'utf8'), signer.public)).toMatchObject({ ok: true })
  const shown = totem(
    'show',
    '--kind',
    'verification-keys',
    '--in',
    path('papers.jws'),
    '--key',
    path('signer.pub.json'),
  )
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('1 keys') })
})

test('a previous list without an end is replaced too', async () => {
  const old = { sequence: 41, issued: '2025-01-01T00:00:00.000Z', authorities }
  put('old.jws', await signList(old, signer.private, TRUST_LIST_TYP))
  const newer = sign(
    '42.jws',
    '--kind',
    'trust',
    '--in',
    path('authorities.json'),
    '--previous',
    path('old.jws'),
    '--json',
  )
  expect(JSON.parse(newer.stdout)).toMatchObject({ sequence: 42 })
})

test('a list that has ended says so by its exit code', async () => {
  const ended = { sequence: 1, issued: '2026-01-01T00:00:00.000Z', nextUpdate: '2026-02-01T00:00:00.000Z', authorities }
  put('ended.jws', await signList(ended, signer.private, TRUST_LIST_TYP))
  const shown = totem('show', '--kind', 'trust', '--in', path('ended.jws'), '--key', path('signer.pub.json'))
  expect(shown).toMatchObject({ code: 20, stdout: expect.stringContaining('lapsed') })
})

test.each([
  ['a key that others may read', 'key-open-to-others', 78, () => chmodSync(path('signer.json'), 0o640)],
  ['the public half', 'key-malformed', 78, () => put('signer.json', signer.public)],
  ['a previous list of another signer', 'list-unsigned', 78, () => put('signer.json', other.private)],
  ['a list that would last too long', 'list-malformed', 78, () => '--days=185'],
  ['something else in it', 'list-malformed', 78, () => void put('authorities.json', { authorities: [], sealing: [] })],
  ['a file that is there', 'file-not-made', 73, () => void put('no.jws', '')],
  ['no such file', 'file-unreadable', 66, () => rmSync(path('authorities.json'))],
])('refused by name: %s', async (_what, kind, code, spoil) => {
  rmSync(path('no.jws'), { force: true })
  rmSync(path('signer.json'), { force: true })
  put('signer.json', signer.private)
  put('authorities.json', { authorities })
  put('previous.jws', await signList({ sequence: 1 }, signer.private, TRUST_LIST_TYP))
  const option: unknown = spoil()
  const answer = sign(
    'no.jws',
    ...['--kind', 'trust', '--in', path('authorities.json'), '--previous', path('previous.jws'), '--json'],
    ...(typeof option === 'string' && option.startsWith('--') ? [option] : []),
  )
  expect(answer.code).toBe(code)
  expect(JSON.parse(answer.stdout)).toEqual({ kind })
})

test('a list of one kind is none of another', async () => {
  put('keys-as-trust.jws', await signList({ sequence: 1 }, signer.private, GATEWAY_KEYS_TYP))
  const shown = totem('show', '--kind', 'trust', '--in', path('keys-as-trust.jws'), '--key', path('signer.pub.json'))
  expect(shown).toMatchObject({ code: 78, stderr: expect.stringContaining('no trust list that this key has signed') })
})
