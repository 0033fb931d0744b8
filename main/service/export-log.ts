import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { CompactSign, compactVerify, importJWK, type JWK } from 'jose'
import { z } from 'zod'
import { contentOf, writeWhole } from '../../basics/files.ts'
import { isoInstant, totemId } from '../../contract/identity.ts'
import { ok, type Result } from '../../contract/result.ts'
import { exportJournal } from '../journal/export.ts'
import type { Journal } from '../journal/journal.ts'
import type { NamedKey } from '../queue/sealing.ts'
import type { StorageFailure } from '../queue/storage.ts'

const TYP = 'totem-log-export+jws'
const statement = z.strictObject({
  totem: totemId,
  at: isoInstant,
  file: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  entries: z.int().min(0),
})

export interface ExportedLog {
  file: string
  entries: number
  /** False: this totem has no key to sign with; the anchors in the log are the gateway's signatures all the same. */
  signed: boolean
}

/**
 * Writes the sync log into a folder, and beside it who wrote it: `….jws`, by the key that signs this totem's papers. The
 * gateway's anchors in the log prove what it has seen; this proves the entries after them, and that the stick was not
 * changed on its way.
 */
export async function exportSigned(
  log: Pick<Journal, 'lines'>,
  folder: string,
  { totem, key, now }: { totem: string; key: NamedKey | null; now: Date },
): Promise<Result<ExportedLog, StorageFailure>> {
  const stamp = now.toISOString().slice(0, 19).replace(/[-:]/g, '')
  const file = join(folder, `${totem}-${stamp}.sync-log.jsonl`)
  const exported = await exportJournal(log, file)
  if (!exported.ok) return exported
  const entries = exported.value.count
  if (key === null) return ok({ file, entries, signed: false })
  const said = { totem, at: now.toISOString(), file: basename(file), sha256: await digestOf(file), entries }
  const jws = await new CompactSign(Buffer.from(JSON.stringify(said)))
    .setProtectedHeader({ alg: 'ES256', typ: TYP, kid: key.kid })
    .sign(await importJWK(key as JWK, 'ES256'))
  await writeWhole(`${file}.jws`, jws)
  return ok({ file, entries, signed: true })
}

/** Who signed this export, if the file is as it was signed; null: nobody, or it was changed. */
export async function signerOf(file: string, key: JWK): Promise<{ totem: string; at: string } | null> {
  try {
    const jws = (await contentOf(`${file}.jws`)) ?? ''
    const { payload, protectedHeader } = await compactVerify(jws, await importJWK(key, 'ES256'), {
      algorithms: ['ES256'],
    })
    const said = statement.parse(JSON.parse(Buffer.from(payload).toString()))
    return protectedHeader.typ === TYP && said.sha256 === (await digestOf(file)) ? said : null
  } catch {
    return null
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
