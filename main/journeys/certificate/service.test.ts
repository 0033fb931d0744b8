import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { afterEach, beforeEach, expect, test } from 'vitest'
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
    const wanted = { subject: null, types: ['8'], bollo: { kind: 'exempt', exemption: '1' } } as unknown as Wanted
    const visit = { session: ulid(), language: 'it' } as VisitId
    expect(await certificates().request(visit, recognised, wanted)).toMatchObject({ ok: false })
    expect(queue.list({ limit: 1 })).toEqual([])
  },
)
