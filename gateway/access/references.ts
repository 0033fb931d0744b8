import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { exists } from '../../basics/files.ts'
import { requiredSecret } from '../settings/secret.ts'
import { CONFIG, NO_INPUT, notMade, Unusable } from '../settings/unusable.ts'
import type { Database } from '../store/schema.ts'

const KEY_BYTES = 32
const SETTING = 'accessLogKey'
/** No codice fiscale, ID ANPR or mark reads like this. */
const CHECKED = 'totem-polis/access-log-key'

/**
 * Makes what the access log calls a person (codice fiscale or ID ANPR): HMAC-SHA256 under the secret in `file`. So the
 * log can answer what was asked about a given person, and reading it finds nobody.
 *
 * All gateways on a database need the same secret, for good: under another one the persons of the log would be others,
 * and a mark that has paid could pay again. So the database keeps a check value of the secret, and a gateway with
 * another one does not start. A secret is made only for a database that holds nothing by one.
 */
export async function accessReferences(db: Database, file: string): Promise<(person: string) => string> {
  const isMade = !(await exists(file))
  if (isMade) await make(db, file)
  const secret = Buffer.from((await requiredSecret(SETTING, file)).trim(), 'base64url')
  if (secret.length < KEY_BYTES) throw new Unusable(CONFIG, `${SETTING}: ${file} is too short for a key`)
  const key = createSecretKey(secret)
  const reference = (text: string) => createHmac('sha256', key).update(text).digest('base64url')
  if (await isKeyOf(db, reference(CHECKED))) return reference
  // Another gateway has begun this database at the same moment, with a secret of its own.
  if (isMade) await rm(file, { force: true })
  const sentence = `${file} is not the key by which this database names persons: put that key there`
  throw new Unusable(CONFIG, `${SETTING}: ${sentence}; every gateway on a database has the same`)
}

async function make(db: Database, file: string): Promise<void> {
  if (await holdsReferences(db)) {
    const sentence = `there is no ${file}, and the database names persons by it already: put that key there, from the backup`
    throw new Unusable(NO_INPUT, `${SETTING}: ${sentence} or from another gateway`)
  }
  try {
    // Another gateway may make the file at the same moment: the first one's key counts.
    await writeFile(file, randomBytes(KEY_BYTES).toString('base64url'), { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw notMade(SETTING, file, error)
  }
}

async function holdsReferences(db: Database): Promise<boolean> {
  const { rows } = await sql<{ held: boolean }>`
    select exists (select from access_log_key) or exists (select from access_log) or exists (select from contrassegno)
      or exists (select from payment) or exists (select from totem_order) as held`.execute(db)
  return rows[0]?.held ?? false
}

/** The first key that comes to a database is its own. */
async function isKeyOf(db: Database, check: string): Promise<boolean> {
  await sql`insert into access_log_key (check_value) values (${check}) on conflict do nothing`.execute(db)
  const { rows } = await sql<{ check_value: string }>`select check_value from access_log_key`.execute(db)
  return rows[0]?.check_value === check
}
