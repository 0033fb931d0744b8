import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { Ajv } from 'ajv'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Language, language, languages } from '../contract/language.ts'
import { build, closure, EXTERNALS } from './build.ts'
import { thirdParty } from './licences.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)
const { FileMatcher } = require('app-builder-lib/out/fileMatcher') as {
  FileMatcher: new (
    from: string,
    to: string,
    expand: (pattern: string) => string,
    patterns: string[],
  ) => {
    prependPattern(pattern: string): void
    createFilter(): (file: string, stat: Stats) => boolean
  }
}
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

interface BuilderConfig {
  files: string[]
  electronLanguages: string[]
  electronFuses: Record<string, boolean>
}
const config = load(read('electron-builder.yml')) as BuilderConfig

describe('electron-builder.yml', () => {
  const schema = require('app-builder-lib/scheme.json') as {
    definitions: { FuseOptionsV1: { properties: Record<string, unknown> } }
  }

  test('is what electron-builder understands', () => {
    const validate = new Ajv({ strict: false, allErrors: true }).compile(schema)
    validate(config)
    expect(validate.errors ?? []).toEqual([])
  })

  test('decides every fuse there is', () => {
    const { resetAdHocDarwinSignature: _macOnly, ...fuses } = schema.definitions.FuseOptionsV1.properties
    expect(Object.keys(config.electronFuses).sort()).toEqual(Object.keys(fuses).sort())
  })

  test('packs every package that stays outside the bundles', () => {
    const kept = /!node_modules\/!\((.*)\)\/\*\*/.exec(config.files.join('\n'))?.[1]?.split('|') ?? []
    expect(kept).toEqual(expect.arrayContaining(EXTERNALS.map((name) => name.split('/')[0])))
  })

  test('packs of them what is loaded, and they load from it', () => {
    // As electron-builder filters packages: by the exclusions alone.
    const matcher = new FileMatcher(
      root,
      root,
      (pattern) => pattern,
      config.files.filter((pattern) => pattern.startsWith('!')),
    )
    matcher.prependPattern('**/*')
    const isPacked = matcher.createFilter()
    const packed = closure(EXTERNALS)
      .flatMap((folder) =>
        readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true }).map((entry) =>
          path.relative(root, path.join(entry.parentPath, entry.name)),
        ),
      )
      .filter((file) => statSync(path.join(root, file)).isFile())
      .filter((file) => isPacked(path.join(root, file), statSync(path.join(root, file))))
    expect(packed.filter((file) => file.includes('pdfium/dist')).sort()).toEqual([
      'node_modules/@hyzyla/pdfium/dist/index.cjs',
      'node_modules/@hyzyla/pdfium/dist/pdfium.wasm',
    ])
    const bytes = packed.reduce((sum, file) => sum + statSync(path.join(root, file)).size, 0)
    expect(bytes).toBeLessThan(7_500_000)

    const folder = mkdtempSync(path.join(tmpdir(), 'totem-packed-'))
    for (const file of packed) cpSync(path.join(root, file), path.join(folder, file))
    writeFileSync(
      path.join(folder, 'load.cjs'),
      `for (const name of ${JSON.stringify(EXTERNALS)}) require(name)
      new (require('better-sqlite3'))(':memory:').close()
      require('@hyzyla/pdfium').PDFiumLibrary.init().then((library) => library.destroy())`,
    )
    execFileSync(process.execPath, ['load.cjs'], { cwd: folder })
    rmSync(folder, { recursive: true })
  })

  test('keeps Chromium’s words in the languages of the totem alone', () => {
    const spoken = Object.keys(languages).map((language) => (language === 'en' ? 'en-US' : language))
    expect([...config.electronLanguages].sort()).toEqual(spoken.sort())
  })
})

/** A sentence of the first screen, as the page's script has it. */
const textIn = (one: Language) =>
  JSON.parse(readFileSync(path.join(root, 'assets/locales', `${one}.json`), 'utf8'))['attract.card.line']

const dist = mkdtempSync(path.join(tmpdir(), 'totem-production-'))
beforeAll(() => build({ development: false, dist }))
afterAll(() => rmSync(dist, { recursive: true, force: true }))

