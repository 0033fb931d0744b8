import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { Agent, request } from 'undici'
import { z } from 'zod'
import { recurring } from '../../../basics/recurring.ts'
import type { Answer } from '../../../contract/console/api.ts'
import type { ConsoleSettings } from '../../settings/console.ts'
import { type ConsoleDatabase, type ConsoleTables, withConsole } from '../tables.ts'

const EVERY_MS = 15_000
const WAIT_MS = 5_000
/** By whom our silences are; others are people's own, and stay as they are. */
const OURS = 'totem-console'
const ULID = /^[0-9A-HJKMNP-TV-Z]{26}/

// Of Alertmanager's API (v2) what is read here; it says more.
const alerts = z.array(z.looseObject({ endsAt: z.string() }))
const silences = z.array(
  z.looseObject({
    id: z.string(),
    createdBy: z.string(),
    comment: z.string(),
    status: z.looseObject({ state: z.enum(['active', 'pending', 'expired']) }),
  }),
)

/**
 * Whether an alarm calls somebody. The screen has the table evaluated by the gateway itself, within ten seconds; Prometheus and
 * Alertmanager are the bell alone. Their watchdog always fires: while Alertmanager has it, the way is whole.
 */
export interface Bell {
  state(): Answer<'alarms'>['bell']
  /** Asks Alertmanager, and has it silent where somebody works; runs by itself. */
  look(): Promise<void>
  stop(): Promise<void>
}

export async function openBell(
  settings: ConsoleSettings['alertmanager'],
  { db: store, now, log }: { db: Parameters<typeof withConsole>[0]; now(): Date; log: Logger },
): Promise<Bell> {
  if (settings === null) {
    return { state: () => ({ state: 'none', since: null }), look: async () => undefined, stop: async () => undefined }
  }
  const { url } = settings
  const db = withConsole(store)
  const ca = settings.ca === null ? undefined : await readFile(settings.ca, 'utf8')
  const dispatcher = new Agent({ connect: { ...(ca && { ca }), timeout: WAIT_MS }, headersTimeout: WAIT_MS })
  /** Since when nobody is called; null: somebody is. */
  let lostSince: Date | null = now()
  let told = false

  async function ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const answer = await request(new URL(`api/v2/${path}`, url.endsWith('/') ? url : `${url}/`), {
      ...{ method, dispatcher, bodyTimeout: WAIT_MS },
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await answer.body.text()
    if (answer.statusCode !== 200) throw Object.assign(new Error('refused'), { code: `http-${answer.statusCode}` })
    return text === '' ? null : JSON.parse(text)
  }

  async function lookOnce(): Promise<void> {
    const filter = encodeURIComponent('condition="watchdog"')
    const watching = alerts.parse(await ask('GET', `alerts?filter=${filter}`))
    if (watching.length === 0) throw Object.assign(new Error('silent'), { code: 'no-watchdog' })
    await silence(db, ask, now())
    if (lostSince !== null) log.info({ kind: 'bell-rings' })
    lostSince = null
    told = false
  }

  const { look, stop } = recurring(lookOnce, EVERY_MS, ({ code }) => {
    lostSince ??= now()
    if (!told) log.error({ kind: 'bell-lost', code })
    told = true
  })
  await look()
  return {
    state: () =>
      lostSince === null ? { state: 'rings', since: null } : { state: 'lost', since: lostSince.toISOString() },
    look,
    async stop() {
      await stop()
      await dispatcher.close()
    },
  }
}

type Ask = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) => Promise<unknown>

/** Each window that counts is one silence, and no other of ours is there. */
async function silence(db: ConsoleDatabase, ask: Ask, at: Date): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ mine: boolean }>`
      select pg_try_advisory_xact_lock(hashtext('totem-bell')) as mine`.execute(transaction)
    // If not, another gateway does it now.
    if (!rows[0]?.mine) return
    const windows = await transaction
      .selectFrom('maintenance')
      .selectAll()
      .where('ended_at', 'is', null)
      .where('until_at', '>', at)
      .where(({ or, eb }) => or([eb('needs_second', '=', false), eb('approved_at', 'is not', null)]))
      .execute()
    const there = silences
      .parse(await ask('GET', 'silences'))
      .filter(({ createdBy, status }) => createdBy === OURS && status.state !== 'expired')
      .map(({ id, comment }) => ({ id, window: ULID.exec(comment)?.[0] ?? '' }))
    for (const { id, window } of there)
      if (!windows.some((each) => each.id === window)) await ask('DELETE', `silence/${id}`)
    for (const window of windows)
      if (!there.some((each) => each.window === window.id)) await ask('POST', 'silences', silenceOf(window))
  })
}

/** A totem that is there twice is told whatever is worked on. */
function silenceOf({ id, kind, covers, from_at, until_at, proposed_name, reason }: ConsoleTables['maintenance']) {
  const label = { totem: 'totem', ufficio: 'office', regione: 'region', flotta: 'condition' }[kind]
  const covered = { name: label, value: kind === 'flotta' ? '.+' : covers, isRegex: kind === 'flotta', isEqual: true }
  return {
    matchers: [covered, { name: 'condition', value: 'clone', isRegex: false, isEqual: false }],
    ...{ startsAt: from_at.toISOString(), endsAt: until_at.toISOString() },
    ...{ createdBy: OURS, comment: `${id} ${proposed_name}: ${reason}` },
  }
}
