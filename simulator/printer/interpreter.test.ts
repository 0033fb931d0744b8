import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createInterpreter } from './interpreter.ts'
import { createPaper } from './paper.ts'

const HEAD = 96
const BUILD = { headDots: HEAD, cutter: true, presenter: true, packBits: true, automaticStatus: 'gs-a' } as const
const CUTTER = 8
const escAt = [0x1b, 0x40]
const dotUnits = [0x1d, 0x50, 203, 203]
const cut = [0x1d, 0x56, 66, 0]
const processId = [0x1d, 0x28, 0x48, 6, 0, 48, 48, 0x41, 0x42, 0x43, 0x44]
const raster = (widthBytes: number, rows: number[]) => [
  0x1d,
  0x76,
  0x30,
  0,
  widthBytes,
  0,
  rows.length / widthBytes,
  0,
  ...rows,
]

function machine() {
  const paper = createPaper(HEAD, CUTTER)
  const sheets: string[][] = []
  const answers: string[] = []
  const ejected: number[] = []
  const interpreter = createInterpreter(BUILD, paper, {
    answer: (bytes) => answers.push(Buffer.from(bytes).toString('hex')),
    reset: () => undefined,
    ejector: (n) => ejected.push(n),
    automaticStatus: () => undefined,
    cut() {
      const sheet = paper.cut()
      if (!sheet) return
      const rows = Array.from({ length: sheet.height }, (_, y) =>
        [...sheet.dots.subarray(y * sheet.width, (y + 1) * sheet.width)].map((dot) => (dot ? '#' : '.')).join(''),
      )
      sheets.push(rows)
    },
  })
  return {
    interpreter,
    sheets,
    answers,
    ejected,
    take: (...bytes: number[]) => bytes.forEach((byte) => void interpreter.take(byte)),
  }
}

test('a raster image stands at the left margin, under the paper that was past the head', () => {
  const { take, sheets } = machine()
  take(...escAt, ...dotUnits, 0x1d, 0x4c, 5, 0, ...raster(1, [0b1000_0001, 0b0001_1000]), ...cut)
  expect(sheets[0]).toHaveLength(CUTTER + 2)
  expect(sheets[0]?.[CUTTER]).toBe(`.....#......#${'.'.repeat(HEAD - 13)}`)
  expect(sheets[0]?.[CUTTER + 1]).toBe(`........##${'.'.repeat(HEAD - 10)}`)
})

test('a packed row is unpacked as the TIFF specification has it, at the left margin, white after its end', () => {
  const { take, sheets } = machine()
  const packed = [0x1b, 0x2a, 0x62, 0x6d, 2]
  // 3 × FFh, then 01h 80h unchanged.
  take(...escAt, ...dotUnits, 0x1d, 0x4c, 4, 0, ...packed, 0x1b, 0x2a, 0x31, 5, 0, 0xfe, 0xff, 1, 0x01, 0x80, ...cut)
  expect(sheets[0]?.[CUTTER]).toBe(`....${'#'.repeat(24)}.......##${'.'.repeat(HEAD - 37)}`)
})

test('the ejector obeys commands, except during a fault', () => {
  const { take, ejected, interpreter } = machine()
  take(...escAt, 0x1d, 0x65, 3, 12, 0x1d, 0x65, 2, 0x1d, 0x65, 5)
  expect(ejected).toEqual([3, 2, 5])
  interpreter.fault()
  take(0x1d, 0x65, 3, 12)
  expect(ejected).toHaveLength(3)
})

test('letters keep to their cell, their size and their line', () => {
  const { take, sheets } = machine()
  take(...escAt, ...dotUnits, 0x1b, 0x33, 60, 0x1d, 0x21, 0x11, 0x48, 0x49, 0x0a, ...cut)
  const rows = sheets[0] ?? []
  expect(rows).toHaveLength(CUTTER + 60)
  expect(rows.some((row) => row.slice(0, 24).includes('#'))).toBe(true)
  expect(rows.some((row) => row.slice(24, 48).includes('#'))).toBe(true)
  expect(rows.some((row) => row.slice(48).includes('#'))).toBe(false)
  expect(rows.slice(CUTTER + 48).some((row) => row.includes('#'))).toBe(false)
})

test('an acknowledgement is given when everything before it is printed', () => {
  const { take, answers } = machine()
  const image = raster(1, [1, 2, 3])
  take(...escAt, ...image.slice(0, -1), ...processId)
  // The first byte of the request was the last row of dots, so the rest is text.
  expect(answers).toEqual([])
  take(...processId)
  expect(answers).toEqual(['37224142434400'])
})

test('after a fault in an image nothing is printed or acknowledged until its bytes are made up and ESC @ follows', () => {
  const { take, interpreter, sheets, answers } = machine()
  take(...escAt, ...raster(2, Array<number>(20).fill(255)).slice(0, -11))
  interpreter.fault()
  take(...escAt, ...processId)
  expect(answers).toEqual([])
  take(...Array<number>(64).fill(0), ...processId)
  expect(answers).toEqual([])
  take(...escAt, ...processId)
  expect(answers).toHaveLength(1)
  take(...cut)
  expect(sheets[0]?.filter((row) => row.includes('#'))).toHaveLength(4)
})

test('a blank offcut is no sheet', () => {
  const { take, sheets } = machine()
  take(...escAt, ...cut, ...cut)
  expect(sheets).toEqual([])
})

test('no stream of bytes breaks it', () => {
  const command = fc.constantFrom(0x1b, 0x1d, 0x10, 0x28, 0x6b, 0x76, 0x30, 0x31, 0x51, 0x61, 0x21, 0x0a, 0, 1, 2)
  fc.assert(
    fc.property(fc.array(fc.oneof(command, fc.nat(255)), { maxLength: 300 }), (bytes) => {
      machine().take(...bytes)
    }),
  )
})