describe('the packaged build', () => {
  test('has no door to a bench', () => {
    const main = readFileSync(path.join(dist, 'main/totem.cjs'), 'utf8')
    expect(readFileSync(path.join(dist, 'native/devices.cjs'), 'utf8')).not.toMatch(/"test-trust": *{/)
    for (const door of ['TOTEM_CONFIG', 'openDock', 'photostructure', 'playwright']) expect(main).not.toContain(door)
    const commands = readFileSync(path.join(dist, 'native/totem.cjs'), 'utf8')
    for (const door of ['simulator/', 'totem simulator', 'commands/fleet']) expect(commands).not.toContain(door)
  })

  test('has the technician’s command line, which takes no test key', () => {
    const said = (...args: string[]) => {
      const call = `require('./totem.cjs').run(${JSON.stringify(args)}).then((code) => console.log(code))`
      // Native parts lie beside the bundles in a package, and here where npm has put them.
      const env = { ...process.env, NODE_PATH: path.join(root, 'node_modules') }
      return execFileSync(process.execPath, ['-e', call], { cwd: path.join(dist, 'native'), encoding: 'utf8', env })
    }
    expect(said('--help')).toMatch(/^totem card read[\s\S]*^totem verify[\s\S]*\n0\n$/m)
    expect(said('card', 'read', '--test-trust', '--json')).toBe('{"kind":"usage"}\n64\n')
    expect(said('simulator', 'card', '--json')).toBe('{"kind":"usage"}\n64\n')
  })
})

/** What the page reads before its first picture, compressed; typefaces and sound are apart. */
const FIRST_LOAD_KB = 220
/** All that it can read: also the texts of the languages that come after the first picture. */
const PAGE_KB = 310

describe('the page', () => {
  const renderer = path.join(dist, 'renderer')
  const files = () => readdirSync(renderer, { recursive: true, encoding: 'utf8' })
  const kilobytes = (read: string[]) =>
    Math.ceil(read.reduce((sum, file) => sum + gzipSync(readFileSync(path.join(renderer, file))).length, 0) / 1000)

  test('is small, and its first picture waits for the texts of one language', () => {
    const html = readFileSync(path.join(renderer, 'index.html'), 'utf8')
    const named = [...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, file = '']) => file)
    // Typefaces are asked for at once too, and are apart.
    const first = ['index.html', ...named.filter((file) => !file.endsWith('.woff2'))]
    // A script imports at once what its first lines say; what it asks for by import() comes later.
    for (const script of first.filter((file) => file.endsWith('.js')))
      for (const [, file = ''] of readFileSync(path.join(renderer, script), 'utf8').matchAll(
        /^import[^("'`]+["'`]\.\/([^"'`]+)/g,
      ))
        expect(first).toContain(`assets/${file}`)
    // The bundler's own few lines are a script of their own, since the technician's part needs them too.
    expect(first.map((file) => path.extname(file)).sort()).toEqual(['.css', '.html', '.js', '.js'])
    expect(named.filter((file) => /rolldown-runtime/.test(file))).toHaveLength(1)
    expect(kilobytes(first)).toBeLessThanOrEqual(FIRST_LOAD_KB)
    expect(kilobytes(files().filter((file) => /\.(js|css|html)$/.test(file)))).toBeLessThanOrEqual(PAGE_KB)
    // What only technicians see comes when one is there.
    const service = files().filter((file) => /^assets\/service-/.test(file))
    expect(service.map((file) => path.extname(file)).sort()).toEqual(['.css', '.js'])
    expect(first.filter((file) => service.includes(file))).toEqual([])
    const entry = first.map((file) => readFileSync(path.join(renderer, file), 'utf8')).join('\n')
    expect(entry).toContain(textIn('it'))
    for (const one of language.options.filter((one) => one !== 'it')) {
      expect(entry).not.toContain(textIn(one))
      expect(files().some((file) => path.basename(file).startsWith(`${one}-`))).toBe(true)
    }
  })

  test('has each typeface in one format', () => {
    expect(files().filter((file) => /\.(woff|ttf|otf)$/.test(file))).toEqual([])
    expect(files().filter((file) => file.endsWith('.woff2')).length).toBeGreaterThan(0)
  })
})

describe('THIRD-PARTY.txt', () => {
  test('has a licence text for what is bundled and for what is packed beside the bundles', () => {
    const licences = readFileSync(path.join(dist, 'THIRD-PARTY.txt'), 'utf8')
    // One that main bundles, one that the page bundles, one for WASM, one with a native part and a typeface.
    for (const name of ['zod', 'react', '@hyzyla/pdfium', 'better-sqlite3', '@fontsource/titillium-web'])
      expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'))
    expect(licences).toContain('Permission is hereby granted, free of charge')
    expect(config.files).toContain('dist/THIRD-PARTY.txt')
  })

  test('a package that names no licence stops the build', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'totem-licence-'))
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'bare', version: '1.0.0' }))
    expect(() => thirdParty([folder])).toThrow('bare 1.0.0 names no licence')
    rmSync(folder, { recursive: true })
  })
})

describe('what is in the repository', () => {
  const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\0')
    .filter(
      (file) =>
        file !== 'package-lock.json' && existsSync(path.join(root, file)) && statSync(path.join(root, file)).isFile(),
    )
  const holding = (pattern: RegExp, files: string[]) => files.filter((file) => pattern.test(read(file)))

  test('no private key', () => {
    expect(holding(/-----BEGIN [A-Z ]*PRIVATE KEY-----\r?\n[A-Za-z0-9+/=]{40}/, tracked)).toEqual([])
  })

  test('nothing switches the sandbox off', () => {
    const shipped = tracked.filter((file) =>
      /^(basics|contract|catalogue|trust|main|native|renderer|commands|scripts|simulator)\/|\.yml$/.test(file),
    )
    // An Electron that compiles main's bundle in a build. It ends before it would open a page, and the sandbox refuses root.
    const compiler = 'scripts/code-cache.ts'
    const off = new RegExp(`${['--no', 'sandbox'].join('-')}|['"]no-sandbox|sandbox: *false|chromiumSandbox: *false`)
    expect(holding(off, shipped)).toEqual([compiler])
  })
})
