import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { CompactSign, importJWK, type JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Failure } from '../../commands/command.ts'
import { journal as journalCommand } from '../../commands/journal.ts'
import { queue as queueCommand } from '../../commands/queue.ts'
import type { TotemConfig } from '../../contract/config.ts'
import { exportedLine, JOURNAL_ANCHOR_TYP } from '../../contract/journal.ts'
import { pad } from '../../contract/pad.ts'
import { type Journal, openJournal } from '../../main/journal/journal.ts'
import { openQueue, type Queue } from '../../main/queue/queue.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { people } from '../../simulator/population/people.ts'
import { openLog } from '../support/journal/intake.ts'
import { PKI } from '../support/pki.ts'

// `npx totem journal` and `npx totem queue`, beside a totem that is running.

const COMMAND = fileURLToPath(new URL('../../commands/index.ts', import.meta.url))
const [OPERATION, POISON] = ['01KAXXXXXXXXXXXXXXXXXXXXX1', '01KAXXXXXXXXXXXXXXXXXXXXX2']

let dir: string
let data: string
let config: string
let journal: Journal
let queue: Queue

const REQUEST = {
  kind: 'certificate',
  session: '01KANPR0000000000000000001',
  holder: 'a'.repeat(64),
  sealed: 'eyJhbGciOiJFQ0RILUVTIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA',
  requestedAt: '2026-11-22T09:00:00.000Z',
} as const

function reopened(path: string): Queue {
  const opened = openQueue({ path, now: Date.now })
  if (!opened.ok) throw new Error(opened.error.reason)
  return opened.value
}

/** Runs a command as `npx totem` does; answers what it prints and its exit code. */
async function totem(...[room, ...args]: string[]): Promise<{ status: number; said: string }> {
  let said = ''
  const printed = vi.spyOn(console, 'log').mockImplementation((line: string) => {
    said += `${line}\n`
  })
  try {
    return { status: await (room === 'queue' ? queueCommand(args) : journalCommand(args)), said }
  } catch (reason) {
    if (!(reason instanceof Failure)) throw reason
    return { status: reason.exitCode, said: said + reason.message }
  } finally {
    printed.mockRestore()
    for (const { surname, codiceFiscale } of people)
      for (const secret of [surname.toUpperCase(), codiceFiscale]) expect(said).not.toContain(secret)
  }
}

beforeAll(async () => {
  await makePki(PKI)
  dir = mkdtempSync(join(tmpdir(), 'journal-command-'))
  data = join(dir, 'data')
  mkdirSync(data)
  config = join(dir, 'totem.json')
  writeFileSync(config, JSON.stringify(provisioning()))
  journal = openLog(join(data, 'journal.db'))
  queue = reopened(join(data, 'queue.db'))
  for (const operation of [OPERATION, POISON]) {
    expect(queue.add({ ...REQUEST, operation })).toMatchObject({ ok: true })
    journal.record('request.queued', { session: REQUEST.session, operation, kind: 'certificate' })
  }
  queue.setAside(POISON, 'request-malformed')
  journal.record('request.set-aside', { operation: POISON, reason: 'request-malformed' })
  await send()
})
afterAll(() => {
  journal.close()
  queue.close()
  rmSync(dir, { recursive: true, force: true })
})

/** The gateway takes in the whole log and signs its end with its own key. */
async function send(): Promise<void> {
  const batch = journal.unsent(500)
  const end = batch?.entries.at(-1)
  if (!batch || !end) return
  const { totem, chain, seq, hash, at } = end
  const jwk = JSON.parse(readFileSync(join(PKI, 'gateway-keys/anchor.jwk.json'), 'utf8')) as JWK
  const anchor = await new CompactSign(Buffer.from(JSON.stringify({ totem, chain, seq, hash, at })))
    .setProtectedHeader({ alg: 'ES256', kid: String(jwk.kid), typ: JOURNAL_ANCHOR_TYP })
    .sign(await importJWK(jwk, 'ES256'))
  journal.acknowledged(batch, { upTo: seq, anchor, forked: false }, true)
}

