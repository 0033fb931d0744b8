import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

// A window is as its background until its page is drawn: another colour would flash at the start and after each citizen.
test('a window begins in the colour of the screens', () => {
  const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
  const [, window] = /BACKGROUND = '(#\w+)'/.exec(read('main/shell/window.ts')) ?? []
  const [, ground] = /--ground: (#\w+)/.exec(read('assets/colours.css')) ?? []
  expect(window?.toLowerCase()).toBe(ground)
})
