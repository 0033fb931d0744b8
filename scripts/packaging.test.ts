import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build, EXTERNALS } from './build.ts'
import { thirdParty } from './licences.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

interface BuilderConfig {
  files: string[]
  deb: { depends: string[] }
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

  test('needs no virtual hardware', () => {
    expect(config.deb.depends.filter((name) => /vpcd|vsmartcard|umockdev|xvfb/.test(name))).toEqual([])
  })
})

const dist = mkdtempSync(path.join(tmpdir(), 'totem-production-'))
beforeAll(() => build({ development: false, dist }))
afterAll(() => rmSync(dist, { recursive: true, force: true }))

describe('the packaged build', () => {
  test('has no door to a bench', () => {
    const main = readFileSync(path.join(dist, 'main/index.cjs'), 'utf8')
    expect(readFileSync(path.join(dist, 'native/index.cjs'), 'utf8')).not.toMatch(/"test-trust": *{/)
    for (const door of ['TOTEM_CONFIG', 'openDock', 'photostructure', 'playwright']) expect(main).not.toContain(door)
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
    const off = new RegExp(`${['--no', 'sandbox'].join('-')}|['"]no-sandbox|sandbox: *false|chromiumSandbox: *false`)
    expect(holding(off, shipped)).toEqual([])
  })
})
