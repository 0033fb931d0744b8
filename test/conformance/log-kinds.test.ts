import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noRoom } from '../../contract/gateway.ts'
import { troubleKind } from '../../contract/operators.ts'

// gateway/OPERATIONS.md tells an operator what each line of the gateway's log means. Here its table is held to the code.

const root = join(import.meta.dirname, '../..')
const sources = ['gateway', 'trust', 'contract'].flatMap((room) =>
  globSync(`${room}/**/*.ts`, { cwd: root }).filter((name) => !name.endsWith('.test.ts')),
)
const text = (name: string) => readFileSync(join(root, name), 'utf8')
const gateway = sources.filter((name) => name.startsWith('gateway/')).map(text)
const quoted = new Set(
  sources.flatMap((name) => [...text(name).matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)].map(([, word]) => word)),
)

const table = text('gateway/OPERATIONS.md').split('| kind | level |')[1] ?? ''
const told = table
  .split('\n')
  .flatMap((line) => [...(line.split(' | ')[0] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, kind]) => kind ?? ''))

/** What stands in `log.warn({ … kind: … })`: words, and the beginnings of words that go on with a failure's own kind. */
const logged = gateway.flatMap((source) =>
  [...source.matchAll(/(?:log\.(?:info|warn|error)|log\[[^\]]+\])\(\{([^}]*(?:\$\{[^}]*\}[^}]*)*)\}/g)].map(
    ([, fields]) => fields ?? '',
  ),
)
const words = [
  ...logged.flatMap((fields) =>
    [...fields.matchAll(/kind: (?:[^'`]* [?:] )?'([a-z-]+)'/g)].map(([, kind]) => kind ?? ''),
  ),
  // Kinds that a helper writes.
  ...gateway.flatMap((source) => [...source.matchAll(/\btold\('([a-z-]+)'\)/g)].map(([, kind]) => kind ?? '')),
]
const beginnings = logged.flatMap((fields) =>
  [...fields.matchAll(/kind: `([a-z-]+-)\$\{/g)].map(([, kind]) => kind ?? ''),
)

test('each kind that the code writes has its line', () => {
  expect(words.length).toBeGreaterThan(30)
  expect([...new Set(words)].filter((kind) => !told.includes(kind))).toEqual([])
})
test('kinds that begin alike are told one by one', () => {
  expect(beginnings.sort()).toEqual(['crl-', 'journal-', 'list-', 'operation-'])
  for (const beginning of beginnings)
    expect(told.filter((kind) => kind.startsWith(beginning)).length).toBeGreaterThan(1)
})
test('no line tells of a kind that no code can write', () => {
  const isWritten = (kind: string) =>
    quoted.has(kind) || beginnings.some((each) => kind.startsWith(each) && quoted.has(kind.slice(each.length)))
  expect(told.filter((kind) => !isWritten(kind))).toEqual([])
  expect(told.length).toBe(new Set(told).size)
})
test('failures that are logged by their own kind have their lines', () => {
  const kindsIn = (name: string, type: string) => {
    const [, union = ''] = new RegExp(`type ${type} =([^]*?)(?:\\n\\n|\\ninterface|\\nexport)`).exec(text(name)) ?? []
    return [...union.matchAll(/'([a-z-]+)'/g)].map(([, kind]) => kind ?? '')
  }
  const kinds = [
    ...kindsIn('gateway/keys/keyring.ts', 'Unusable'),
    ...kindsIn('trust/gateway-keys.ts', 'GatewayKeysRefusal'),
    ...kindsIn('gateway/trust/keeper.ts', 'Unusable').map((kind) => `list-${kind}`),
    ...kindsIn('gateway/trust/fetch.ts', 'FetchFailure').map((kind) => `crl-${kind}`),
    ...kindsIn('gateway/sealing/sealing.ts', 'Unopened'),
    ...troubleKind.options.map((kind) => `journal-${kind}`),
    ...noRoom.options,
  ]
  expect(kinds.length).toBeGreaterThan(15)
  expect(kinds.filter((kind) => !told.includes(kind))).toEqual([])
})
