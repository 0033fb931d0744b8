import { appendFile, readFile } from 'node:fs/promises'
import type { Logger } from 'pino'
import { type Clock, HOUR_MS, MINUTE_MS } from '../../../basics/time.ts'
import { AUDIT_ANCHOR_TYP } from '../../../contract/console/audit.ts'
import type { Keyring } from '../../keys/keyring.ts'
import type { ConsoleDatabase } from '../tables.ts'

const EVERY_MS = HOUR_MS
const EVERY_ENTRIES = 1_000
/** Of a year of hours; whoever verifies further back has the older lines of the file itself. */
const MOST_SHOWN = 9_000

/** Signed heads of the audit's chain, a line each in a file outside the database. */
export interface Anchors {
  /** Signs the head, if it is due; runs by itself every minute. */
  look(): Promise<void>
  kept(): Promise<string[]>
  stop(): Promise<void>
}

/** The file is only ever appended to: put it where the database's administrators cannot write. */
export function keepAnchors({
  db,
  keys,
  file,
  now,
  log,
}: {
  db: ConsoleDatabase
  keys: Pick<Keyring, 'sign'>
  file: string
  now: Clock
  log: Logger
}): Anchors {
  let signed = { n: 0, at: Number.NEGATIVE_INFINITY }

  async function lookOnce(isLast: boolean): Promise<void> {
    const head = await db.selectFrom('console_audit_head').select(['n', 'hash']).executeTakeFirstOrThrow()
    const [n, at] = [Number(head.n), now()]
    const isDue = isLast || +at - signed.at >= EVERY_MS || n - signed.n >= EVERY_ENTRIES
    if (n === signed.n || n === 0 || !isDue) return
    const jws = await keys.sign(AUDIT_ANCHOR_TYP, { n, hash: head.hash, at: at.toISOString() })
    await appendFile(file, `${jws}\n`, { mode: 0o600, flush: true })
    signed = { n, at: +at }
  }
  let last = Promise.resolve()
  const look = (isLast = false) => {
    last = last
      .then(() => lookOnce(isLast))
      .catch((failure) => log.error({ kind: 'audit-not-anchored', code: (failure as { code?: unknown }).code }))
    return last
  }
  const timer = setInterval(() => void look(), MINUTE_MS)
  return {
    look: () => look(),
    async kept() {
      await look(true)
      const text = await readFile(file, 'utf8').catch(() => '')
      return text.split('\n').filter(Boolean).slice(-MOST_SHOWN)
    },
    async stop() {
      clearInterval(timer)
      await look(true)
    },
  }
}
