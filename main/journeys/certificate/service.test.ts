import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { atTotem } from '../../../contract/caller.ts'
import { type Evidence, statementOf } from '../../../contract/evidence.ts'
import { openQueue, type Queue } from '../../queue/queue.ts'
import type { Recognised, VisitId } from '../../visit/services.ts'
import { type CertificateOptions, createCertificates } from './service.ts'
import type { Wanted } from './visit.ts'

const HOLDER_KEY = new Uint8Array(32).fill(7)
const NOW = Date.parse('2026-11-22T09:00:00.000Z')
const maria = { name: 'MARIA', surname: 'BIANCHI', codiceFiscale: 'BNCMRA80A41H501X' } as Recognised

let dir: string
let queue: Queue
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'certificate-'))
  const opened = openQueue({ path: join(dir, 'queue.db'), now: () => NOW })
  if (!opened.ok) throw new Error(opened.error.kind)
  queue = opened.value
})
afterEach(() => {
  queue.close()
  rmSync(dir, { recursive: true, force: true })
})

/** Without a line nothing but the queue and the holder's key is used. */
const certificates = () =>
  createCertificates({
    queue,
    keys: { holder: HOLDER_KEY, outcome: new Map() },
    totem: 'TT-0001',
    online: () => false,
    now: () => new Date(NOW),
  } as unknown as CertificateOptions)

test.each([-6, 26])(
  'clock-stepped between login and request by %i minutes: not promised, for the gateway would not take it',
  async (minutes) => {
    const statement = { at: new Date(NOW - minutes * 60_000).toISOString() }
    const recognised = { ...maria, evidence: { statement } } as Recognised
    const wanted = {
      subject: null,
      types: ['8'],
      language: 'IT',
      bollo: { kind: 'exempt', exemption: '1' },
    } as unknown as Wanted
    const visit = { session: ulid(), language: 'it' } as VisitId
    expect(await certificates().request(visit, recognised, wanted, null)).toMatchObject({ ok: false })
    expect(queue.list({ limit: 1 })).toEqual([])
  },
)

test('one log-in asks for each thing once and for six at most, as the gateway counts', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const sealing = { ...publicKey.export({ format: 'jwk' }), kid: 'k' }
  const drain = { wake: () => undefined, settled: async () => ({ state: 'queued' }) }
  const asking = createCertificates({
    queue,
    drain,
    journal: { record: () => undefined },
    keys: { holder: HOLDER_KEY, outcome: new Map(), sealing: () => sealing },
    totem: 'TT-0001',
    online: () => false,
    now: () => new Date(NOW),
  } as unknown as CertificateOptions)
  const loggedIn = (): Recognised => {
    const [challenge, nonce] = [Buffer.alloc(32).toString('base64'), Buffer.alloc(32).toString('base64')]
    const statement = statementOf({
      ...{ caller: atTotem('TT-0001'), session: ulid(), challenge, nonce },
      at: new Date(NOW).toISOString(),
    })
    return { ...maria, evidence: { by: 'card', statement, certificate: 'AAAA', signature: 'AAAA' } satisfies Evidence }
  }
  const visit = { session: ulid(), language: 'it' } as VisitId
  const asked = async (recognised: Recognised, ...types: Wanted['types']) => {
    const bollo = { kind: 'exempt', exemption: 'processuale' } as const
    const requested = await asking.request(visit, recognised, { subject: null, types, bollo, language: 'IT' }, null)
    return requested.ok ? 'recorded' : requested.error.kind === 'refused' ? requested.error.reason : 'storage-full'
  }
  const first = loggedIn()
  expect(await asked(first, '8', '12')).toBe('recorded')
  expect(await asked(first, '12', '8')).toBe('evidence-spent')
  for (const type of ['1', '3', '5', '7', '10'] as const) expect(await asked(first, type)).toBe('recorded')
  expect(await asked(first, '11')).toBe('evidence-spent')
  expect(await asked(loggedIn(), '11')).toBe('recorded')
  expect(queue.list({ limit: 10 })).toHaveLength(7)
})
