import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openOperators } from './operators.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'operators-'))
})
afterAll(() => rmSync(dir, { recursive: true }))
const sha256 = (digit: string) => digit.repeat(64)

test.each<[string, string, RegExp]>([
  ['a token in the clear', 'm.verdi write geheim\n', /line 1: a name, a role and 64/],
  ['a role that nobody has', `\nm.verdi admin ${sha256('0')}\n`, /line 2: a role is one of/],
  ['a word too many', `m.verdi write ${sha256('0')} geheim`, /line 1: a name, a role and 64/],
  ['a name with a slash', `m/verdi write ${sha256('0')}`, /line 1: a name has/],
  ['a name twice', `m.verdi read ${sha256('0')}\nm.verdi write ${sha256('1')}`, /line 2: an operator has one line/],
  ['a token of two', `a read ${sha256('a')}\nb write ${sha256('A')}`, /line 2: each operator has a token/],
  ['nobody', '# m.verdi\n\n', /names nobody/],
])('%s: the gateway does not start, and quotes nothing', async (_, text, said) => {
  const file = join(dir, 'operators')
  writeFileSync(file, text, { mode: 0o600 })
  const reason = await openOperators(file, pino({ enabled: false })).catch((refused: Error) => refused)
  expect(reason).toMatchObject({ exitCode: 78, message: expect.stringMatching(said) })
  expect(JSON.stringify(reason)).not.toContain('geheim')
})

test('a file that others may write says nothing of who may come in', async () => {
  const file = join(dir, 'open')
  writeFileSync(file, `m.verdi write ${sha256('0')}\n`)
  for (const mode of [0o622, 0o660]) {
    chmodSync(file, mode)
    await expect(openOperators(file, pino({ enabled: false }))).rejects.toMatchObject({
      exitCode: 78,
      message: expect.stringMatching(/^operator.tokens: .* can be written by others/),
    })
  }
})
