import fc from 'fast-check'
import { expect, test } from 'vitest'
import { outputReportBytes } from './report-descriptor.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

test.each([
  ['63 bytes', '0600FF 0901 A101 0902 1500 26FF00 7508 953F 8102 0903 7508 953F 9102 C0', 63],
  ['64 bytes', '0600FF 0901 A101 0902 1500 26FF00 7508 9540 8102 0903 9540 9102 C0', 64],
  ['8 bytes', '0600FF 0901 A101 0903 7508 9508 9102 C0', 8],
  ['512 bytes, count in two bytes', '0600FF 0901 A101 0903 7508 960002 9102 C0', 512],
  ['two fields of one report', '0600FF 0901 A101 7508 9510 9102 7501 9508 9102 C0', 17],
  ['two reports with ids: the larger', '0600FF 0901 A101 8501 7508 9510 9102 8502 9520 9102 C0', 32],
  ['push and pop', '0600FF 0901 A101 7508 9510 A4 9540 B4 9102 C0', 16],
  ['no output report', '0600FF 0901 A101 7508 953F 8102 C0', null],
  ['cut short', '0600FF 0901 A101 7508 96', null],
  ['absurd size', '0600FF 0901 A101 7508 97FFFFFFFF 9102 C0', null],
  ['nothing', '', null],
])('output report: %s', (_, descriptor, size) => {
  expect(outputReportBytes(hex(descriptor))).toBe(size)
})

test('no descriptor breaks it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (descriptor) => {
      const size = outputReportBytes(descriptor)
      expect(size === null || (size >= 1 && size <= 16_384)).toBe(true)
    }),
  )
})
