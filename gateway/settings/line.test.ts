import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { isSafeUrl, requireSafeDatabase, requireTlsChecked } from './line.ts'

afterEach(() => void vi.unstubAllEnvs())

test.each([
  'https://anpr.example',
  'http://127.0.0.1:9000',
  'http://127.3.2.1',
  'http://2130706433',
  'http://localhost:9000/base',
  'http://LOCALHOST',
  'http://[::1]:80',
])('ANPR at %s: good', (url) => expect(isSafeUrl(url)).toBe(true))
test.each([
  'http://anpr.example',
  'HTTP://anpr.example',
  'http://localhost.example',
  'http://127.0.0.1.example',
  'http://localhost@anpr.example',
  'http://0.0.0.0',
  'http://10.0.0.1',
  'http://[::2]',
  'http://[fe80::1]',
  'https://user:secret@anpr.example',
  'ftp://127.0.0.1',
  'file:///etc/passwd',
  'anpr.example',
])('ANPR at %s: refused', (url) => expect(isSafeUrl(url)).toBe(false))

const refusal = (url: string): string | null => {
  try {
    requireSafeDatabase(url)
    return null
  } catch (reason) {
    return (reason as Error).message
  }
}
test.each([
  'postgresql://totem@/totem?host=/run/postgresql',
  'postgresql://totem@%2Frun%2Fpostgresql/totem',
  'postgresql://totem:x@127.0.0.1/totem',
  'postgres://totem:x@localhost:5433/totem',
  'postgresql://totem:x@[::1]/totem',
  'postgresql:///totem',
  'postgresql://totem:x@db.example/totem?sslmode=verify-full',
  'postgresql://totem:x@db.example/totem?application_name=a&sslmode=verify-full',
])('the database at %s: good', (url) => expect(refusal(url)).toBeNull())
test.each([
  '',
  '?sslmode=disable',
  '?sslmode=prefer',
  '?sslmode=require',
  '?sslmode=verify-ca',
  '?sslmode=no-verify',
  '?sslmode=verify_full',
  '?ssl=true',
  '?ssl=no-verify',
  '?sslmode=verify-full&sslmode=no-verify',
  '?sslmode=no-verify&sslmode=verify-full',
  '?sslmode=verify-full&sslmode=disable',
  '?uselibpqcompat=true&sslmode=require',
])('the database on another machine with "%s": refused without its password', (query) => {
  const said = refusal(`postgresql://totem:geheim@db.example/totem${query}`)
  expect(said).toMatch(/^DATABASE_URL: .*sslmode=verify-full/)
  expect(said).not.toContain('geheim')
})
test.each(['postgresql://totem@127.0.0.1/totem?host=db.example', 'postgresql://totem@localhost.example/totem'])(
  'a host that only looks like this machine, %s: refused',
  (url) => expect(refusal(url)).toContain('verify-full'),
)
test('a URL that names no host, while the environment names one: refused', () => {
  vi.stubEnv('PGHOST', 'db.example')
  vi.stubEnv('PGSSLMODE', 'verify-full')
  expect(refusal('postgresql:///totem')).toContain('verify-full')
})
test('a CA of one’s own does not replace the check of the name', () => {
  const ca = join(tmpdir(), `line-test-${process.pid}.pem`)
  writeFileSync(ca, 'PEM')
  const url = `postgresql://totem@db.example/totem?sslrootcert=${ca}`
  expect(refusal(`${url}&sslmode=verify-full`)).toBeNull()
  for (const mode of ['', '&sslmode=verify-ca', '&uselibpqcompat=true&sslmode=require'])
    expect(refusal(`${url}${mode}`)).toContain('verify-full')
})
test.each([
  'mysql://db.example/x',
  'db.example',
  '',
  'postgresql://u:geheim@x:port/y',
  'postgresql://x/y?sslrootcert=/no',
])('"%s" is no URL of a PostgreSQL', (url) => {
  expect(refusal(url)).toMatch(/^DATABASE_URL: it is no URL/)
  expect(refusal(url)).not.toContain('geheim')
})

test('an environment that switches every check off: refused by name', () => {
  expect(() => requireTlsChecked({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toThrow(/^NODE_TLS_REJECT_UNAUTHORIZED: /)
  expect(() => requireTlsChecked({ NODE_TLS_REJECT_UNAUTHORIZED: '1' })).not.toThrow()
  expect(() => requireTlsChecked({})).not.toThrow()
})
