/**
 * SQLSTATE of a database that is there for nobody now: a connection that broke (class 08), too many of them, a shutdown, a
 * crash, a start that is not over (class 57), a standby that is not in charge yet.
 */
const STATES = /^(08...|53300|57P0[1-3]|25006)$/
/** What pg says without a code (pg/lib/client.js, pg-pool/index.js). */
const WORDS =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/
/** ECONNREFUSED of a name with several addresses comes without its call, as an AggregateError. */
const LINE = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])

/** Is the database away, or was it while it was asked? Else what failed is a bug. */
export function isDatabaseAway(failure: unknown): boolean {
  const { code = '', syscall, message = '' } = failure as { code?: string; syscall?: string; message?: string }
  return STATES.test(code) || LINE.has(code) || syscall === 'connect' || WORDS.test(message)
}