function provisioning(): TotemConfig {
  const file = (name: string) => join(PKI, name)
  return {
    totem: 'TT-0001',
    office: {
      name: 'Ufficio postale di Spello',
      comune: 'Spello',
      province: 'PG',
      secondLanguage: null,
      phone: null,
      hours: [],
      nearest: [],
    },
    dataDir: data,
    gateway: {
      url: 'https://127.0.0.1:9',
      ca: file('gateway-ca.pem'),
      certificate: file('totems/TT-0001.cert.pem'),
      key: file('totems/TT-0001.key.pem'),
      keys: file('gateway-keys.jws'),
    },
    outcomeKeys: dir,
    keyProtection: { kind: 'file' },
    verification: null,
    trust: {
      list: file('trust-list.jws'),
      listKey: file('trust-list.pub.jwk.json'),
      revocation: { maxAgeHours: 72, whenUnknown: 'refuse' },
      possession: [],
    },
    cie: null,
    pad: pad.parse({}),
    panel: { width: 1080, height: 1920, mmPerPixel: 0.311, bottomMm: 700 },
    printer: { profile: 'a4-kiosk' },
    update: null,
    timings: { idleMs: 60_000, warningMs: 30_000, goodbyeMs: 8_000, lineProbeMs: 5_000 },
    sound: null,
    minFreeBytes: 0,
    enrolment: null,
    service: null,
    bench: null,
  }
}

