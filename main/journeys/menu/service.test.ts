import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ok } from '../../../contract/result.ts'
import { openQueue, type Queue } from '../../queue/queue.ts'
import { holderReference } from '../../queue/sealing.ts'
import type { Entered, Recognised } from '../../visit/services.ts'
import { createEnter, type EnterOptions } from '../identify/enter.ts'
import { createNotices } from './service.ts'

const HOLDER_KEY = new Uint8Array(32).fill(7)
const NOW = Date.parse('2026-11-22T09:00:00.000Z')
const maria = { name: 'MARIA', surname: 'BIANCHI', codiceFiscale: 'BNCMRA80A41H501X' } as Recognised
const another = { ...maria, codiceFiscale: 'VRDLGU75B12F205Z' }

let dir: string
let queue: Queue
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'notices-'))
  const opened = openQueue({ path: join(dir, 'queue.db'), now: () => NOW })
  if (!opened.ok) throw new Error(opened.error.kind)
  queue = opened.value
})
afterEach(() => {
  queue.close()
  rmSync(dir, { recursive: true, force: true })
})

const VISIT = { session: ulid(), language: 'it' } as const
const notices = () => createNotices({ queue, keys: { holder: HOLDER_KEY } })
/** Without a line nothing but the queue and the holder's key is used. */
async function entered(person: Recognised): Promise<Entered> {
  const { noticesFor, pendingFor } = notices()
  const line = { online: () => false, waitingFor: async () => ({ waiting: [], notices: [] }) }
  const enter = createEnter({ ...line, noticesFor, pendingFor } as unknown as EnterOptions)
  const answer = await enter(VISIT, person)
  if (!answer.ok) throw new Error(answer.error.reason)
  return answer.value
}

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

test('what became of a request is told to who made it, once it has been shown, and to nobody else', async () => {
  const [refused, aside] = [record(maria), record(maria)]
  queue.settle(
    [{ operation: refused, settlement: { state: 'refused', reason: 'not-in-family', anpr: null } }],
    NOW,
    null,
  )
  queue.setAside(aside, 'request-malformed')
  const expected = [
    { operation: refused, state: 'refused', requestedAt: '2026-10-12T16:40:00.000Z', reason: 'not-in-family' },
    { operation: aside, state: 'aside', requestedAt: '2026-10-12T16:40:00.000Z', reason: 'request-malformed' },
  ]
  expect((await entered(another)).notices).toEqual([])
  const first = await entered(maria)
  expect(first.notices).toEqual(expected)
  // The card was pulled before the screen came up.
  expect((await entered(maria)).notices).toEqual(expected)
  notices().noticed(first)
  expect((await entered(maria)).notices).toEqual([])
})

test('a request without an answer is counted for who made it, until its answer comes', async () => {
  const [first, second] = [record(maria), record(maria)]
  expect((await entered(maria)).pending).toBe(2)
  expect((await entered(another)).pending).toBe(0)
  queue.submitted([first], NOW)
  expect((await entered(maria)).pending).toBe(2)
  queue.setAside(second, 'request-malformed')
  expect((await entered(maria)).pending).toBe(1)
  const refusal = { state: 'refused', reason: 'not-in-family', anpr: null } as const
  queue.settle([{ operation: first, settlement: refusal }], NOW, null)
  expect((await entered(maria)).pending).toBe(0)
})

test('the card holder stands first among the family, whatever the order of the family sheet', async () => {
  const member = (name: string, self: boolean) => ({ name, surname: 'B', self })
  const members = [member('GIOVANNI', false), member('LUCA', false), member('MARIA', true), member('SARA', false)]
  const client = {
    ask: async (_: unknown, path: string) =>
      ok(path.endsWith('family') ? { members } : { token: 't', holder: { idAnpr: 'AB10234CX' } }),
  }
  const enter = createEnter({
    client,
    online: () => true,
    waitingFor: async () => ({ waiting: [], notices: [] }),
    ...notices(),
  } as unknown as EnterOptions)
  const answer = await enter(VISIT, maria)
  const family = answer.ok ? answer.value.family : null
  expect(family?.map(({ name }) => name)).toEqual(['MARIA', 'GIOVANNI', 'LUCA', 'SARA'])
})

test('what has no room on the screen is told at the next visit', async () => {
  const operations = Array.from({ length: 3 }, () => record(maria))
  for (const operation of operations) queue.setAside(operation, 'request-malformed')
  const first = await entered(maria)
  expect(first.notices.map(({ operation }) => operation)).toEqual(operations.slice(0, 2))
  notices().noticed(first)
  expect((await entered(maria)).notices.map(({ operation }) => operation)).toEqual(operations.slice(2))
})

test.each(['evidence-late', 'request-expired', 'request-outdated'])(
  'a request that came too late (%s) has expired: no ufficio anagrafe has refused it',
  async (reason) => {
    queue.settle([{ operation: record(maria), settlement: { state: 'refused', reason, anpr: null } }], NOW, null)
    expect((await entered(maria)).notices).toMatchObject([{ state: 'expired', reason }])
  },
)
