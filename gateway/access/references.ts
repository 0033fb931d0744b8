import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { requiredSecret } from '../settings/secret.ts'
import { CONFIG, notMade, Unusable } from '../settings/unusable.ts'

const KEY_BYTES = 32

/**
 * Makes what the access log calls a person (codice fiscale or ID ANPR): HMAC-SHA256 under the secret in `file`, which
 * is made if it is not there. So the log can answer what was asked about a given person, and reading it finds nobody.
 */
export async function accessReferences(file: string): Promise<(person: string) => string> {
  const secret = await readOrMake(file)
  if (secret.length < KEY_BYTES) throw new Unusable(CONFIG, `accessLogKey: ${file} is too short for a key`)
  const key = createSecretKey(secret)
  return (person) => createHmac('sha256', key).update(person).digest('base64url')
}

async function readOrMake(file: string): Promise<Buffer> {
  try {
    // Another gateway may make the file at the same moment: the first one's key counts.
    await writeFile(file, randomBytes(KEY_BYTES).toString('base64url'), { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw notMade('accessLogKey', file, error)
  }
  return Buffer.from((await requiredSecret('accessLogKey', file)).trim(), 'base64url')
}
