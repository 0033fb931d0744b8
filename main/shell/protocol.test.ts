import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONTENT_SECURITY_POLICY, serveRenderer } from './protocol.ts'

let dir: string
let fetch: (request: { url: string; method: string }) => Response

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'totem-protocol-'))
  mkdirSync(join(dir, 'renderer', 'assets'), { recursive: true })
  writeFileSync(join(dir, 'renderer', 'index.html'), '<!doctype html>')
  writeFileSync(join(dir, 'renderer', 'assets', 'a.js'), '1')
  writeFileSync(join(dir, 'secret.key'), 'secret')
  serveRenderer(
    {
      handle: (_scheme: string, handler: typeof fetch) => {
        fetch = handler
      },
    } as never,
    join(dir, 'renderer'),
  )
})
afterAll(() => rmSync(dir, { recursive: true }))

test.each([
  ['app://totem/index.html', 'text/html; charset=utf-8'],
  ['app://totem/index.html?lang=it#x', 'text/html; charset=utf-8'],
  ['app://totem/assets/a.js', 'text/javascript; charset=utf-8'],
])('%s is served with the policy', (url, type) => {
  const response = fetch({ url, method: 'GET' })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe(type)
  expect(response.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY)
})

test.each([
  'app://totem/',
  'app://totem/../secret.key',
  'app://totem/..%2fsecret.key',
  'app://totem/%2e%2e/secret.key',
  'app://totem/assets/..%5c..%5csecret.key',
  'app://totem/index.html%00.js',
  'app://totem//etc/passwd',
  'app://other/index.html',
  'app://totem/INDEX.HTML',
])('%s finds nothing', (url) => {
  expect(fetch({ url, method: 'GET' }).status).toBe(404)
})

test('nothing can be posted', () => {
  expect(fetch({ url: 'app://totem/index.html', method: 'POST' }).status).toBe(404)
})

// A mistyped directive enforces nothing and is not reported, so each name must be one that browsers know.
const DIRECTIVES = ['default-src', 'script-src', 'style-src', 'img-src', 'font-src', 'media-src', 'connect-src']
const OTHER_DIRECTIVES = ['base-uri', 'form-action', 'frame-ancestors', 'sandbox']
test('the policy names real directives, and none allows inline or remote code', () => {
  const names = CONTENT_SECURITY_POLICY.split('; ').map((part) => part.split(' ')[0])
  expect(names).toEqual([...DIRECTIVES, ...OTHER_DIRECTIVES])
  expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|https?:|\*/)
})
