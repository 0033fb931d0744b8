import { expect, test } from 'vitest'
import { isAllowed } from './fetch.ts'

const HOSTS = ['crl.example.it', 'crl.example.it:8080']

test.each([
  ['http://crl.example.it/ca.crl', true],
  ['http://crl.example.it:80/ca.crl', true],
  ['http://CRL.example.it/ca.crl?x=1', true],
  ['http://crl.example.it:8080/', true],
  ['https://crl.example.it/ca.crl', false],
  ['http://crl.example.it:81/', false],
  ['http://crl.example.it.evil.it/', false],
  ['http://sub.crl.example.it/', false],
  ['http://user@crl.example.it/', false],
  ['http://crl.example.it@127.0.0.1/', false],
  ['http://127.0.0.1/', false],
  ['http://169.254.169.254/latest', false],
  ['http://[::1]/', false],
  ['ldap://crl.example.it/cn=x', false],
  ['file:///etc/passwd', false],
  ['crl.example.it/ca.crl', false],
  ['', false],
])('may we call %s: %s', (address, allowed) => {
  expect(isAllowed(address, HOSTS)).toBe(allowed)
})
test('nobody is named: nobody is called', () => {
  expect(isAllowed('http://crl.example.it/ca.crl', [])).toBe(false)
})
