import { randomBytes } from 'node:crypto'
import { type Channel, operatorOf } from '../../contract/caller.ts'
import type { Asker } from '../anpr/transport.ts'
import type { Looker } from './log.ts'

/** Pattern AUDIT_REST_02 admits so many characters. */
const LONGEST = 20
/** As many characters in base64url. */
const LONGEST_BYTES = 15
/** The level of assurance by channel, which says how people are recognised there (settings/pdnd.ts). */
export type Assurance = Record<Channel, string>

/**
 * What ANPR hears of whoever looks: the machine, and the person by the beginning of their reference; at an office's list,
 * where no person stands, the operator by theirs. So the Ministry can name a line of the access log, and nobody learns
 * from it who that person is. SECURITY: vouchers are kept by this name. A session of an earlier version does not say
 * whose it is, so each of its questions has a name of its own.
 */
export function askerOf({ caller, requester }: Looker, loa: Assurance, reference: (name: string) => string): Asker {
  const operator = operatorOf(caller)
  const name =
    requester ??
    (operator === null ? randomBytes(LONGEST_BYTES).toString('base64url') : reference(`operator/${operator}`))
  return { userId: name.slice(0, LONGEST), userLocation: caller.id.slice(0, LONGEST), loa: loa[caller.channel] }
}
