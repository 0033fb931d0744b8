/**
 * SQLSTATE of a database that nobody can use now: a broken connection (class 08), too many connections, a shutdown, a
 * crash or a start under way (class 57), a standby that is not yet in charge.
 */
const STATES = /^(08...|53300|57P0[1-3]|25006)$/
/** Messages that come without a code (pg/lib/client.js, pg-pool/index.js, kysely's postgres-driver.js). */
const WORDS =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Postgres connection has been discarded)/
/**
 * Codes of a broken line. For a name with several addresses, ECONNREFUSED comes in an AggregateError that names no
 * call.
 */
const LINE = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])

/** Was the database away when it was asked? Any other failure is a bug. */
export function isDatabaseAway(failure: unknown): boolean {
  const { code = '', syscall, message = '' } = failure as { code?: string; syscall?: string; message?: string }
  return STATES.test(code) || LINE.has(code) || syscall === 'connect' || WORDS.test(message)
}
