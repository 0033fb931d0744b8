import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const UNIT = readFileSync(new URL('../../assets/system/totem-polis.service', import.meta.url), 'utf8')
const settings = UNIT.split('\n').filter((line) => /^\w+=/.test(line))

test('what a visit leaves in memory goes to no disk', () => {
  expect(settings).toEqual(expect.arrayContaining(['LimitCORE=0', 'MemorySwapMax=0']))
})

test('nothing in the unit switches a wall off', () => {
  expect(settings).toEqual(
    expect.arrayContaining(['NoNewPrivileges=yes', 'CapabilityBoundingSet=', 'DevicePolicy=closed']),
  )
  expect(UNIT).not.toMatch(/NODE_|no-sandbox|remote-debugging|inspect/)
})