describe('totem journal', () => {
  test('tail prints the last entries in words, in both languages', async () => {
    const it = await totem('journal', 'tail', '--config', config, '--lines', '2')
    expect(it.status).toBe(0)
    expect(it.said).toContain(`Richiesta ${POISON} messa da parte: request-malformed`)
    expect(it.said.trimEnd().split('\n')).toHaveLength(2)
    const en = await totem('journal', 'tail', '--data', data, '--lang', 'en', '--lines', '99')
    expect(en.said).toContain(`Request ${OPERATION} recorded (certificate)`)
    const json = await totem('journal', 'tail', '--data', data, '--json', '--lines', '1')
    expect(exportedLine.parse(JSON.parse(json.said))).toMatchObject({ seq: 3, event: 'request.set-aside' })
  })
  test('tail --follow prints new entries', async () => {
    const child = spawn(process.execPath, [COMMAND, 'journal', 'tail', '--data', data, '--follow', '--lines', '1'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      if (lines.length === 1) journal.record('line.changed', { state: 'down' })
      else break
    }
    child.kill()
    await once(child, 'exit')
    expect(lines[1]).toContain('Linea: caduta')
  })
  test('verify: whole, and signed by the gateway up to an entry', async () => {
    const { status, said } = await totem('journal', 'verify', '--config', config, '--json')
    expect(JSON.parse(said)).toMatchObject({
      kind: 'whole',
      entries: 4,
      anchors: 1,
      unsigned: 0,
      chains: [{ upTo: 4, anchored: 3 }],
    })
    expect(status).toBe(0)
    expect((await totem('journal', 'verify', '--data', data)).status).toBe(10)
  })
  test('a newer chain that the gateway never signed is a finding, with the chain’s name', async () => {
    const copy = mkdtempSync(join(dir, 'two-chains-'))
    cpSync(data, copy, { recursive: true })
    const begun = openJournal({ path: join(copy, 'journal.db'), totem: 'TT-0002', now: Date.now })
    if (!begun.ok) throw new Error(begun.error.reason)
    begun.value.close()
    const file = join(copy, 'two-chains.jsonl')
    expect((await totem('journal', 'export', file, '--data', copy)).status).toBe(0)
    for (const log of [['--data', copy], [file]]) {
      const told = await totem('journal', 'verify', ...log, '--config', config)
      expect(told.status).toBe(10)
      expect(told.said).toMatch(
        /^unvouched: .*\nTT-0001 .* signed for up to 3\nTT-0002 .* no signature stands for it\n$/,
      )
      const json = await totem('journal', 'verify', ...log, '--config', config, '--json')
      expect(JSON.parse(json.said)).toMatchObject({ kind: 'unvouched', chains: [{ anchored: 3 }, { anchored: 0 }] })
    }
  })
  test('an exported file is verified like the log; a changed one is not whole', async () => {
    const file = join(dir, 'sync-log.jsonl')
    expect(await totem('journal', 'export', file, '--data', data)).toMatchObject({ status: 0, said: '4 entries\n' })
    expect((await totem('journal', 'verify', file, '--config', config)).status).toBe(0)
    writeFileSync(file, readFileSync(file, 'utf8').replace('request-malformed', 'request-forgotten'))
    const changed = await totem('journal', 'verify', file, '--config', config)
    expect(changed.status).toBe(20)
    expect(changed.said).toContain('3: entry-changed')
  })
  test.each<[string[], number]>([
    [['journal'], 64],
    [['journal', 'sing'], 64],
    [['journal', 'export', '--data', '/nowhere'], 64],
    [['journal', 'tail', '--lines', 'x', '--data', '/nowhere'], 64],
    [['journal', 'tail', '--data', '/nowhere'], 66],
    [['journal', 'verify', '/nowhere'], 66],
    [['queue', 'show', OPERATION.replace('1', '9'), '--data', '/nowhere'], 66],
  ])('%j ends with %i', async (args, status) => {
    expect((await totem(...args)).status).toBe(status)
  })
})

describe('totem queue', () => {
  test('list and show: the fate of each request, and nothing of its contents', async () => {
    const { status, said } = await totem('queue', 'list', '--data', data)
    expect(status).toBe(0)
    expect(said).toMatch(
      new RegExp(`${OPERATION}.*queued[^]*${POISON}.*aside.*request-malformed[^]*1 queued.*1 set aside`),
    )
    const only = await totem('queue', 'list', '--data', data, '--state', 'aside', '--json')
    expect(
      only.said
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).operation),
    ).toEqual([POISON])
    const shown = await totem('queue', 'show', POISON, '--data', data, '--json')
    expect(JSON.parse(shown.said)).toMatchObject({ operation: POISON, state: 'aside', reason: 'request-malformed' })
    expect(shown.said + said).not.toMatch(/eyJ|aaaaaaaa/)
    expect((await totem('queue', 'show', '01KAXXXXXXXXXXXXXXXXXXXXX9', '--data', data)).status).toBe(10)
    expect((await totem('queue', 'verify', '--data', data, '--json')).status).toBe(0)
  })
  test('retry waits until the totem is stopped; then the request is queued again, and the log says so', async () => {
    expect((await totem('queue', 'retry', POISON, '--config', config)).status).toBe(75)
    const copy = join(dir, 'stopped')
    queue.close()
    journal.close()
    cpSync(data, copy, { recursive: true })
    expect((await totem('queue', 'retry', POISON, '--config', config, '--data', copy)).status).toBe(0)
    expect((await totem('queue', 'retry', POISON, '--config', config, '--data', copy)).status).toBe(10)
    const list = await totem('queue', 'list', '--data', copy, '--state', 'queued', '--json')
    expect(list.said.trimEnd().split('\n')).toHaveLength(2)
    expect((await totem('journal', 'tail', '--data', copy, '--lines', '1')).said).toContain(
      `Richiesta ${POISON} rimessa in coda`,
    )
  })
  test('salvage brings back a damaged queue that had no room to be repaired, ahead of newer requests', async () => {
    const copy = join(dir, 'salvaged')
    cpSync(data, copy, { recursive: true })
    const file = join(copy, 'queue.db')
    const damaged = `${file}.damaged-20261122T090000Z`
    writeFileSync(damaged, readFileSync(file).fill(0, 0, 4_096))
    for (const suffix of ['', '-lock']) rmSync(file + suffix, { force: true })
    const since = '01KANQ00000000000000000009'
    const asked = reopened(file)
    asked.add({ ...REQUEST, operation: since })
    const of = ['--config', config, '--data', copy]
    expect((await totem('queue', 'salvage', damaged, ...of)).status).toBe(75)
    asked.close()
    expect((await totem('queue', 'salvage', `${damaged}-2`, ...of)).status).toBe(66)
    expect((await totem('queue', 'salvage', ...of)).status).toBe(64)

    const listed = async () => {
      const { said } = await totem('queue', 'list', '--data', copy, '--json')
      const items = said
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
      return items.map(({ operation, state }) => ({ operation, state }))
    }
    expect(await totem('queue', 'salvage', damaged, ...of)).toMatchObject({
      status: 0,
      said: expect.stringContaining('3'),
    })
    const aside = { operation: POISON, state: 'aside' }
    const later = { operation: since, state: 'queued' }
    expect(await listed()).toEqual([{ operation: OPERATION, state: 'queued' }, aside, later])
    expect((await totem('queue', 'verify', '--data', copy)).status).toBe(0)
    expect((await totem('journal', 'tail', '--data', copy, '--lines', '1')).said).toContain('salvaged-again')

    // A second salvage asks nothing anew that has moved on meanwhile.
    const known = reopened(file)
    known.setAside(OPERATION, 'request-malformed')
    known.close()
    expect((await totem('queue', 'salvage', damaged, ...of)).status).toBe(0)
    expect(new Set(await listed())).toEqual(new Set([{ operation: OPERATION, state: 'aside' }, aside, later]))
  })
})
