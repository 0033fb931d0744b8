import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drawable } from '../../contract/letters.ts'
import { mm, setLines } from './lines.ts'
import type { Run } from './model.ts'
import type { Measure, Style } from './typeface.ts'

const style: Style = { face: 'regular', size: 10, leading: 14 }
/** Every letter 5 points, every bold one 6. */
const measure: Measure = (text, { face }) => Array.from(text).length * (face === 'semibold' ? 6 : 5)
const set = (runs: Run[], width = 100, align: 'left' | 'center' | 'right' = 'left') =>
  setLines(runs, { width, style, align }, measure)
const texts = (runs: Run[], width?: number) =>
  set(runs, width).map((line) =>
    line
      .map(({ text }) => text ?? '_')
      .join('')
      .trimEnd(),
  )

test.each([
  [['una riga corta'], ['una riga corta']],
  [['questa frase va su due righe'], ['questa frase va su', 'due righe']],
  [['a Spello', { strong: ', Umbria' }], ['a Spello, Umbria']],
  [
    ['sta a ', { strong: 'Castelluccio' }, ', qui'],
    ['sta a', 'Castelluccio, qui'],
  ],
  [['nome ', { gap: 15 }, ' fine'], ['nome _ fine']],
  [['Precipitevolissimevolmente'], ['Precipitevolissimevo', 'lmente']],
  [[''], ['']],
])('%j', (runs, lines) => expect(texts(runs as Run[])).toEqual(lines))

test('a bold word after a plain one has no gap and does not part from its comma', () => {
  const [line] = set(['ab', { strong: 'cd' }, ', ef'])
  expect(line?.map(({ text, x, width }) => [text, x, width])).toEqual([
    ['ab', 0, 10],
    ['cd', 10, 12],
    [', ef', 22, 20],
  ])
})

test('right and centred lines end and stand where they must', () => {
  expect(set(['abcd'], 100, 'right')[0]?.[0]?.x).toBe(80)
  expect(set(['abcd'], 100, 'center')[0]?.[0]?.x).toBe(40)
})

const run = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }).map((strong) => ({ strong })),
  fc.integer({ min: 1, max: 90 }).map((gap) => ({ gap })),
)

describe('any text', () => {
  test('no line is wider than its column, and nothing is lost', () => {
    fc.assert(
      fc.property(fc.array(run, { maxLength: 8 }), fc.integer({ min: 30, max: 500 }), (runs, width) => {
        const lines = set(runs, width)
        for (const line of lines) {
          const last = line.at(-1)
          if (last) expect(last.x + last.width).toBeLessThanOrEqual(width + 0.02)
        }
        const letters = (text: string) => text.replaceAll(' ', '')
        const found = lines.flatMap((line) => line.map(({ text }) => text ?? '')).join('')
        const wanted = runs.map((one) => drawable(typeof one === 'string' ? one : 'strong' in one ? one.strong : ''))
        expect(letters(found)).toBe(letters(wanted.join('')))
        expect(lines.flat().filter(({ text }) => text === null)).toHaveLength(
          runs.filter((one) => typeof one !== 'string' && 'gap' in one).length,
        )
      }),
    )
  })
})

test('a millimetre', () => expect(mm(25.4)).toBeCloseTo(72))
