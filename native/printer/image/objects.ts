// The objects of a PDF as text (ISO 32000-1, 7.3 and 7.5): as much as is needed to walk its pages.

/** An object stream: where it stands in the file, its dictionary, and what it holds, unpacked. */
export interface ObjectStream {
  index: number
  dictionary: string
  content: string
}

/** Longer objects are arrays of data, such as widths of letters. */
const MOST_CHARACTERS = 65_536
/** A tree of pages is as deep as its maker likes; deeper ones are endless. */
const MOST_NODES = 2_000

/** Objects by their numbers, without their streams. An update appends to the file, so the last of a number counts. */
export function objectsOf(text: string, streams: readonly ObjectStream[]): Map<number, string> {
  const found: [index: number, number: number, object: string][] = []
  for (const { index, 0: keyword, 1: number } of text.matchAll(/(?<!\d)(\d{1,7})\s+\d{1,5}\s+obj\b/g)) {
    const start = index + keyword.length
    const part = text.slice(start, start + MOST_CHARACTERS)
    const end = part.search(/\bstream\r?\n|\bendobj\b/)
    found.push([index, Number(number), end < 0 ? part : part.slice(0, end)])
  }
  for (const { index, dictionary, content } of streams) {
    const first = Number(/\/First\s+(\d+)/.exec(dictionary)?.[1] ?? 0)
    const pairs = content.slice(0, first).trim().split(/\s+/).map(Number)
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      const [number = 0, offset = 0, , next] = pairs.slice(at, at + 4)
      found.push([index, number, content.slice(first + offset, next === undefined ? undefined : first + next)])
    }
  }
  return new Map(found.sort(([a], [b]) => a - b).map(([, number, object]) => [number, object]))
}

/** The pages in their order. Null: the tree cannot be walked, or lacks a page. */
export function pagesOf(text: string, objects: ReadonlyMap<number, string>): string[] | null {
  const root = [...text.matchAll(/\/Root\s+(\d+)\s+\d+\s+R\b/g)].at(-1)?.[1]
  const tree = /\/Pages\s+(\d+)\s+\d+\s+R\b/.exec(objects.get(Number(root)) ?? '')?.[1]
  if (tree === undefined) return null
  const pages: string[] = []
  const nodes = [Number(tree)]
  for (let seen = 0; nodes.length > 0; seen++) {
    const node = objects.get(nodes.shift() ?? 0)
    if (node === undefined || seen > MOST_NODES) return null
    const kids = /\/Kids\s*\[([^\]]*)\]/.exec(node)?.[1]
    if (kids === undefined) pages.push(node)
    else nodes.unshift(...referencesIn(kids))
  }
  return pages
}

/** Whether all is there that a page draws: its content, and the fonts and pictures of its own resources. */
export function isWhole(page: string, objects: ReadonlyMap<number, string>): boolean {
  const contents = /\/Contents\s*(\[[^\]]*\]|\d+\s+\d+\s+R\b)/.exec(page)?.[1] ?? ''
  const resources = dictionaryOf('Resources', page, objects)
  const parts = [contents, ...['Font', 'XObject'].map((kind) => dictionaryOf(kind, resources, objects))]
  return parts.flatMap(referencesIn).every((number) => objects.has(number))
}

const referencesIn = (part: string): number[] =>
  [...part.matchAll(/(\d+)\s+\d+\s+R\b/g)].map(([, number]) => Number(number))

/** The dictionary under a key, which stands there or elsewhere. Empty: there is none. */
function dictionaryOf(key: string, dictionary: string, objects: ReadonlyMap<number, string>): string {
  const value = new RegExp(`/${key}\\s*(?:(<<)|(\\d+)\\s+\\d+\\s+R\\b)`).exec(dictionary)
  if (!value) return ''
  const [, direct, number] = value
  if (direct === undefined) return objects.get(Number(number)) ?? ''
  const start = value.index + value[0].length
  let depth = 1
  for (const { 0: bracket, index } of dictionary.slice(start).matchAll(/<<|>>/g)) {
    depth += bracket === '<<' ? 1 : -1
    if (depth === 0) return dictionary.slice(start, start + index)
  }
  return ''
}
