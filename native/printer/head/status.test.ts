import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { printerStatus } from '../../../contract/device.ts'
import { canPrint } from '../printer.ts'
import { printerStatusOf, rawStatus } from './status.ts'

const seen = (...bytes: [number, number, number, number]) => printerStatusOf(rawStatus(bytes), { paperLowSensor: true })

describe('status', () => {
  test.each([
    ['nothing to report', [0x12, 0x12, 0x12, 0x12], 'ready'],
    ['roll nearly at its end', [0x12, 0x12, 0x12, 0x1e], 'paperLow'],
    ['roll at its end', [0x1a, 0x32, 0x12, 0x7e], 'paperOut'],
    ['end of paper seen only by the sensor', [0x12, 0x12, 0x12, 0x72], 'paperOut'],
    ['cover open, which also hides the paper', [0x1a, 0x36, 0x12, 0x72], 'coverOpen'],
    ['cutter blocked', [0x1a, 0x52, 0x1a, 0x12], 'jam'],
    ['paper wound around the roller', [0x1a, 0x52, 0x16, 0x12], 'jam'],
    ['head too hot', [0x1a, 0x52, 0x52, 0x12], 'overheated'],
    ['broken electronics', [0x1a, 0x52, 0x32, 0x12], 'offline'],
    ['off line and no reason given', [0x1a, 0x12, 0x12, 0x12], 'offline'],
  ] as const)('%s', (_, [a, b, c, d], status) => {
    expect(seen(a, b, c, d)).toBe(status)
  })

  test('a printer without a near-end sensor never has little paper', () => {
    expect(printerStatusOf(rawStatus([0x12, 0x12, 0x12, 0x1e]), { paperLowSensor: false })).toBe('ready')
  })

  test('whatever four bytes come, they are one status, and off line is never ready', () => {
    const byte = fc.nat(255)
    fc.assert(
      fc.property(byte, byte, byte, byte, (a, b, c, d) => {
        const status = seen(a, b, c, d)
        expect(printerStatus.options).toContain(status)
        if (a & 0x08) expect(canPrint(status)).toBe(false)
      }),
    )
  })
})
