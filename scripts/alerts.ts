import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  type Bound,
  conditionIds,
  conditionOf,
  type MeasureId,
  measureIds,
  measureOf,
} from '../contract/console/conditions.ts'
import { runbooks } from '../contract/console/runbooks.ts'

// alerts/: what the company's Prometheus and Alertmanager are to do, made of the table of conditions.

const FOLDER = new URL('../alerts/', import.meta.url)
const MADE = '# Made by `node scripts/alerts.ts` from contract/console/conditions.ts.'

/** `totem-silent`: `TotemSilent`, as alerts are named. */
export const alertOf = (id: string): string =>
  id.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** A gateway that was too busy to answer Prometheus once or twice says nothing of the totems: what it said before counts so long. */
const BRIDGED = '3m'
/** Several gateways on one database tell the same: one series counts. */
const recorded = (measure: string) => `fleet:${measure}`

function expression(measure: MeasureId, bound: Bound): string {
  const series = recorded(measure)
  if ('above' in bound) return `${series} > ${bound.above}`
  if ('below' in bound) return `${series} < ${bound.below}`
  const { share, least, of } = bound
  return `${series} > ${share} * ${series}_of and ${series} >= ${least} and ${series}_of >= ${of}`
}

/** YAML takes a JSON string as it is. */
const text = (value: string) => JSON.stringify(value)

/** Prometheus' rules. The watchdog always fires: while Alertmanager has it, the way from a totem to a pager is whole. */
function rules(): string {
  const records = measureIds
    .flatMap((id) => (measureOf(id).of ? [id, `${id}_of`] : [id]))
    .map(
      (name) =>
        `      - record: ${recorded(name)}\n        expr: max without (instance) (last_over_time(${name}[${BRIDGED}]))`,
    )
  const alerts = conditionIds.flatMap((id) => {
    const { name, todo, measure, levels, keepMin } = conditionOf(id)
    return levels.map((level) =>
      [
        `      - alert: ${alertOf(id)}`,
        `        expr: ${text(expression(measure, level))}`,
        `        for: ${level.forMin}m`,
        ...(keepMin ? [`        keep_firing_for: ${keepMin}m`] : []),
        '        labels:',
        `          condition: ${id}`,
        `          severity: ${level.severity}`,
        '        annotations:',
        `          summary: ${text(name)}`,
        `          description: ${text(todo)}`,
        `          runbook: ${text(`alerts/runbooks.md#${id}`)}`,
      ].join('\n'),
    )
  })
  return `${MADE} Debian's promtool checks and tries it in \`npm test\`.
groups:
  # One group: its rules are judged in this order, each by what those before it have just recorded.
  - name: totem-polis
    interval: 30s
    rules:
${records.join('\n')}
${alerts.join('\n')}
      - alert: Watchdog
        expr: vector(1)
        labels:
          condition: watchdog
          severity: none
        annotations:
          summary: "Sempre attivo: la console guarda se Alertmanager lo ha"
      - alert: FleetUnseen
        expr: absent(fleet:totem_items_given_up)
        for: 5m
        labels:
          condition: fleet-unseen
          severity: alarm
        annotations:
          summary: "Nessun gateway dice come stanno i totem"
          description: "Guardare /readyz dei gateway e la base di dati: finché dura, nessun altro allarme scatta."
`
}

/** By which a series of a measure is told from the others of its totem. */
const OWN_LABELS = ['totem', 'region', ...new Set(measureIds.flatMap((id) => measureOf(id).label ?? []))]

/**
 * Alertmanager's configuration. `onCall`, `office`: where the company's pager and its office by day are reached.
 */
function alertmanager({
  onCall = 'http://127.0.0.1:9095/on-call',
  office = 'http://127.0.0.1:9095/office',
} = {}): string {
  const inhibited = conditionIds.flatMap((id) =>
    Object.entries(conditionOf(id).follows ?? {}).map(([cause, within]) =>
      [
        `  - source_matchers: [condition = ${cause}]`,
        `    target_matchers: [condition = ${id}]`,
        ...(within === 'anywhere' ? [] : [`    equal: [${within}]`]),
      ].join('\n'),
    ),
  )
  return `${MADE} Debian's amtool checks and tries it in \`npm test\`.
# The two addresses are the company's own: \`node scripts/alerts.ts --on-call URL --office URL > alertmanager.yml\`.
route:
  receiver: office
  group_by: [condition, region]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h
  routes:
    - matchers: [severity = none]
      receiver: screen
    - matchers: [severity = info]
      receiver: screen
    - matchers: [condition = clone]
      receiver: on-call
      group_by: [condition, totem]
      group_wait: 0s
      repeat_interval: 1h
    - matchers: [severity = alarm]
      receiver: on-call
      repeat_interval: 1h
    - matchers: [severity = warn]
      receiver: office
      mute_time_intervals: [night]
receivers:
  # The console looks at Alertmanager by itself.
  - name: screen
  - name: on-call
    webhook_configs:
      - url: ${onCall}
  - name: office
    webhook_configs:
      - url: ${office}
time_intervals:
  - name: night
    time_intervals:
      - location: Europe/Rome
        times:
          - start_time: "20:00"
            end_time: "24:00"
          - start_time: "00:00"
            end_time: "07:00"
inhibit_rules:
  # The worse of two levels of one condition.
  - source_matchers: [severity = alarm]
    target_matchers: [severity = warn]
    equal: [condition, ${OWN_LABELS.join(', ')}]
${inhibited.join('\n')}
`
}

/** For whoever is called away from a console. */
function runbookPage(): string {
  const sections = conditionIds.map((id) => {
    const { name, levels, measure } = conditionOf(id)
    const { means, steps, over, drill } = runbooks[id]
    const fires = levels.map(
      (level) => `${level.severity}: \`${expression(measure, level).replaceAll('fleet:', '')}\`, ${level.forMin} min`,
    )
    return `## ${id}

**${name}.** ${means}

${steps.map((step, index) => `${index + 1}. ${step}`).join('\n')}

Finisce: ${over}
Scatta: ${fires.join('; ')}.
Prova: \`${drill}\`.
`
  })
  return `# Che fare

\`node scripts/alerts.ts\` fa questa pagina da \`contract/console/runbooks.ts\`; la console la mostra accanto a ogni allarme.

${sections.join('\n')}`
}

export const alertFiles = (): Record<string, string> => ({
  'rules.yml': rules(),
  'alertmanager.yml': alertmanager(),
  'runbooks.md': runbookPage(),
})

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const given = Object.fromEntries(
    process.argv.slice(2).flatMap((word, index, words) => (word.startsWith('--') ? [[word, words[index + 1]]] : [])),
  )
  const [onCall, office] = [given['--on-call'], given['--office']]
  if (onCall && office) process.stdout.write(alertmanager({ onCall, office }))
  else {
    mkdirSync(FOLDER, { recursive: true })
    for (const [name, content] of Object.entries(alertFiles())) writeFileSync(new URL(name, FOLDER), content)
  }
}
