import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HOUR_MS } from '../basics/time.ts'
import { TECHNICIAN_MARK, technicianAtWork } from './technician.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'technician-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a technician is at work from the mark on, until it is taken away or four hours are over', () => {
  expect(technicianAtWork(folder)).toBe(false)
  writeFileSync(join(folder, TECHNICIAN_MARK), '')
  expect(technicianAtWork(folder)).toBe(true)
  expect(technicianAtWork(folder, Date.now() + 3.9 * HOUR_MS)).toBe(true)
  expect(technicianAtWork(folder, Date.now() + 4.1 * HOUR_MS)).toBe(false)
  rmSync(join(folder, TECHNICIAN_MARK))
  expect(technicianAtWork(folder)).toBe(false)
})
