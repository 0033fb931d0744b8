import { afterEach, describe, expect, test, vi } from 'vitest'
import type { HidBus } from './hid.ts'
import { createTransport } from './transport.ts'

/** A bus with one device that keeps what it is given; `take` may refuse or never end. */
function bus(reportBytes: number, take: (report: Uint8Array) => Promise<void> = async () => undefined) {
  const reports: number[][] = []
  const said: Uint8Array[] = []
  let opened = 0
  const hid: HidBus = {
    async open() {
      opened += 1
      return {
        reportBytes,
        async write(report) {
          await take(report)
          reports.push([...report])
        },
        read: async () => said.shift() ?? null,
        close: async () => undefined,
      }
    },
  }
  return { hid, reports, said, opened: () => opened }
}
const ids = { vendorId: 1, productId: 2 }

afterEach(() => void vi.useRealTimers())

describe('reports', () => {
  test.each([8, 63, 64, 512])('of %i bytes are sent whole, id byte first, the last one filled up', async (size) => {
    const { hid, reports } = bus(size)
    const transport = createTransport(hid, ids)
    await transport.open()
    const bytes = Uint8Array.from({ length: size * 2 + 1 }, (_, i) => (i % 255) + 1)
    expect(await transport.send(bytes)).toEqual({ ok: true, value: undefined })
    expect(reports.map((report) => report.length)).toEqual([size + 1, size + 1, size + 1])
    expect(reports.every(([id]) => id === 0)).toBe(true)
    expect(reports.flatMap((report) => report.slice(1))).toEqual([...bytes, ...Array<number>(size - 1).fill(0)])
  })

  test('an answer cut in two by the link is heard once', async () => {
    const { hid, said } = bus(64)
    const transport = createTransport(hid, ids)
    await transport.open()
    said.push(Uint8Array.of(0x37, 0x22, 0x41), Uint8Array.of(0x42, 0x43, 0x44, 0))
    expect(await transport.receive(1)).toEqual({ ok: true, value: [] })
    expect(await transport.receive(1)).toEqual({ ok: true, value: [{ kind: 'printed', id: 'ABCD' }] })
  })
})

describe('device', () => {
  test('that fails is closed, is absent, and is opened anew', async () => {
    let broken = true
    const { hid, opened } = bus(64, async () => {
      if (broken) throw new Error('EIO')
    })
    const transport = createTransport(hid, ids)
    expect(await transport.open()).toEqual({ ok: true, value: true })
    expect(await transport.send(Uint8Array.of(1))).toEqual({ ok: false, error: { kind: 'absent' } })
    broken = false
    expect(await transport.open()).toEqual({ ok: true, value: true })
    expect(await transport.open()).toEqual({ ok: true, value: false })
    expect(opened()).toBe(2)
  })

  test('that takes nothing is stuck until it does, and is left alone meanwhile', async () => {
    vi.useFakeTimers()
    let release: () => void = () => undefined
    const { hid, reports } = bus(64, () => new Promise((resolve) => (release = resolve)))
    const transport = createTransport(hid, ids)
    await transport.open()
    const sending = transport.send(Uint8Array.of(1))
    await vi.advanceTimersByTimeAsync(10_000)
    const stuck = { ok: false, error: { kind: 'stuck' } }
    expect(await sending).toEqual(stuck)
    expect(await transport.send(Uint8Array.of(2))).toEqual(stuck)
    expect(await transport.receive(1)).toEqual(stuck)
    expect(await transport.open()).toEqual(stuck)
    release()
    await vi.advanceTimersByTimeAsync(1)
    expect(await transport.open()).toEqual({ ok: true, value: false })
    expect(reports).toHaveLength(1)
  })
})
