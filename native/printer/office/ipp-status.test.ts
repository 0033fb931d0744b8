import { expect, test } from 'vitest'
import { officeStatus } from './ipp-status.ts'

const IDLE = 3
const PRINTING = 4
const STOPPED = 5

test.each([
  ['nothing is wrong', IDLE, ['none'], 'ready'],
  ['it prints', PRINTING, ['none'], 'ready'],
  ['a reason without a severity is an error', STOPPED, ['media-jam'], 'jam'],
  ['a door is open and the paper seems gone', STOPPED, ['media-empty-error', 'door-open-error'], 'coverOpen'],
  ['all paper is gone', STOPPED, ['media-empty-error'], 'paperOut'],
  ['a stopped printer that only warns', STOPPED, ['media-empty-warning'], 'paperOut'],
  ['one tray of several is empty', IDLE, ['media-empty-warning'], 'paperLow'],
  ['a job waits for paper, however mildly it is said', PRINTING, ['media-needed-report'], 'paperOut'],
  ['little paper', IDLE, ['media-low-report'], 'paperLow'],
  ['the output is full', STOPPED, ['output-area-full-error'], 'jam'],
  ['the fuser is too hot', STOPPED, ['fuser-over-temp'], 'overheated'],
  ['little toner is no fault', IDLE, ['toner-low-warning', 'marker-supply-low-report'], 'ready'],
  ['no toner', STOPPED, ['toner-empty-error'], 'offline'],
  ['CUPS cannot reach it', PRINTING, ['offline-report'], 'offline'],
  ['somebody has paused it', STOPPED, ['paused'], 'offline'],
  ['stopped for a reason nobody knows', STOPPED, ['com.example-error'], 'offline'],
  ['an unknown reason does not stop it', PRINTING, ['cups-waiting-for-job-completed-report'], 'ready'],
] as const)('%s', (_, state, reasons, status) => {
  expect(officeStatus({ state, reasons, accepting: true })).toBe(status)
})

test('a printer that takes no jobs is offline', () => {
  expect(officeStatus({ state: IDLE, reasons: ['none'], accepting: false })).toBe('offline')
})
