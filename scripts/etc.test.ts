import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { etcIn } from './etc.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'totem-etc-'))
  put('totem-polis-update.json', JSON.stringify({ releaseKey: KEY, compatible: 'kiosk-1' }))
  put('totem-polis/enrolment.json', JSON.stringify({ url: 'https://gw.example:8445', ca: '/etc/totem-polis/gw.pem' }))
  put('totem-polis/gw.pem', '-----BEGIN CERTIFICATE-----\n')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const KEY = { kty: 'EC', crv: 'P-256', kid: 'r', x: 'x', y: 'y' }
function put(place: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, place)), { recursive: true })
  writeFileSync(path.join(folder, place), text)
}

test('three files, in the order of their names', () => {
  const places = ['totem-polis-update.json', 'totem-polis/enrolment.json', 'totem-polis/gw.pem']
  expect([...etcIn(folder).keys()]).toEqual(places)
})

test.each<[string, () => void, RegExp]>([
  ['a file that a package does not bring', () => put('shadow', ''), /brings .* alone/],
  ['a configuration of one totem', () => put('totem-polis/totem.json', '{}'), /brings .* alone/],
  ['a link', () => symlinkSync('/etc/passwd', path.join(folder, 'totem-polis/x.pem')), /brings .* alone/],
  ['a private key among the authorities', () => put('totem-polis/k.pem', '-----BEGIN PRIVATE KEY-----'), /no place/],
  [
    'a private key for releases',
    () => put('totem-polis-update.json', JSON.stringify({ releaseKey: { ...KEY, d: 'd' }, compatible: 'kiosk-1' })),
    /public JWK/,
  ],
  ['what is no certificate of a signer', () => put('totem-polis-release.pem', 'PEM'), /certificate/],
  ['a kind that no list could name', () => put('totem-polis-update.json', '{"compatible":"Ü"}'), /kind of machine/],
  ['what is no JSON', () => put('totem-polis/enrolment.json', '{'), /needs url/],
  [
    'a door without TLS',
    () =>
      put('totem-polis/enrolment.json', JSON.stringify({ url: 'http://gw.example', ca: '/etc/totem-polis/gw.pem' })),
    /needs url/,
  ],
  ['an authority that does not come along', () => rmSync(path.join(folder, 'totem-polis/gw.pem')), /comes neither/],
])('%s: refused', (_, change, why) => {
  change()
  expect(() => etcIn(folder)).toThrow(why)
})

test('an empty folder is a mistake', () => {
  for (const each of ['totem-polis-update.json', 'totem-polis']) rmSync(path.join(folder, each), { recursive: true })
  expect(() => etcIn(folder)).toThrow(/no file/)
})
