import { PassThrough } from 'node:stream'
import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { withoutFloods } from './floods.ts'

test('of a flood the log has its beginning, and then a line a minute with the number; other kinds are whole', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const written: { kind: string; level: number; leftOut?: number; totem?: string }[] = []
  const sink = new PassThrough().on('data', (line: Buffer) => void written.push(JSON.parse(line.toString())))
  const { log, stop } = withoutFloods(pino(sink))
  const of = (kind: string) => written.filter((line) => line.kind === kind)
  for (let each = 0; each < 1_000; each++) {
    log.warn({ kind: 'anpr-unavailable', totem: `TT-${each}` })
    log.info({ kind: 'request', totem: 'TT-0001' })
  }
  log.error({ kind: 'jobs-restored' })
  expect(of('anpr-unavailable')).toHaveLength(100)
  expect(of('request')).toHaveLength(1_000)
  expect(of('jobs-restored')).toMatchObject([{ level: 50 }])

  vi.advanceTimersByTime(60_000)
  expect(of('anpr-unavailable').at(-1)).toMatchObject({ level: 40, leftOut: 900 })
  expect(of('anpr-unavailable').at(-1)).not.toHaveProperty('totem')
  expect(of('jobs-restored')).toHaveLength(1)
  vi.advanceTimersByTime(60_000)
  expect(of('anpr-unavailable')).toHaveLength(101)

  for (let each = 0; each < 101; each++) log.warn({ kind: 'anpr-unavailable' })
  stop()
  expect(of('anpr-unavailable').at(-1)).toMatchObject({ leftOut: 1 })
})

test('a totem that floods leaves room for what the log says of the others', () => {
  const written: { totem: string }[] = []
  const sink = new PassThrough().on('data', (line: Buffer) => void written.push(JSON.parse(line.toString())))
  const { log, stop } = withoutFloods(pino(sink))
  for (let each = 0; each < 1_000; each++) log.warn({ kind: 'evidence-spent', totem: 'TT-0001' })
  log.warn({ kind: 'evidence-spent', totem: 'TT-0002' })
  stop()
  expect(written.filter(({ totem }) => totem === 'TT-0001')).toHaveLength(20)
  expect(written.filter(({ totem }) => totem === 'TT-0002')).toHaveLength(1)
  expect(written.at(-1)).toMatchObject({ kind: 'evidence-spent', leftOut: 980 })
})
