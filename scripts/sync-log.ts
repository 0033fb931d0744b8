import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { journalEvents } from '../contract/journal-events.ts'

const FILE = fileURLToPath(new URL('../contract/sync-log.md', import.meta.url))

/** contract/sync-log.md: the entries that the sync log may hold, for its readers. */
export function syncLogDocument(): string {
  const rows = Object.entries(journalEvents).map(([event, { severity, fields, text }]) => {
    const named = Object.keys(fields.shape).map((field) => `\`${field}\``)
    return `| \`${event}\` | ${severity} | ${named.join(', ')} | ${text.it} | ${text.en} |`
  })
  return `# What the sync log says

\`node scripts/sync-log.ts\` makes this page from \`contract/journal-events.ts\`. The list is closed: fields hold codes, ids and
numbers, never a name, a codice fiscale, a PIN or what a person asked for. \`info\` needs nobody, \`warn\` an operator, \`alarm\`
an operator at once. Each entry also has \`totem\`, \`chain\` (one life of the log), \`seq\` (from 1, without gaps), \`at\` (the
totem's clock), \`previous\` and \`hash\` (\`contract/journal.ts\`).

| event | severity | fields | italiano | English |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`
}

if (import.meta.main) writeFileSync(FILE, syncLogDocument())
