import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONTENT_SECURITY_POLICY, serveRenderer } from './protocol.ts'

let dir: string
type Answer = { statusCode?: number; error?: number; headers?: Record<string, string>; data: Buffer }
let asked: (request: { url: string; method: string }, answer: (answer: Answer) => void) => void
function fetch(request: { url: string; method: string }): Answer {
  let told: Answer | undefined
  asked(request, (answer) => {
    told = answer
  })
  if (!told) throw new Error('no answer')
  return told
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'totem-protocol-'))
  mkdirSync(join(dir, 'renderer', 'assets'), { recursive: true })
  writeFileSync(join(dir, 'renderer', 'index.html'), '<!doctype html>')
  writeFileSync(join(dir, 'renderer', 'assets', 'a.js'), '1')
  writeFileSync(join(dir, 'renderer', 'assets', 'gone.js'), '1')
  writeFileSync(join(dir, 'secret.key'), 'secret')
  serveRenderer(
    {
      registerBufferProtocol: (_scheme: string, handler: typeof asked) => {
        asked = handler
        return true
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
  const { statusCode, headers, data } = fetch({ url, method: 'GET' })
  expect(statusCode).toBeUndefined()
  expect(data.length).toBeGreaterThan(0)
  expect(headers).toMatchObject({ 'content-type': type, 'content-security-policy': CONTENT_SECURITY_POLICY })
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
  expect(fetch({ url, method: 'GET' })).toMatchObject({ statusCode: 404, data: Buffer.alloc(0) })
})

test('a file that has gone is told as an error, and main lives', () => {
  const gone = join(dir, 'renderer', 'assets', 'gone.js')
  expect(existsSync(gone)).toBe(true)
  rmSync(gone)
  expect(fetch({ url: 'app://totem/assets/gone.js', method: 'GET' })).toMatchObject({ error: -2 })
})

test('a scheme that Electron does not take is no start', () => {
  const refusing = { registerBufferProtocol: () => false } as never
  expect(() => serveRenderer(refusing, join(dir, 'renderer'))).toThrow('app:// is not served')
})

test('nothing can be posted', () => {
  expect(fetch({ url: 'app://totem/index.html', method: 'POST' })).toMatchObject({
    statusCode: 404,
    data: Buffer.alloc(0),
  })
})

// A mistyped directive enforces nothing and is not reported, so each name must be one that browsers know.
const DIRECTIVES = ['default-src', 'script-src', 'style-src', 'img-src', 'font-src', 'media-src', 'connect-src']
const OTHER_DIRECTIVES = ['base-uri', 'form-action', 'frame-ancestors', 'sandbox']
test('the policy names real directives, and none allows inline or remote code', () => {
  const names = CONTENT_SECURITY_POLICY.split('; ').map((part) => part.split(' ')[0])
  expect(names).toEqual([...DIRECTIVES, ...OTHER_DIRECTIVES])
  expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|https?:|\*/)
})
