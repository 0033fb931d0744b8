import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  cut,
  feed,
  parseAnswers,
  processId,
  processIdOf,
  qrSymbol,
  recovery,
  wakeUp,
  withoutRealTimeCommands,
} from './escpos.ts'
import { profiles } from './profiles.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)

describe('commands', () => {
  test('paper is fed in steps that one byte can hold', () => {
    expect(feed(0)).toEqual(bytes())
    expect(feed(255)).toEqual(bytes(0x1b, 0x4a, 255))
    expect(feed(600)).toEqual(bytes(0x1b, 0x4a, 255, 0x1b, 0x4a, 255, 0x1b, 0x4a, 90))
  })

  test('a long QR code announces its length in two bytes', () => {
    const command = qrSymbol(new Uint8Array(600).fill(65), 4)
    const store = command.subarray(9 + 8 + 8)
    expect([...store.subarray(0, 8)]).toEqual([0x1d, 0x28, 0x6b, 603 & 255, 603 >> 8, 49, 80, 48])
  })

  test('a process id is four printable bytes and does not come back for 16 million requests', () => {
    expect(processIdOf(0)).toBe('0000')
    expect(processIdOf(64)).toBe('0010')
    fc.assert(
      fc.property(fc.nat(2 ** 24 - 1), fc.nat(2 ** 24 - 1), (a, b) => {
        expect(processIdOf(a)).toMatch(/^[\x30-\x6f]{4}$/)
        expect(processIdOf(a) === processIdOf(b)).toBe(a === b)
      }),
    )
  })

  test('recovery fills the largest band before it gives a command, and cuts the void sheet off', () => {
    const profile = profiles['a4-kiosk']
    const sent = recovery(profile)
    expect(sent.subarray(3, 13_003).every((byte) => byte === 0)).toBe(true)
    expect([...sent.subarray(13_003, 13_005)]).toEqual([0x1b, 0x40])
    expect(sent.slice(-4)).toEqual(cut(profile))
  })

  test('a printer that was sent nothing is woken without cutting a slip', () => {
    for (const profile of Object.values(profiles)) {
      const sent = Buffer.from(wakeUp(profile))
      expect(sent.includes(Buffer.from([0x1d, 0x56]))).toBe(false)
      expect(sent.includes(Buffer.from([0x1b, 0x4a]))).toBe(false)
    }
  })

  test('where there is no blade the sheet is fed past the tear bar', () => {
    expect(cut(profiles['receipt-80-tear'])).toEqual(feed(96))
  })

  test('no image spells a real-time command', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0x10, 0x04, 0x05, 0x14, 0x18, 0, 1, 255)), (values) => {
        const dots = withoutRealTimeCommands(Uint8Array.from(values))
        for (let i = 0; i + 1 < dots.length; i++) {
          if (dots[i] === 0x10) expect([0x04, 0x05, 0x14]).not.toContain(dots[i + 1])
          // A row may gain a dot and never loses one.
          expect((dots[i] ?? 0) & (values[i] ?? 0)).toBe(values[i])
        }
      }),
    )
  })
})

describe('answers', () => {
  test('status bytes and acknowledgements are told apart, filling is no answer', () => {
    const { answers, rest } = parseAnswers(bytes(0x12, 0x1a, 0, 0, 0x37, 0x22, 0x41, 0x42, 0x43, 0x44, 0, 0x16, 0))
    expect(answers).toEqual([
      { kind: 'status', byte: 0x12 },
      { kind: 'status', byte: 0x1a },
      { kind: 'printed', id: 'ABCD' },
      { kind: 'status', byte: 0x16 },
    ])
    expect(rest).toHaveLength(0)
  })

  test('automatic messages are recognised between the answers', () => {
    const full = bytes(0x10, 0x0f, 0x24, 0, 0, 0)
    const { answers, rest } = parseAnswers(bytes(0x12, ...full, 0x18, 0, 0x0f, 0, 0x12, 0x37, 0x22, 65, 66, 67, 68, 0))
    expect(answers).toEqual([
      { kind: 'status', byte: 0x12 },
      { kind: 'full', paper: 0x24 },
      { kind: 'changed' },
      { kind: 'status', byte: 0x12 },
      { kind: 'printed', id: 'ABCD' },
    ])
    expect(rest).toHaveLength(0)
  })

  test('an acknowledgement is understood wherever the link cuts it', () => {
    const id = '0aZ~'
    const whole = bytes(0x12, 0x37, 0x22, ...processId(id).subarray(7), 0, 0x12)
    fc.assert(
      fc.property(fc.nat(whole.length), (at) => {
        const first = parseAnswers(whole.subarray(0, at))
        const second = parseAnswers(Buffer.concat([first.rest, whole.subarray(at)]))
        expect([...first.answers, ...second.answers]).toEqual([
          { kind: 'status', byte: 0x12 },
          { kind: 'printed', id },
          { kind: 'status', byte: 0x12 },
        ])
      }),
    )
  })

  test('noise is never taken for an acknowledgement and never kept for long', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const { answers, rest } = parseAnswers(noise)
        expect(rest.length).toBeLessThan(7)
        for (const answer of answers) if (answer.kind === 'printed') expect(answer.id).toMatch(/^[\x20-\x7e]{4}$/)
      }),
    )
  })
})
