import ipp from '@sealsystems/ipp'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAnswer } from './ipp-answer.ts'

const OPERATION = {
  'attributes-charset': 'utf-8',
  'attributes-natural-language': 'en',
  'printer-uri': 'ipp://localhost/ipp/print',
}
const message = ipp.serialize({
  version: '2.0',
  operation: 'Create-Job',
  'operation-attributes-tag': { ...OPERATION, 'requested-attributes': ['job-id', 'job-state'], 'last-document': true },
  'job-attributes-tag': { copies: 1 },
})

test('an answer that the library wrote is read: texts, numbers, truth values, several values of one name', () => {
  const read = readAnswer(message)
  expect(read?.groups.map(({ tag, attributes }) => [tag, Object.fromEntries(attributes)])).toEqual([
    [
      1,
      {
        'attributes-charset': ['utf-8'],
        'attributes-natural-language': ['en'],
        'printer-uri': ['ipp://localhost/ipp/print'],
        'requested-attributes': ['job-id', 'job-state'],
        'last-document': [true],
      },
    ],
    [2, { copies: [1] }],
  ])
})

// The library's own parser runs in circles on such a length.
test('a length above 32,767 is no answer', () => {
  const circle = Buffer.concat([message.subarray(0, 8), Buffer.from([0x04, 0x13, 0xff, 0xfb, 0x00, 0x00])])
  expect(readAnswer(circle)).toBeNull()
})

test('an answer that is cut off anywhere is none', () => {
  for (let length = 0; length < message.length; length++) expect(readAnswer(message.subarray(0, length))).toBeNull()
})

test('whatever comes, reading it ends', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(message.length), (noise, at) => {
      readAnswer(noise)
      readAnswer(Buffer.concat([message.subarray(0, at), noise]))
    }),
  )
})
