import type { IdentityCard } from '../contract/gateway.ts'

/** What a person should know of their identity card before they ask for anything. */
export interface CardNotice {
  state: 'expiring' | 'expired' | 'paper' | 'cancelled'
  /** When it ends or has ended, by what the register says. */
  date: string | null
}

/** From so many days before its end a card may be renewed. */
const RENEWED_DAYS = 180
/** No identity card of paper counts any more: Regulation (EU) 2019/1157, art. 5. */
export const PAPER_ENDS = '2026-08-03'

/**
 * The date is the register's and is never computed: a card that was issued to somebody over seventy from 30 July 2026 on
 * has no end, others keep the day that is printed on them. A card without a date has nothing to be told of.
 */
export function cardNotice({ kind, expires, cancelled }: IdentityCard, today: string): CardNotice | null {
  if (cancelled !== null) return { state: 'cancelled', date: cancelled }
  if (kind === 'paper' && today >= PAPER_ENDS) return { state: 'paper', date: null }
  if (expires === null || expires.length < today.length) return null
  if (expires < today) return { state: 'expired', date: expires }
  const renewed = new Date(today)
  renewed.setUTCDate(renewed.getUTCDate() + RENEWED_DAYS)
  return expires <= renewed.toISOString().slice(0, today.length) ? { state: 'expiring', date: expires } : null
}
