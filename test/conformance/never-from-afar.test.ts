import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noticeSentence, totemCommandKinds, totemCommands } from '../../contract/command.ts'
import { consoleApi } from '../../contract/console/api.ts'
import { orderKinds } from '../../contract/console/commands.ts'
import { neverFromAfar } from '../support/console/never.ts'

// What nobody may do to a totem from afar, behind no permission either: over the list of commands, the console's wire, and the code on
// both of its sides. The built page is held to the same words where it is walked through (test/e2e/console.test.ts).

const root = join(import.meta.dirname, '../..')
const code = (...globs: string[]) =>
  globs
    .flatMap((glob) => globSync(glob, { cwd: root }))
    .filter((name) => !/\.test\.tsx?$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(root, name), 'utf8').replace(/^\s*(\/\/|\/?\*).*$/gm, '') }))

test('these are the commands, and there are no others', () => {
  expect(orderKinds).toEqual([
    ...['withdraw', 'restore', 'rotate-keys', 'send-log', 'restart-app', 'restart-device', 'reboot', 'readiness'],
    ...['notice', 'notice-off', 'revoke', 'pause-updates', 'resume-updates'],
  ])
})

test('no command takes a word of an operator’s: the one argument is one of our own sentences, and a day', () => {
  for (const kind of totemCommandKinds) {
    const keys = Object.keys(totemCommands[kind].shape)
    expect(keys).toEqual(kind === 'notice' ? ['sentence', 'day'] : [])
    expect(totemCommands[kind].safeParse({ text: 'x' }).success).toBe(false)
  }
  for (const sentence of ['Telefonate al 123', '<b>x</b>', ''])
    expect(noticeSentence.safeParse(sentence).success).toBe(false)
  for (const locale of ['it', 'en', 'de', 'fr', 'sl']) {
    const texts = JSON.parse(readFileSync(join(root, `assets/locales/${locale}.json`), 'utf8'))
    for (const sentence of noticeSentence.options) expect(texts[`attract.notice.${sentence}`]).toContain('{day}')
  }
})

test('no route of the console is for a person, a document, a file, a screen or a shell', () => {
  const paths = Object.values(consoleApi).map(({ path }) => path)
  expect(
    paths.filter((path) =>
      /screen|image|camera|shell|exec|sql|\bfile|queue|payload|certificate|card|\bpin\b|citizen/i.test(path),
    ),
    // The sync logs, counts and lists of people, as the gateway has them, and operators' own smart cards: nothing of a totem's.
  ).toEqual([
    ...['/log/file', '/cards', '/cards/approve', '/cards/revoke'],
    ...['/bulk/:request/file', '/bulk/:request/files', '/accounts/file'],
    ...['products', 'products/channels', 'cie', 'consultations', 'offices'].map((name) => `/statistics/${name}/file`),
  ])
})

test('the code of commands, on both sides and between them, has nothing to do any of it with', () => {
  const sources = code(
    ...['main/commands/**/*.ts', 'gateway/commands/**/*.ts', 'gateway/console/**/*.ts', 'console/**/*.{ts,tsx}'],
    ...['contract/command*.ts', 'contract/console/**/*.ts', 'trust/command.ts'],
  )
  expect(sources.length).toBeGreaterThan(60)
  expect(sources.flatMap(({ name, text }) => neverFromAfar(text).map((what) => `${name}: ${what}`))).toEqual([])
})

test('a totem starts one program from afar, with no word that came over the line', () => {
  const started = code('main/commands/**/*.ts').flatMap(({ text }) => text.match(/spawn\([^)]*\)/g) ?? [])
  expect(started).toEqual(["spawn('/usr/bin/systemctl', ['reboot'], { stdio: 'ignore' })"])
})

test('the words are found where they stand', () => {
  expect(neverFromAfar('await window.capturePage()')).toEqual(['sees the screen'])
  expect(neverFromAfar('navigator.mediaDevices.getUserMedia({})')).toEqual(['camera or microphone'])
  expect(neverFromAfar("exec('rm -rf /')")).toEqual(['a shell or a program'])
  expect(neverFromAfar('queue.get(operation).sealed')).toEqual(['reads a request'])
})
