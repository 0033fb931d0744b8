import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskedCommand, type TraceEntry } from './trace.ts'
import { openChannel } from './transport.ts'

test.each([
  ['VERIFY', '0020001008313233343536FFFF', '0020001008················'],
  ['VERIFY within secure messaging', '0C2000811D8709010102', '0C2000811D··········'],
  ['VERIFY, extended', '002000100000083132333435363738', '00200010000008················'],
  ['the status of a PIN', '00200010', '00200010'],
  ['CHANGE REFERENCE DATA', '00240010043132FFFF', '0024001004········'],
  ['RESET RETRY COUNTER', '002C0010043132FFFF', '002C001004········'],
  ['GENERAL AUTHENTICATE', '10860000027C0000', '1086000002······'],
  ['SELECT', '00A4040C06A00000000039', '00A4040C06A00000000039'],
])('%s is shown without its secret', (_, apdu, shown) => {
  expect(maskedCommand(Buffer.from(apdu, 'hex'))).toBe(shown)
})

test('no digit of a PIN is in a trace, wherever it stands', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0x00, 0x0c, 0x10, 0x1c),
      fc.constantFrom(0x20, 0x24, 0x2c),
      fc.uint8Array({ minLength: 1, maxLength: 255 }),
      (cla, ins, data) => {
        const shown = maskedCommand(Uint8Array.of(cla, ins, 0, 0x10, data.length, ...data))
        expect(shown).toMatch(/^[0-9A-F]{10}(··)+$/)
      },
    ),
  )
})

test('a trace says how long each answer was and its status word, and nothing of what was in it', async () => {
  const answers = ['48454C4C4F9000', '6A82', '']
  const entries: TraceEntry[] = []
  const channel = openChannel(
    { transmit: async () => Buffer.from(answers.shift() ?? '', 'hex') },
    new AbortController().signal,
    (entry) => entries.push(entry),
  )
  const read = Uint8Array.of(0x00, 0xb0, 0x00, 0x00, 0x05)
  await channel.sendOnce(read)
  await channel.sendOnce(read)
  await expect(channel.sendOnce(read)).rejects.toThrow()
  expect(entries.map(({ command, answered, sw }) => ({ command, answered, sw }))).toEqual([
    { command: '00B0000005', answered: 5, sw: '9000' },
    { command: '00B0000005', answered: 0, sw: '6A82' },
    { command: '00B0000005', answered: 0, sw: null },
  ])
  expect(entries.every(({ ms, tookMs }) => ms >= 0 && tookMs >= 0)).toBe(true)
})
