import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('technicians.ts', import.meta.url))
const CARD = 'ab'.repeat(32)

test.each<[string, string[], RegExp]>([
  ['a day that is none', [CARD, '--from', 'domani'], /^--from: a day/],
  ['the 31st of a month with 30', [CARD, '--from', '2026-11-31'], /^--from: a day/],
  ['hours in words', [CARD, '--hours', 'twelve'], /^--hours: a whole number/],
  ['no time at all', [CARD, '--hours', '0'], /^--hours: a whole number/],
  ['half a fingerprint', [CARD.slice(32)], /^CARD: 64/],
  ['a totem of another form', [CARD, '--totem', 'pg 2'], /^--totem: the id/],
])('%s is refused in one line, before anybody is asked', (_what, args, told) => {
  const env = { ...process.env, OPERATOR_TOKEN: 'a-token' }
  const { status, stderr } = spawnSync(process.execPath, [program, 'propose', ...args], { env, encoding: 'utf8' })
  expect(stderr).toMatch(told)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(status).toBe(64)
})
