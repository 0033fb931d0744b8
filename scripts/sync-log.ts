import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { journalEvents } from '../contract/journal-events.ts'
import { LINE_FAULTS } from '../contract/line.ts'

const FILE = fileURLToPath(new URL('../contract/sync-log.md', import.meta.url))

/** contract/sync-log.md: the entries that the sync log may hold, for its readers. */
export function syncLogDocument(): string {
  const rows = Object.entries(journalEvents).map(([event, { severity, fields, text }]) => {
    const named = Object.keys(fields.shape)
      .filter((field) => field !== 'times')
      .map((field) => `\`${field}\``)
    return `| \`${event}\` | ${severity} | ${named.join(', ')} | ${text.it} | ${text.en} |`
  })
  const faults = Object.entries(LINE_FAULTS).map(([reason, { it, en }]) => `| \`${reason}\` | ${it} | ${en} |`)
  return `# What the sync log says

\`node scripts/sync-log.ts\` makes this page from \`contract/journal-events.ts\`. The list is closed: fields hold codes, ids and
numbers, never a name, a codice fiscale, a PIN or what a person asked for. \`info\` needs nobody, \`warn\` an operator, \`alarm\`
an operator at once. Each entry also has \`totem\`, \`chain\` (one life of the log), \`seq\` (from 1, without gaps), \`at\` (the
totem's clock), \`previous\` and \`hash\` (\`contract/journal.ts\`).

An event that repeats is written when it begins. From then on the totem counts, and writes one entry an hour with the
newest fields and \`times\`: so many entries since the one before. A request's own events are all written.

| event | severity | fields | italiano | English |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

## Why the line is down

\`reason\` of \`line.changed\`, of the heartbeat's \`line\` and of \`npx totem print readiness\`.

| reason | italiano | English |
| --- | --- | --- |
${faults.join('\n')}
`
}

if (import.meta.main) writeFileSync(FILE, syncLogDocument())
