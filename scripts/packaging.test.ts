import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build, EXTERNALS } from './build.ts'

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

describe('the packaged build', () => {
  const dist = mkdtempSync(path.join(tmpdir(), 'totem-production-'))
  beforeAll(() => build({ development: false, dist }))
  afterAll(() => rmSync(dist, { recursive: true, force: true }))

  test('has no door to a bench', () => {
    const main = readFileSync(path.join(dist, 'main/index.cjs'), 'utf8')
    for (const door of ['TOTEM_CONFIG', 'openDock', 'photostructure', 'playwright']) expect(main).not.toContain(door)
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
