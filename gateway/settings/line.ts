import { BlockList, isIP } from 'node:net'
import pg from 'pg'
import { CONFIG, Unusable } from './unusable.ts'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** True for a host that is this machine, whoever resolves names: what is sent there crosses no line. */
function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  const family = isIP(name)
  return family === 0 ? name === 'localhost' : LOOPBACK.check(name, family === 6 ? 'ipv6' : 'ipv4')
}

/** True for `https:`, and for `http:` to this machine; without name and password, which belong into no such file. */
export function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

/**
 * Throws `Unusable` unless the line to this PostgreSQL is this machine's own (loopback, Unix socket) or TLS that checks
 * certificate and name. pg itself says what it would do with the URL; that the URL also says `verify-full` keeps it so
 * when pg takes the other modes to be weaker, which it has announced.
 */
export function requireSafeDatabase(url: string): void {
  const refused = (sentence: string) => new Unusable(CONFIG, `DATABASE_URL: ${sentence}`)
  const asked = clientOf(url)
  if (asked === null) throw refused('it is no URL of a PostgreSQL, or names a file that cannot be read')
  const { host, ssl } = asked
  if (host.startsWith('/') || isLoopback(host)) return
  const checks = typeof ssl === 'object' && ssl.rejectUnauthorized !== false && ssl.checkServerIdentity === undefined
  if (checks && new URL(url).searchParams.getAll('sslmode').join() === 'verify-full') return
  throw refused('a database on another machine needs sslmode=verify-full in the URL, and sslrootcert=FILE for its CA')
}

function clientOf(url: string): { host: string; ssl: boolean | pg.ClientConfig['ssl'] } | null {
  if (!/^postgres(ql)?:\/\//.test(url)) return null
  try {
    const { host, ssl } = new pg.Client({ connectionString: url })
    return { host, ssl }
  } catch {
    return null
  }
}

/** Throws `Unusable` where the environment would switch off what every other setting asks for. */
export function requireTlsChecked(environment: NodeJS.ProcessEnv): void {
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return
  const sentence = 'it switches off the check of every certificate: take it out of the environment'
  throw new Unusable(CONFIG, `NODE_TLS_REJECT_UNAUTHORIZED: ${sentence}`)
}
