import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const sourcesIn = (...rooms: string[]) =>
  rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.'))
      .map((file) => ({ file: `${room}/${file}`, text: readFileSync(join(root, room, file), 'utf8') })),
  )
const page = readFileSync(join(root, 'assets/locales/README.md'), 'utf8')

// assets/locales/README.md says what a sixth language needs.

test('the screens need its file and a line that names it: no other part of theirs knows one language from another', () => {
  const naming = sourcesIn('renderer').filter(({ text }) => /['"]sl['"]|\bsl:|\/sl\.json/.test(text))
  expect(naming.map(({ file }) => file)).toEqual(['renderer/i18n/messages.ts'])
  expect(page).toContain('renderer/i18n/messages.ts')
})

test('the page names every table that does not compile without its words, and no other', () => {
  const tables = sourcesIn('main', 'gateway', 'catalogue')
    .filter(({ text }) => /Record<\s*Language\b/.test(text))
    .map(({ file }) => file)
  const named: string[] = []
  let folder = ''
  const [, list = ''] = /\*\*Voice:\*\*([\s\S]*?)\n {3}ANPR/.exec(page) ?? []
  for (const [, path = ''] of list.matchAll(/`((?:[\w-]+\/)*[\w-]+\.ts)`/g)) {
    if (path.includes('/')) folder = path.slice(0, path.lastIndexOf('/'))
    const whole = path.includes('/') ? path : `${folder}/${path}`
    if (/^(?:main|gateway|catalogue)\//.test(whole)) named.push(whole)
  }
  expect(named.sort()).toEqual(tables.sort())
})
