import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { consoleApi } from '../contract/console/api.ts'
import { apart, deedSaid, detailSaid, fieldSaid, fromRome, inRome, SCREENS } from './words.ts'

test('no two screens answer to one key', () => {
  const keys = SCREENS.map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
})

test('each deed that the gateway writes into the audit is said in words', () => {
  const folder = fileURLToPath(new URL('../gateway/', import.meta.url))
  const sources = globSync('**/*.ts', { cwd: folder }).filter((name) => !name.endsWith('.test.ts'))
  const written = sources.flatMap((name) =>
    [...readFileSync(`${folder}${name}`, 'utf8').matchAll(/\bdeed: '([\w.-]+)'/g)].map(([, deed]) => deed ?? ''),
  )
  const looks = Object.entries(consoleApi).flatMap(([name, route]) =>
    'told' in route ? [`seen.${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`] : [],
  )
  expect(written.length).toBeGreaterThan(40)
  expect(looks.length).toBeGreaterThan(10)
  expect([...new Set([...written, ...looks])].filter((deed) => deedSaid(deed) === deed)).toEqual([])
})

test('what an entry tells stands in Italian, and names nobody', () => {
  expect(detailSaid('rows', 12_000)).toBe('righe: 12.000')
  expect(detailSaid('way', 'singole')).toBe('modo: una alla volta')
  expect(detailSaid('silence', true)).toBe('silenzio-assenso: sì')
  expect(detailSaid('until', '2026-11-30')).toBe('fino al 30 nov 2026')
  expect(detailSaid('kind', 'send-log')).toBe('genere: Invia il registro')
  expect(detailSaid('condition', 'clone')).toMatch(/^allarme: [^-]+$/)
  expect(detailSaid('to', 'f00d')).toBeNull()
  for (const key of ['holder', 'also', 'person']) expect(detailSaid(key, 'f00d')).toBeNull()
  expect([fieldSaid('patron'), fieldSaid('perche.C020'), fieldSaid('wish.0')]).toEqual([
    ...['il giorno del patrono', 'il perché di C020', null],
  ])
})

test('an Italian clock and an instant tell each other the time', () => {
  expect(inRome('2026-07-01T10:00:00.000Z')).toBe('2026-07-01T12:00')
  expect(fromRome('2026-12-01T12:00')).toBe('2026-12-01T11:00:00.000Z')
  expect(apart('2016-11-30T00:00:00Z', '2026-11-30T00:00:00Z')).toBe('10 anni')
})
