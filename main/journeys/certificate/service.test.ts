import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openQueue, type Queue } from '../../queue/queue.ts'
import { holderReference } from '../../queue/sealing.ts'
import type { Entered, Recognised, VisitId, Wanted } from '../../visit/services.ts'
import { type CertificateOptions, createCertificates } from './service.ts'

const HOLDER_KEY = new Uint8Array(32).fill(7)
const NOW = Date.parse('2026-11-22T09:00:00.000Z')
const maria = { name: 'MARIA', surname: 'BIANCHI', codiceFiscale: 'BNCMRA80A41H501X' } as Recognised
const another = { ...maria, codiceFiscale: 'VRDLGU75B12F205Z' }

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

function record(person: Recognised): string {
  const operation = ulid()
  const added = queue.add({
    operation,
    kind: 'certificate',
    session: ulid(),
    holder: holderReference(person.codiceFiscale, HOLDER_KEY),
    sealed: 'eyJhbGci..aXY.Y2lwaGVy.dGFn',
    requestedAt: '2026-10-12T16:40:00.000Z',
  })
  if (!added.ok) throw new Error(added.error.kind)
  return operation
}
const entered = async (person: Recognised): Promise<Entered> => {
  const answer = await certificates().enter(person)
  if (!answer.ok) throw new Error(answer.error.reason)
  return answer.value
}

test('what became of a request is told to who made it, once it has been shown, and to nobody else', async () => {
  const [refused, aside] = [record(maria), record(maria)]
  queue.settle(
    [{ operation: refused, settlement: { state: 'refused', reason: 'not-in-family', anpr: null } }],
    NOW,
    null,
  )
  queue.setAside(aside, 'request-malformed')
  const notices = [
    { operation: refused, state: 'refused', requestedAt: '2026-10-12T16:40:00.000Z', reason: 'not-in-family' },
    { operation: aside, state: 'aside', requestedAt: '2026-10-12T16:40:00.000Z', reason: 'request-malformed' },
  ]
  expect((await entered(another)).notices).toEqual([])
  const first = await entered(maria)
  expect(first.notices).toEqual(notices)
  // The card was pulled before the screen came up.
  expect((await entered(maria)).notices).toEqual(notices)
  certificates().noticed(first)
  expect((await entered(maria)).notices).toEqual([])
})

test('what has no room on the screen is told at the next visit', async () => {
  const operations = Array.from({ length: 3 }, () => record(maria))
  for (const operation of operations) queue.setAside(operation, 'request-malformed')
  const first = await entered(maria)
  expect(first.notices.map(({ operation }) => operation)).toEqual(operations.slice(0, 2))
  certificates().noticed(first)
  expect((await entered(maria)).notices.map(({ operation }) => operation)).toEqual(operations.slice(2))
})

test.each([-6, 26])(
  'clock-stepped between login and request by %i minutes: not promised, for the gateway would not take it',
  async (minutes) => {
    const statement = { at: new Date(NOW - minutes * 60_000).toISOString() }
    const recognised = { ...maria, evidence: { statement } } as Recognised
    const wanted = { subject: null, types: ['8'], exemption: '1' } as unknown as Wanted
    const visit = { session: ulid(), language: 'it' } as VisitId
    expect(await certificates().request(visit, recognised, wanted)).toMatchObject({ ok: false })
    expect(queue.list({ limit: 1 })).toEqual([])
  },
)
