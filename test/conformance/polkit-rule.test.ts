import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'

const RULE = readFileSync(new URL('../../assets/system/totem-polis-polkit.rules', import.meta.url), 'utf8')

type Rule = (action: { id: string }, subject: { user: string }) => string

/** The rule as polkit loads it. */
function loaded(): Rule {
  const rules: Rule[] = []
  const Result = { YES: 'yes', NOT_HANDLED: 'not handled' }
  runInNewContext(RULE, { polkit: { addRule: (rule: Rule) => rules.push(rule), Result } })
  expect(rules).toHaveLength(1)
  return rules[0] ?? (() => '')
}

test.each([
  ['org.debian.pcsc-lite.access_pcsc', 'totem-polis', 'yes'],
  ['org.debian.pcsc-lite.access_card', 'totem-polis', 'yes'],
  ['org.debian.pcsc-lite.access_card', 'somebody', 'not handled'],
  ['org.freedesktop.login1.reboot', 'totem-polis', 'yes'],
  ['org.freedesktop.login1.reboot', 'totem-polis-update', 'not handled'],
  ['org.freedesktop.login1.set-reboot-parameter', 'totem-polis', 'not handled'],
  ['org.freedesktop.login1.power-off', 'totem-polis', 'not handled'],
])('%s for %s: %s', (id, user, answer) => {
  expect(loaded()({ id }, { user })).toBe(answer)
})

test('no word that polkit’s engine does not know', () => {
  expect(RULE.replace(/^\/\/.*$/gm, '')).not.toMatch(/=>|`|\b(const|let|class)\b/)
})
