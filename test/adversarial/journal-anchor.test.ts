import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompactSign, importJWK, type JWK } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JournalBatch } from '../../contract/journal.ts'
import { JOURNAL_ANCHOR_TYP } from '../../contract/journal.ts'
import { ok } from '../../contract/result.ts'
import { openGatewayKeys } from '../../main/lists/gateway-keys.ts'
import { createKeysRefresh } from '../../main/lists/gateway-keys-refresh.ts'
import { listed, signGatewayKeys } from '../../simulator/pki/gateway-keys.ts'
import { jwkPair } from '../../simulator/pki/jwk.ts'
import { json, type ScriptedGateway, startScriptedGateway } from '../support/sync/scripted-gateway.ts'
import { powerOn, type Totem, until } from '../support/sync/syncing-totem.ts'

// A gateway that signs the sync log with a foreign key, before a totem wired as main/start/line.ts wires it.

const START = Date.parse('2026-11-22T09:00:00.000Z')
const [signer, sealing, anchor, nextAnchor] = await Promise.all([
  jwkPair('sig'),
  jwkPair('enc'),
  jwkPair('sig'),
  jwkPair('sig'),
])
const list = (sequence: number, anchors: (typeof anchor)[]) =>
  signGatewayKeys(
    {
      sequence,
      issued: '2026-11-01T00:00:00Z',
      nextUpdate: '2027-03-01T00:00:00Z',
      sealing: [{ from: '2026-11-01T00:00:00Z', key: listed(sealing.public) }],
      anchor: anchors.map((key) => listed(key.public)),
    },
    signer.private,
  )

let dir: string
let gateway: ScriptedGateway
let totem: Totem
/** The key that the gateway signs with, and the key list that it hands out. */
let signs: typeof anchor
let published: string
let start: () => void
/** Batches that the gateway received. */
let batches: number

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'journal-anchor-'))
  const clock = { wall: START, run: 0 }
  gateway = await startScriptedGateway(() => clock.wall)
  signs = anchor
  published = await list(1, [anchor])
  batches = 0
  const [provisioned, listKey] = [join(dir, 'list.jws'), join(dir, 'list-key.json')]
  writeFileSync(provisioned, published)
  writeFileSync(listKey, JSON.stringify(signer.public))
  gateway.misbehave(async ({ path, body }, response) => {
    if (path !== '/v1/journal') return false
    batches++
    const { totem, chain, seq, hash, at } = (body as JournalBatch).entries.at(-1) as JournalBatch['entries'][number]
    const jws = await new CompactSign(Buffer.from(JSON.stringify({ totem, chain, seq, hash, at })))
      .setProtectedHeader({ alg: 'ES256', kid: String(signs.private.kid), typ: JOURNAL_ANCHOR_TYP })
      .sign(await importJWK(signs.private, 'ES256'))
    json(response, 200, { upTo: seq, anchor: jws, forked: false })
    return true
  })
  const journal = { record() {} }
  const store = await openGatewayKeys({ list: provisioned, listKey, dataDir: dir, journal, now: () => clock.wall })
  if (!store.ok) throw new Error(store.error.kind)
  const client = {
    keys: async () => ok({ list: published }),
    status: async () => ok({ at: new Date(clock.wall).toISOString(), version: '1' }),
  }
  const { isSigned } = createKeysRefresh({ client, store: store.value, journal, random: Math.random })
  start = () => {
    totem = powerOn({ dir, clock, gateway, isSigned })
  }
})
afterEach(async () => {
  await totem.off()
  await gateway.close()
  rmSync(dir, { recursive: true })
})

const kept = () => [...totem.journal.lines()].filter((line) => 'anchor' in line)
const refused = () => [...totem.journal.entries()].filter(({ event }) => event === 'journal.anchor-refused')
/** Writes an entry and waits until it is sent. */
async function sent(): Promise<void> {
  const from = batches
  totem.journal.record('printer.changed', { status: 'ready' })
  await until(() => batches > from)
  await until(() => totem.journal.unsentCount() === 0)
}

describe('an anchor', () => {
  test('by the key of the list is kept by the totem', async () => {
    start()
    await sent()
    expect(kept().length).toBeGreaterThan(0)
    expect(refused()).toEqual([])
  })
  test('by an unlisted key is not kept, and is reported once, however often one comes', async () => {
    signs = nextAnchor
    start()
    for (let more = 0; more < 4; more++) await sent()
    expect(kept()).toEqual([])
    expect(refused()).toHaveLength(1)
  })
  test('by another key under the name of the listed one is not kept', async () => {
    signs = {
      ...nextAnchor,
      private: { ...nextAnchor.private, kid: String(anchor.private.kid) } as JWK & { kid: string },
    }
    start()
    await sent()
    expect(kept()).toEqual([])
    expect(refused()).toHaveLength(1)
  })
  test('by a key that was listed a moment ago is kept, and nobody is alarmed', async () => {
    signs = nextAnchor
    published = await list(2, [anchor, nextAnchor])
    start()
    await sent()
    expect(kept().length).toBeGreaterThan(0)
    expect(refused()).toEqual([])
    expect(readFileSync(join(dir, 'keys/gateway-keys.jws'), 'utf8')).toBe(published)
  })
})
