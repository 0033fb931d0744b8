import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

// The README's picture of the house, the folders, and the rules that no import checker knows.
const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const isFolder = (folder: string) =>
  existsSync(path.join(root, folder)) && statSync(path.join(root, folder)).isDirectory()

const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '' && existsSync(path.join(root, file)))
const foldersIn = (folder: string) => [
  ...new Set(
    files
      .filter((file) => file.startsWith(folder))
      .map((file) => file.slice(folder.length).split('/'))
      .flatMap(([name, ...below]) => (name && below.length > 0 ? [`${folder}${name}/`] : [])),
  ),
]

/** Folders of the tree under "The house", such as `main/` and `main/queue/`. A line may name several. */
function picture(): string[] {
  const tree = /^## The house$[\s\S]*?^```\n([\s\S]*?)^```$/m.exec(read('README.md'))?.[1] ?? ''
  let room = ''
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', names = ''] = /^( *)((?:[\w.-]+\/ *)+)/.exec(line) ?? []
    const folders = names.split(/ +/).filter((name) => name !== '')
    if (indent === '') {
      room = folders[0] ?? room
      return folders
    }
    return folders.map((name) => room + name)
  })
}

describe('the README’s picture of the house', () => {
  const named = picture()

  test('names folders that exist', () => {
    expect(named.length).toBeGreaterThan(30)
    expect(named.filter((folder) => !isFolder(folder))).toEqual([])
    expect(named.filter((folder, index) => named.indexOf(folder) !== index)).toEqual([])
  })

  test('leaves no room out, and no folder of a room', () => {
    const rooms = foldersIn('').filter((folder) => !folder.startsWith('.'))
    const inside = [
      'main/',
      'gateway/',
      'native/',
      'renderer/',
      'console/',
      'contract/',
      'simulator/',
      'test/',
    ].flatMap(foldersIn)
    expect([...rooms, ...inside].filter((folder) => !named.includes(folder))).toEqual([])
  })
})

describe('journeys', () => {
  const journeys = readdirSync(path.join(root, 'main/journeys'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  /** Where each journey has its own part, by its own name. */
  const parts = (name: string) => [
    `contract/journeys/${name}.ts`,
    `main/journeys/${name}/`,
    `renderer/journeys/${name}/`,
    `simulator/visitor/${name}.ts`,
  ]
  /** Files that list all journeys, and the technician's log-in, which makes every check of a visit. */
  const registrations = [
    'contract/journeys/index.ts',
    'main/journeys/index.ts',
    'main/journeys/services.ts',
    'renderer/gallery-views.ts',
    'renderer/journeys/index.tsx',
    'simulator/visitor/index.ts',
    'commands/provisioning.ts',
  ]

  test('each has the same name everywhere', () => {
    expect(journeys.length).toBeGreaterThan(5)
    expect(journeys.flatMap(parts).filter((part) => !existsSync(path.join(root, part)))).toEqual([])
  })

  test('the registrations exist', () => {
    expect(registrations.filter((file) => !existsSync(path.join(root, file)))).toEqual([])
  })

  test.each(journeys)('only registrations import from outside what belongs to %s', (name) => {
    const own = parts(name)
    const isOwn = (file: string) => own.some((part) => (part.endsWith('/') ? file.startsWith(part) : file === part))
    const strangers = files.filter(
      (file) =>
        /\.(ts|tsx|css)$/.test(file) &&
        !/^test\/|\.test\.tsx?$/.test(file) &&
        !isOwn(file) &&
        !registrations.includes(file),
    )
    const imports = strangers.flatMap((file) =>
      [...read(file).matchAll(/['"](\.{1,2}\/[^'"]+)['"]/g)]
        .map(([, target = '']) => path.join(path.dirname(file), target))
        .filter(isOwn)
        .map((target) => `${file} imports ${target}`),
    )
    expect(imports).toEqual([])
  })
})

test('a file of the product, or of tests, over 400 lines says why in its first line', () => {
  const ours = files.filter(
    (file) =>
      /\.(ts|tsx|mjs|cjs|js|c|css)$/.test(file) && (!/^(test|assets)\//.test(file) || /\.test\.tsx?$/.test(file)),
  )
  const long = ours.filter((file) => read(file).split('\n').length > 401)
  expect(long.filter((file) => !/^\/[/*].*\b400 lines\b/.test(read(file)))).toEqual([])
})

test('no suite imports from another suite, and support from none', () => {
  const suiteOf = (file: string) => /^test\/([^/]+)\//.exec(file)?.[1]
  const crossing = files
    .filter((file) => suiteOf(file) && file.endsWith('.ts'))
    .flatMap((file) =>
      [...read(file).matchAll(/['"](\.{1,2}\/[^'"]+\.ts)['"]/g)]
        .map(([, target = '']) => path.join(path.dirname(file), target))
        .filter((target) => ![undefined, 'support', suiteOf(file)].includes(suiteOf(target)))
        .map((target) => `${file} imports ${target}`),
    )
  expect(crossing).toEqual([])
})
