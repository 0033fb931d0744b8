import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createIntl } from 'react-intl'

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url))
const TEXTS = path('../assets/locales/it.json')
export const MESSAGE_VALUES = path('../renderer/i18n/message-values.ts')

const { formatters } = createIntl({ locale: 'it' })
type Element = ReturnType<ReturnType<typeof formatters.getMessageFormat>['getAst']>[number]

/** The values that an element of a message needs: its own and those of its arms. The numbers are those of ICU's parser. */
function* valuesOf(element: Element): Generator<[name: string, type: string]> {
  if (element.type === 1) yield [element.value, 'string | number']
  if (element.type === 2 || element.type === 6) yield [element.value, 'number']
  if (element.type === 5) yield [element.value, 'string']
  if (element.type === 5 || element.type === 6)
    for (const { value: arm } of Object.values(element.options)) for (const inner of arm) yield* valuesOf(inner)
}

/** renderer/i18n/message-values.ts: the values of each message, so that a forgotten value does not compile. */
export function messageValues(): string {
  const texts: Record<string, string> = JSON.parse(readFileSync(TEXTS, 'utf8'))
  const lines = Object.entries(texts).flatMap(([id, text]) => {
    const values = new Map(
      formatters
        .getMessageFormat(text, 'it')
        .getAst()
        .flatMap((element) => [...valuesOf(element)]),
    )
    // Every sentence knows the kind of card (renderer/i18n/use-text.ts).
    values.delete('card')
    const fields = [...values].map(([name, type]) => `${name}: ${type}`)
    return fields.length === 0 ? [] : [`  '${id}': { ${fields.join('; ')} }`]
  })
  return `// Made from assets/locales/it.json by \`node scripts/message-values.ts\`.

/** The values of each message that has placeholders. */
export interface MessageValues {
${lines.join('\n')}
}
`
}

if (import.meta.main) writeFileSync(MESSAGE_VALUES, messageValues())
