import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Bound,
  type ConditionId,
  conditionIds,
  conditionOf,
  type Level,
  measureOf,
  severities,
} from '../../contract/console/conditions.ts'
import { runbooks } from '../../contract/console/runbooks.ts'
import { alertFiles, alertOf } from '../../scripts/alerts.ts'
import { asked } from '../support/alerting.ts'

// What Prometheus and Alertmanager are to do (alerts/), tried by Debian's own programs.

const ROOT = join(import.meta.dirname, '../..')
const RULES = join(ROOT, 'alerts/rules.yml')
const ALERTMANAGER = join(ROOT, 'alerts/alertmanager.yml')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'totem-alerts-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test.each(Object.entries(alertFiles()))('alerts/%s is as the table says: node scripts/alerts.ts', (name, content) => {
  expect(readFileSync(join(ROOT, 'alerts', name), 'utf8')).toBe(content)
})

test('promtool and amtool find nothing wrong', () => {
  expect(asked('promtool', 'check', 'rules', RULES)).toContain('SUCCESS')
  expect(asked('amtool', 'check-config', ALERTMANAGER)).toContain('SUCCESS')
})

/** A value of the measure that the bound takes as bad, and how many it is of. */
const bad = (bound: Bound): { value: number; of: number | null } => {
  if ('above' in bound) return { value: bound.above + 0.1, of: null }
  if ('below' in bound) return { value: bound.below - 0.1, of: null }
  return { value: Math.max(bound.least, Math.ceil(bound.share * bound.of) + 1), of: bound.of }
}
const good = (id: ConditionId): number => {
  const bounds = conditionOf(id).levels
  return bounds.some((bound) => 'below' in bound) ? 100_000 : 0
}

/** The condition is bad for so long as its level asks, then good again: the alert waits, is there, stays, and ends. */
function fires(id: ConditionId, level: Level) {
  const { measure, keepMin = 0, name, todo } = conditionOf(id)
  const { by, label } = measureOf(measure)
  const { value, of } = bad(level)
  const labels = {
    ...(by === 'totem' && { totem: 'PG-0001', office: 'PG-101' }),
    ...(by !== 'gateway' && { region: '10' }),
    ...(label && { [label]: 'one' }),
  }
  const series = (suffix: string) =>
    `${measure}${suffix}{${Object.entries({ ...labels, instance: 'g1' })
      .map(([key, said]) => `${key}="${said}"`)
      .join(', ')}}`
  const from = level.forMin + 2
  const there = {
    exp_labels: { ...labels, condition: id, severity: level.severity },
    exp_annotations: { summary: name, description: todo, runbook: `alerts/runbooks.md#${id}` },
  }
  const at = (minutes: number, is: boolean) => ({
    ...{ eval_time: `${minutes * 60}s`, alertname: alertOf(id) },
    // A milder level of the same condition is there too.
    exp_alerts: is ? [there, ...milder(minutes)] : milder(minutes),
  })
  const milder = (minutes: number) =>
    conditionOf(id)
      .levels.filter((other) => severities.indexOf(other.severity) > severities.indexOf(level.severity))
      .filter(({ forMin }) => minutes > forMin + 1)
      .filter(() => minutes <= from + keepMin)
      .map(({ severity }) => ({ ...there, exp_labels: { ...there.exp_labels, severity } }))
  return {
    name: `${id} (${level.severity})`,
    interval: '1m',
    input_series: [
      // Bad from the second minute on, until it was so for a minute longer than asked for.
      { series: series(''), values: `${good(id)}x1 ${value}x${level.forMin} ${good(id)}x60` },
      ...(of === null ? [] : [{ series: series('_of'), values: `${of}x90` }]),
    ],
    alert_rule_test: [
      ...(level.forMin > 0 ? [at(level.forMin, false)] : []),
      at(from, true),
      at(from + keepMin + 2, false),
    ],
  }
}

describe('promtool tries', () => {
  test('each level of each condition: it waits, fires, stays as long as it must, and ends', () => {
    const file = join(folder, 'conditions.yml')
    const tests = conditionIds.flatMap((id) => conditionOf(id).levels.map((level) => fires(id, level)))
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: '30s', tests }))
    expect(asked('promtool', 'test', 'rules', file)).toContain('SUCCESS')
  })

  test('the stories of alerts/tests.yml', () => {
    expect(asked('promtool', 'test', 'rules', join(ROOT, 'alerts/tests.yml'))).toContain('SUCCESS')
  })

  test('a rule that is not kept is seen: the tests can fail', () => {
    const file = join(folder, 'wrong.yml')
    const wrong = fires('disk', { severity: 'alarm', below: 500, forMin: 15 })
    wrong.alert_rule_test.push({ eval_time: '60s', alertname: 'Disk', exp_alerts: [{ exp_labels: {} }] as never })
    writeFileSync(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: '30s', tests: [wrong] }))
    expect(() => asked('promtool', 'test', 'rules', file)).toThrow('FAILED')
  })
})

test.each([
  ['an alarm wakes somebody', ['condition=set-aside', 'severity=alarm', 'totem=PG-0001'], 'on-call'],
  ['a clone at once', ['condition=clone', 'severity=alarm', 'totem=PG-0001'], 'on-call'],
  ['a warning goes to the office', ['condition=clock', 'severity=warn', 'totem=PG-0001'], 'office'],
  ['low paper is for the screen', ['condition=paper-low', 'severity=info', 'totem=PG-0001'], 'screen'],
  ['so is the watchdog', ['condition=watchdog', 'severity=none'], 'screen'],
  ['no measures', ['condition=fleet-unseen', 'severity=alarm'], 'on-call'],
])('Alertmanager’s routes: %s', (_, labels, receiver) => {
  const said = asked('amtool', 'config', 'routes', 'test', `--config.file=${ALERTMANAGER}`, ...labels)
  expect(said.trim()).toBe(receiver)
})

test('each condition has its runbook, which says what it means, what to do, and when it is over', () => {
  expect(Object.keys(runbooks).sort()).toEqual([...conditionIds].sort())
  const page = readFileSync(join(ROOT, 'alerts/runbooks.md'), 'utf8')
  for (const id of conditionIds) {
    const { means, steps, over, drill } = runbooks[id]
    expect(page).toContain(`\n## ${id}\n`)
    expect([means, over, drill, ...steps].filter((text) => text.length < 10)).toEqual([])
  }
})
