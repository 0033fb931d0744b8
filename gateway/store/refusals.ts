import { isDatabaseAway } from './away.ts'

/** The database was migrated by a newer version of this program, which knows tables that this one does not. */
export class DatabaseIsNewer extends Error {}

/** What a gateway that starts cannot do with its database, in a word; `code` is PostgreSQL's, Node's or OpenSSL's. */
export interface DatabaseRefusal {
  kind:
    | 'newer'
    | 'away'
    | 'busy'
    | 'not-let-in'
    | 'no-such-database'
    | 'no-right'
    | 'not-believed'
    | 'no-tls'
    | 'refused'
  code: string
}

/** SQLSTATE: the server is there and takes nobody now. */
const BUSY = /^(53...|57P0[1-3]|25006)$/
/** SQLSTATE: the server does not know or believe the gateway's user. */
const NOT_LET_IN = /^28...$/
const SQLSTATE = /^[0-9A-Z]{5}$/
/** OpenSSL's and Node's codes of a certificate that is not believed. */
const NOT_BELIEVED = /CERT|SIGNATURE|ERR_TLS_|CRL|ISSUER/
/** pg says these without a code (pg/lib/connection.js, pg/lib/client.js, pg/lib/crypto/sasl.js). */
const NO_TLS = /^The server does not support SSL connections/
const NO_PASSWORD = /^(SASL|client password must be a string)/

/** What a failure of the database means to a gateway that starts; null: it is a bug of the gateway. */
export function refusalOf(failure: unknown): DatabaseRefusal | null {
  const { code: found, message = '' } = failure as { code?: unknown; message?: string }
  const code = typeof found === 'string' ? found : 'no answer'
  const is = (kind: DatabaseRefusal['kind']) => ({ kind, code })
  if (failure instanceof DatabaseIsNewer) return is('newer')
  if (BUSY.test(code)) return is('busy')
  if (isDatabaseAway(failure)) return is('away')
  if (NOT_LET_IN.test(code)) return is('not-let-in')
  if (NO_PASSWORD.test(message)) return { kind: 'not-let-in', code: 'no password' }
  if (code === '3D000') return is('no-such-database')
  if (code === '42501') return is('no-right')
  if (NO_TLS.test(message)) return { kind: 'no-tls', code: 'no TLS' }
  if (NOT_BELIEVED.test(code)) return is('not-believed')
  return SQLSTATE.test(code) ? is('refused') : null
}
