import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeText, printableText, wrap, wrapEvenly } from './text.ts'

const encoded = (text: string) => Buffer.from(encodeText(printableText(text))).toString('hex')

describe('letters', () => {
  test.each([
    ['Nicolò è più là', 'Nicolò è più là'],
    ['Žerjav Čuček Đorđe', 'Žerjav Čuček Đorđe'],
    ['16 €', '16 €'],
    ['l’anagrafe – “così”…', 'l\'anagrafe - "così"...'],
    ['Ṃảŋ', 'Man'],
    ['ƉURIĆ Ħamrun ĲSSEL', 'ĐURIĆ Hamrun IJSSEL'],
    ['ROS\u00adSI\u200b', 'ROSSI'],
    ['Łódź', 'Łódź'],
    ['日本', '??'],
    ['e\u0300 composta', 'è composta'],
    ['una\tdue\nrighe\u00a0unite', 'una due righe unite'],
    ['comando\u001b@nascosto\u0010\u0004', 'comando@nascosto'],
    ['destra\u202esinistra', 'destrasinistra'],
  ])('%j prints as %j', (text, printed) => {
    expect(printableText(text)).toBe(printed)
  })

  test('every letter that ANPR admits prints as itself or as the letter that stands for it', () => {
    const admitted = [...Array.from({ length: 0x17e - 0xc0 + 1 }, (_, at) => 0xc0 + at), 0x189]
    for (const point of admitted) {
      const printed = printableText(String.fromCodePoint(point))
      expect(printed, point.toString(16)).toMatch(/^[^?]+$/)
      expect(encodeText(printed).length, point.toString(16)).toBeGreaterThan(0)
    }
  })

  test('the code page is changed where it must be and changed back', () => {
    expect(encoded('àčà')).toBe('85' + '1b7412' + '9f' + '1b7413' + '85')
    expect(encoded('č')).toBe('1b7412' + '9f' + '1b7413')
    expect(encoded('€ß')).toBe('d5' + 'e1')
  })

  test('no text gives the printer a command', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const sent = [...encodeText(printableText(text))]
        for (let i = 0; i < sent.length; i++) {
          // The only command in a text is the change between the two code pages.
          if (sent[i] === 0x1b && sent[i + 1] === 0x74 && [18, 19].includes(sent[i + 2] ?? 0)) i += 2
          else expect(sent[i]).toBeGreaterThanOrEqual(0x20)
        }
      }),
    )
  })
})

describe('lines', () => {
  test('are broken between words', () => {
    expect(wrap('uno due tre', 7)).toEqual(['uno due', 'tre'])
    expect(wrap('', 7)).toEqual([''])
    expect(wrap('precipitevolissimevolmente', 10)).toEqual(['precipitev', 'olissimevo', 'lmente'])
  })

  test('that are centred leave no word alone', () => {
    expect(wrapEvenly('Il codice contiene operazione e protocollo del foglio', 50)).toEqual([
      'Il codice contiene operazione',
      'e protocollo del foglio',
    ])
  })

  test('never exceed the paper and lose no letter', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 60 }), (text, columns) => {
        const printed = printableText(text)
        for (const lines of [wrap(printed, columns), wrapEvenly(printed, columns)]) {
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
          expect(lines.join('').replaceAll(' ', '')).toBe(printed.replaceAll(' ', ''))
        }
      }),
    )
  })
})
