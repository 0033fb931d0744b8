import CodepageEncoder, { type Codepage } from '@point-of-sale/codepage-encoder'
import { shownIn } from '../../../contract/letters.ts'
import { codePage, concat } from './escpos.ts'

/**
 * Code pages by ESC t number: 858 has Italian, German and the euro, 852 adds the letters of Slovene and Croatian names.
 */
const PAGES: { codepage: Codepage; number: number }[] = [
  { codepage: 'cp858', number: 19 },
  { codepage: 'cp852', number: 18 },
]

const pages = PAGES.map(({ codepage, number }) => {
  const characters = new Map<string, number>()
  CodepageEncoder.getCodepoints(codepage, true).forEach((point, byte) => {
    if (byte >= 0x80 && point) characters.set(String.fromCodePoint(point), byte)
  })
  return { number, characters }
})

const printable = (character: string) =>
  (character >= ' ' && character <= '~') || pages.some(({ characters }) => characters.has(character))

/**
 * The text as this printer can print it. White space becomes one kind of blank, a letter that no page has becomes the
 * letters that stand for it, and another script '?'. Control characters go: a name must never give the printer a
 * command.
 */
export const printableText = (text: string): string => shownIn(text, printable)

/**
 * Bytes of a text made by `printableText`. It changes the code page where needed and ends with the page it began with.
 */
export function encodeText(text: string): Uint8Array {
  const parts: Uint8Array[] = []
  let current = pages[0]
  for (const character of text) {
    const ascii = character.codePointAt(0) ?? 0
    if (ascii < 0x80) {
      parts.push(Uint8Array.of(ascii))
      continue
    }
    const page = current?.characters.has(character) ? current : pages.find((one) => one.characters.has(character))
    if (!page) continue
    if (page !== current) parts.push(codePage(page.number))
    current = page
    parts.push(Uint8Array.of(page.characters.get(character) ?? 0x3f))
  }
  if (current !== pages[0]) parts.push(selectText)
  return concat(parts)
}

/** The code page that every text starts from. */
export const selectText = codePage(PAGES[0]?.number ?? 0)

/** Breaks a text into lines of at most `columns` characters, between words where it can. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (let word of text.split(' ').filter((part) => part !== '')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = ''
    }
    while (word.length > columns) {
      lines.push(word.slice(0, columns))
      word = word.slice(columns)
    }
    line = line === '' ? word : `${line} ${word}`
  }
  if (line !== '' || lines.length === 0) lines.push(line)
  return lines
}

/**
 * The same number of lines, as even as the words allow: a centred text with a single word in its last line looks lost.
 */
export function wrapEvenly(text: string, columns: number): string[] {
  let even = wrap(text, columns)
  for (let narrower = columns - 1; narrower > 0; narrower--) {
    const lines = wrap(text, narrower)
    if (lines.length > even.length) break
    even = lines
  }
  return even
}
