import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { profiles } from '../../native/printer/head/profiles.ts'

const FILE = fileURLToPath(new URL('../../assets/system/totem-polis.service', import.meta.url))
const UNIT = readFileSync(FILE, 'utf8')
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

test.each([FILE, FILE.replace('.service', '-update.service')])('systemd itself finds little to attack: %s', (file) => {
  const judged = execFileSync('systemd-analyze', ['security', '--offline=true', file], { encoding: 'utf8' })
  expect(Number(/exposure level for \S+: ([\d.]+)/.exec(judged)?.[1])).toBeLessThanOrEqual(4)
})

test('a totem that is not well is started anew, whatever its process says', () => {
  // By the program's own word (main/start/supervisor.ts): cage runs on over a black panel, and ends with 0.
  expect(settings).toEqual(
    expect.arrayContaining(['Type=notify', 'NotifyAccess=all', 'WatchdogSec=60', 'Restart=always']),
  )
})

test('the printer’s node goes to the totem by the ids of the heads', () => {
  const rules = readFileSync(new URL('../../assets/system/totem-polis.udev', import.meta.url), 'utf8')
  const named = new Set([...rules.matchAll(/ATTRS?\{idVendor\}=="(\w+)"/g)].map(([, id]) => id))
  const heads = Object.values(profiles).map(({ vendorId }) => vendorId.toString(16).padStart(4, '0'))
  expect([...named].sort()).toEqual([...new Set(heads)].sort())
})

test('a release on trial is counted before each start, by the user whose the releases are, and never keeps the totem from it', () => {
  const counted = settings.filter((line) => line.includes('count-start'))
  expect(counted.map((line) => line.split(' ')[0])).toEqual([
    'ExecStartPre=-+/usr/bin/setpriv',
    'ExecStopPost=-+/usr/bin/setpriv',
  ])
  expect(counted.every((line) => line.includes('--reuid=totem-polis-update'))).toBe(true)
})
