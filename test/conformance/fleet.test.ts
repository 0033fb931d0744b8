import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const TOTEM = fileURLToPath(new URL('../../commands/totem.mjs', import.meta.url))
/** Enough for a test; the fleet of all offices takes a quarter of an hour (`npx totem simulator fleet`). */
const LATE_MS = 120_000

/** An outage of 150 totems. Those that find their line by `limit` get their certificates. */
test('a fleet whose time ends before all have found their line: nothing lost or doubled, the rest still on its totems', {
  timeout: LATE_MS,
}, async () => {
  const args = ['--totems', '150', '--outage', '2h', '--limit', '15s', '--once', '--json']
  const child = spawn(TOTEM, ['simulator', 'fleet', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [said, told, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  expect(told.split('\n')).toEqual(told.split('\n').filter((line) => line === '' || line.startsWith('150 totems: ')))
  const { sound, whole, runs } = JSON.parse(said)
  const [{ requests, issued, unfinished, lost, duplicates, refused }] = runs
  expect({ code, sound, whole }).toEqual({ code: 1, sound: true, whole: false })
  expect({ lost, duplicates, refused }).toEqual({ lost: 0, duplicates: 0, refused: 0 })
  expect(requests).toBeGreaterThan(0)
  expect(issued + unfinished).toBe(requests)
})
