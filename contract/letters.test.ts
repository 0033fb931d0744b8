import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { create } from 'fontkit'
import { expect, test } from 'vitest'
import { drawable, legible } from './letters.ts'

test.each([
  ['Nicolò D’Angiò', 'Nicolò D’Angiò'],
  ['Žerjav Đorđe Čuček Košuta', 'Žerjav Đorđe Čuček Košuta'],
  ['C\u030cu\u0301', 'Čú'],
  ['Großrubatscher', 'Großrubatscher'],
  ['Nguyễn', 'Nguyễn'.normalize('NFC').replace('ễ', 'e')],
  ['Ștefănescu', 'Ștefănescu'],
  ['ƉURIĆ ƉORƉE', 'ĐURIĆ ĐORĐE'],
  ['Ĳsbrand ĳ', 'IJsbrand ij'],
  ['Coŀlado Ŀ', 'Col·lado L·'],
  ['ŉ ĸ', '’n q'],
  ['GROẞ Əliyev', 'GROSS Eliyev'],
  ['ﬁne Ａｌｂａ', 'fine Alba'],
  ['DʼANGELO O′HARA', 'D’ANGELO O’HARA'],
  ['ROSSI‐BIANCHI', 'ROSSI-BIANCHI'],
  ['Иван 北京', '???? ??'],
  ['a\u00adb\tc\u200d\u200be\ufefff', 'ab cef'],
])('%s can be drawn as %s', (text, shown) => expect(drawable(text)).toBe(shown))

/** Whole, as on paper, and in the two parts in which the screen loads them. */
const { resolve } = createRequire(import.meta.url)
const paper = ['Regular', 'Italic', 'SemiBold', 'Bold'].map((face) => [
  new URL(`../assets/fonts/TitilliumWeb-${face}.ttf`, import.meta.url),
])
const screen = [400, 600, 700].map((weight) =>
  ['latin', 'latin-ext'].map((part) =>
    resolve(`@fontsource/titillium-web/files/titillium-web-${part}-${weight}-normal.woff`),
  ),
)

/** Letters of ANPR (tipoDato.xsd), and what a program may put among them. */
const ADMITTED = [...Array.from({ length: 0x17e - 0xc0 + 1 }, (_, at) => 0xc0 + at), 0x189]
const BESIDE = [
  0x27, 0x2d, 0x2e, 0x60, 0xb4, 0xad, 0x200b, 0x200e, 0x2010, 0x2019, 0x2bc, 0x1e9e, 0x18f, 0xfb01, 0xfeff,
]

test.each([...paper, ...screen])('the typeface has every letter that is drawn: %s', (...files) => {
  const faces = files.map((file) => create(readFileSync(file)))
  for (const point of [...ADMITTED, ...BESIDE]) {
    const drawn = drawable(String.fromCodePoint(point))
    expect(drawn, point.toString(16)).not.toContain('?')
    for (const letter of drawn)
      expect([point.toString(16), faces.some((face) => face.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0))]).toEqual(
        [point.toString(16), true],
      )
  }
})

test.each([
  ['  ANNA \t MARIA\n', 'ANNA MARIA'],
  ['RO\u200bS\u00adSI\u0000', 'ROSSI'],
  ['C\u030cUC\u030cEK', 'ČUČEK'],
  ['\u200b \u00a0', ''],
  ['A\ue000B\u{e0041}', 'AB'],
])('%j is read as %j', (text, read) => expect(legible(text)).toBe(read))
