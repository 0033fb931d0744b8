import sax from 'sax'

const DEEPEST = 12

/**
 * The text of the elements and attributes that `wanted` names; it hears the path from the root, without namespace prefixes,
 * an attribute as `@name`. Null: this is no XML, or it says one of them twice. SECURITY: a document type is refused, so that
 * no entity is ever expanded.
 */
export function fieldsIn(xml: string, wanted: (path: readonly string[]) => string | null): Map<string, string> | null {
  const path: string[] = []
  const found = new Map<string, string>()
  let open: string | null = null
  const parser = sax.parser(true, { trim: true })
  // Nothing of the rest is read then.
  const refuse = () => {
    throw new Error('refused')
  }
  const begin = (name: string, text: string) => {
    // A field twice: which of the two counts?
    if (found.has(name)) refuse()
    found.set(name, text)
  }
  parser.onerror = refuse
  parser.ondoctype = refuse
  parser.onopentag = ({ name, attributes }) => {
    path.push(name.replace(/^.*:/, ''))
    if (path.length > DEEPEST) refuse()
    open = wanted(path)
    if (open !== null) begin(open, '')
    for (const [attribute, value] of Object.entries(attributes)) {
      const named = wanted([...path, `@${attribute}`])
      if (named !== null) begin(named, String(value))
    }
  }
  parser.ontext = parser.oncdata = (text: string) => {
    if (open !== null) found.set(open, (found.get(open) ?? '') + text)
  }
  parser.onclosetag = () => {
    path.pop()
    open = null
  }
  try {
    parser.write(xml).close()
  } catch {
    return null
  }
  return found
}
