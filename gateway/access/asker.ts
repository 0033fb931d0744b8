import { randomBytes } from 'node:crypto'
import type { Channel } from '../../contract/caller.ts'
import type { Asker } from '../anpr/transport.ts'
import type { Looker } from './log.ts'

/** Pattern AUDIT_REST_02 admits so many characters. */
const LONGEST = 20
/** As many characters in base64url. */
const LONGEST_BYTES = 15
/** The level of assurance by channel, which says how people are recognised there (settings/pdnd.ts). */
export type Assurance = Record<Channel, string>

/**
 * What ANPR hears of whoever looks: the machine, and the person by the beginning of their reference. So the Ministry can
 * name a line of the access log, and nobody learns from it who that person is. SECURITY: vouchers are kept by this name.
 * A session of an earlier version does not say whose it is, so each of its questions has a name of its own.
 */
export const askerOf = ({ caller, requester }: Looker, loa: Assurance): Asker => ({
  userId: requester?.slice(0, LONGEST) ?? randomBytes(LONGEST_BYTES).toString('base64url'),
  userLocation: caller.id.slice(0, LONGEST),
  loa: loa[caller.channel],
})
