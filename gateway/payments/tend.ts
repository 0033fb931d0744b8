import type { Logger } from 'pino'
import { type Clock, MINUTE_MS } from '../../basics/time.ts'
import type { Bell } from '../operations/bell.ts'
import type { PagopaClient, PagopaFailure, Position } from './client.ts'
import { taskOf } from './machine.ts'
import { type NoticeRow, type Notices, TEND } from './notices.ts'
import type { Receipt } from './receipt.ts'

/** Looks for work so often, besides when a bell rings. */
const POLL_MS = 1_000
/** An open notice is asked about often at first, when its citizen stands there, and seldom after days. */
const SOONEST_MS = 10_000
const LATEST_MS = 15 * MINUTE_MS
/** The receipt of a payment that pagoPA has seen may take some seconds. */
const RECEIPT_MS = 5_000

/** Hears of each receipt that came, and what it did; the operator's log and the metric hang on it. */
export type Hear = (receipt: Receipt) => Promise<unknown>

export interface Tending {
  stop(): Promise<void>
}

/**
 * Asks pagoPA for what each payment needs next, and asks again until it has an answer. The database knows when, so that a
 * gateway that dies loses nothing and another goes on. A call without an answer says nothing: the position is read
 * before anything is asked again.
 */
export function tendNotices({
  notices,
  client,
  bell,
  hear,
  now,
  log,
}: {
  notices: Notices
  client: PagopaClient
  bell: Bell
  hear: Hear
  now: Clock
  log: Logger
}): Tending {
  let stopping = false
  let wake = () => {}
  let woken = false
  const off = bell.on(TEND, () => {
    woken = true
    wake()
  })

  /** How long until this payment is asked about again; null: as its new state says. */
  async function tend(row: NoticeRow): Promise<number | null> {
    const position: Position = { id: row.id, notice: row.notice, cents: row.cents, dueAt: row.due_at }
    switch (taskOf(row, row.due_at, now())) {
      case 'create':
        return create(row, position)
      case 'look':
        return look(row, position)
      case 'close':
        return close(row, position)
      case null:
        return null
    }
  }

  async function create(row: NoticeRow, position: Position): Promise<number | null> {
    // An earlier try may have made it.
    if (row.looks > 1) {
      const there = await client.read(position)
      if (there.ok || there.error.kind !== 'absent') return there.ok ? look(row, position) : failed(row, there.error)
    }
    const made = await client.create(position)
    if (made.ok) {
      await notices.happened(row.id, { kind: 'opened' })
      return SOONEST_MS
    }
    if (made.error.kind !== 'conflict') return failed(row, made.error)
    const there = await client.read(position)
    if (there.ok) return look(row, position)
    if (there.error.kind !== 'absent') return failed(row, there.error)
    // The position is not ours: another one has the number, as after a restored backup.
    log.error({ kind: 'notice-taken', payment: row.id })
    await notices.renumber(row.id)
    return 0
  }

  async function look(row: NoticeRow, position: Position): Promise<number | null> {
    const status = await client.read(position)
    if (!status.ok) return status.error.kind === 'absent' ? gone(row) : failed(row, status.error)
    switch (status.value) {
      case 'PUBLISHED':
      case 'VALID':
        if (row.state === 'created') await notices.happened(row.id, { kind: 'opened' })
        return Math.min(Math.max((+now() - +row.made_at) / 6, SOONEST_MS), LATEST_MS)
      case 'PAID':
      case 'REPORTED':
        return receive(row, position)
      case 'EXPIRED':
      case 'INVALID':
        return gone(row)
      case 'DRAFT':
      case 'PARTIALLY_PAID':
        return failed(row, { kind: 'payment-unreadable', reason: status.value.toLowerCase() })
    }
  }

  async function receive(row: NoticeRow, position: Position): Promise<number | null> {
    const receipt = await client.receipt(position)
    if (!receipt.ok)
      return receipt.error.kind === 'absent' || isNotThereYet(receipt.error) ? RECEIPT_MS : failed(row, receipt.error)
    if (receipt.value.notice !== row.notice)
      return failed(row, { kind: 'payment-unreadable', reason: 'another-receipt' })
    await hear(receipt.value)
    return LATEST_MS
  }

  /** pagoPA lets nobody pay it any more, of its own. */
  async function gone(row: NoticeRow): Promise<null> {
    await notices.happened(row.id, { kind: 'closed', how: howOf(row) })
    return null
  }
  const howOf = ({ closing, due_at }: NoticeRow) =>
    closing && +now() < +due_at ? ('withdrawn' as const) : ('lapsed' as const)

  async function close(row: NoticeRow, position: Position): Promise<number | null> {
    const closed = await client.invalidate(position)
    if (closed.ok || closed.error.kind === 'absent') return gone(row)
    if (closed.error.kind !== 'conflict') return failed(row, closed.error)
    // Perhaps it has been paid meanwhile; a receipt that comes wins.
    return look(row, position)
  }

  function failed({ id, looks, state }: NoticeRow, failure: PagopaFailure): number {
    const level = failure.kind === 'payment-refused' || failure.kind === 'payment-unreadable' ? 'error' : 'warn'
    const reason = 'reason' in failure ? failure.reason : failure.kind
    log[level]({ kind: 'pagopa-not-done', failure: failure.kind, reason, payment: id, state })
    if (failure.kind === 'payment-busy') return failure.retryMs
    return Math.min(1_000 * 2 ** Math.min(looks, 10), LATEST_MS)
  }

  async function one(row: NoticeRow): Promise<void> {
    try {
      const delay = await tend(row)
      if (delay !== null) await notices.again(row.id, new Date(+now() + delay))
    } catch (failure) {
      const { name, code } = failure as { name?: string; code?: unknown }
      log.error({ kind: 'payment-not-tended', payment: row.id, name, code })
    }
  }

  async function run(): Promise<void> {
    while (!stopping) {
      woken = false
      const rows = await notices.due().catch(() => [])
      await Promise.all(rows.map(one))
      if (rows.length > 0 || woken || stopping) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
  const running = run()
  return {
    async stop() {
      stopping = true
      off()
      wake()
      await running
    },
  }
}

/** GPD's 422: the receipt is on its way. */
const isNotThereYet = (failure: PagopaFailure): boolean => 'reason' in failure && failure.reason === 'http-422'
