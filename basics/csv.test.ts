import { expect, test } from 'vitest'
import { csvLine, csvRows } from './csv.ts'

test.each<[string, string[][]]>([
  [
    'a,b\nc,d\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    '\uFEFFa;b\r\n"c;""x""\ny";d',
    [
      ['a', 'b'],
      ['c;"x"\ny', 'd'],
    ],
  ],
  [
    'a,\n,b',
    [
      ['a', ''],
      ['', 'b'],
    ],
  ],
  ['a,', [['a', '']]],
  ['a\n\n , \nb\r\n', [['a'], ['b']]],
  ['"a"x,b\n"open', [['"a"x', 'b'], ['"open']]],
  ['', []],
])('%j', (text, rows) => {
  expect(csvRows(text)).toEqual(rows)
})

test('a line is read as it was written, and is no formula', () => {
  expect(csvRows(csvLine(['a,b', 'c"d', 'e\nf', '']))).toEqual([['a,b', 'c"d', 'e\nf', '']])
  // A number below zero stays one; what only begins like one does not.
  expect(csvLine(['=1+1', '-5', '-5,2', '-1+1', ' =1', '＝1', '\tx', '@x'], { separator: ';', end: '\r\n' })).toBe(
    "'=1+1;-5;\"-5,2\";'-1+1;' =1;'＝1;'\tx;'@x\r\n",
  )
})
