import { setTimeout as delay } from 'node:timers/promises'
import type { RequestState, Way } from '../../contract/console/bulk.ts'
import type { Browser } from '../issuer/browser.ts'

const ENDED: readonly RequestState[] = ['completata', 'completata_con_riserve', 'fallita', 'annullata', 'sospesa']

/** What the console has answered; a refusal is thrown. */
export function done({ status, body }: { status: number; body: unknown }) {
  // biome-ignore lint/suspicious/noExplicitAny: the wire's own schemas have judged it at the gateway
  if (status === 200) return body as any
  throw new Error(`the console refuses: ${status} ${JSON.stringify(body)}`)
}

/**
 * A bulk consultation on its way: the office's person sends a file by its first agreement, and the comune's lets it pass.
 * Null: the file was not taken, as `say` was told.
 */
export async function consult({
  office,
  comune,
  file,
  servizio,
  wayFor,
  say,
}: {
  office: Browser
  comune: Browser
  file: Uint8Array<ArrayBuffer>
  servizio: string
  /** `inBulk`: a bulk service of ANPR answers it too. */
  wayFor(rows: number, inBulk: boolean): Way
  say(what: 'file' | 'refused' | 'sent' | 'validated', how: string): void
}): Promise<{ request: string; rows: number } | null> {
  const [agreed] = done(await office.get('/bulk/terms')).agreements
  const { request } = done(
    await office.post('/bulk', {
      ...{ agreement: agreed.agreement, ufficio: agreed.uffici[0].id, servizio },
      ...{ motivo: agreed.motivi[0], protocollo: 'PROT 1/2026' },
    }),
  )
  const taken = done(await office.post(`/bulk/${request}/file`, file, { 'content-type': 'text/csv' }))
  if (taken.refusal) {
    say('refused', `${taken.refusal.kind}, ${taken.refusal.message}`)
    return null
  }
  say('file', `${taken.rows} rows: ${tally(taken.counts)}`)
  const estimate = done(await office.get(`/bulk/${request}/estimate`))
  const way = wayFor(taken.rows, estimate.massivo !== null)
  done(await office.post(`/bulk/${request}/send`, { way, days: estimate[way].days }))
  say('sent', `by ${agreed.fruitoreName} to ${agreed.comuneName}, ${way}, ${estimate[way].calls} calls`)
  done(await comune.post(`/bulk/${request}/validate`, { reason: 'Conforme alla convenzione' }))
  say('validated', 'by a TOP of the comune')
  return { request, rows: taken.rows }
}

/** The request as it has ended, or as it stands when the time is over. `look` is told how far it is. */
export async function ended(
  office: Browser,
  request: string,
  patienceMs: number,
  look: (counts: Record<string, number>) => unknown = () => undefined,
) {
  for (const until = Date.now() + patienceMs; ; await delay(500)) {
    const { status, body } = await office.get(`/bulk/${request}`)
    // Sooner than a person could: the door bounds what one address asks in a minute.
    if (status === 429) continue
    const whole = done({ status, body })
    await look(whole.counts)
    if (ENDED.includes(whole.state) || Date.now() > until) return whole
  }
}

export const tally = (counts: Record<string, number>) =>
  Object.entries(counts)
    .filter(([, n]) => n > 0)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([state, n]) => `${n} ${state}`)
    .join(', ')
