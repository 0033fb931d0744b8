import { createDecipheriv } from 'node:crypto'
import type { Logger } from 'pino'
import { jsonOf } from '../../basics/json.ts'
import { atTotem, type Caller } from '../../contract/caller.ts'
import { isSealedAs } from '../../contract/gateway.ts'
import { handoverAad } from '../../contract/handover.ts'
import { type Letter, letter, letterHeader } from '../../contract/letter.ts'
import { openJwe } from '../sealing/jwe.ts'
import type { SealingKeys } from '../sealing/sealing.ts'
import type { MailSettings } from '../settings/mail.ts'
import type { DueLetter, Letters } from './letters.ts'
import { mailWords, pecWords } from './mail-words.ts'
import { mailerOf } from './mailer.ts'

const LOOK_MS = 1_000

/** Opens a letter and holds it to its document and caller; null: it is none, or another's. */
export function openLetter(sealed: string, keys: SealingKeys, about: { id: string; caller: Caller }): Letter | null {
  const opened = openJwe(sealed, keys)
  if (!opened || !isSealedAs(opened.header, letterHeader(String(opened.header.kid), about))) return null
  return letter.safeParse(jsonOf(opened.plaintext.toString('utf8'))).data ?? null
}

const PDF = 'application/pdf'
const TAG_BYTES = 16
/** The receipt of delivery then brings no copy of the document (technical rules of PEC, DM 2 November 2005, §6.5). */
const PEC_HEADERS = { 'X-TipoRicevuta': 'sintetica' }

/** A document as the totem encrypted it (contract/handover.ts); null: it is gone, or another's. */
function decrypted(sealed: Buffer | null, id: string, key: string): Buffer | null {
  if (sealed === null || sealed.length < TAG_BYTES) return null
  try {
    const opening = createDecipheriv('aes-256-gcm', Buffer.from(key, 'base64url'), Buffer.alloc(12))
    opening.setAAD(Buffer.from(handoverAad(id))).setAuthTag(sealed.subarray(-TAG_BYTES))
    return Buffer.concat([opening.update(sealed.subarray(0, -TAG_BYTES)), opening.final()])
  } catch {
    return null
  }
}

/**
 * Brings letters to the company's mail server. A gateway that dies between the server's answer and the database sends a
 * letter twice, under the same Message-ID.
 */
export async function startPostman({
  letters,
  sealingKeys,
  settings,
  publicUrl,
  log,
}: {
  letters: Letters
  sealingKeys: SealingKeys
  settings: MailSettings
  publicUrl(): string | null
  log: Logger
}): Promise<{ stop(): Promise<void> }> {
  const { from, pec, returns } = settings
  const transport = await mailerOf(settings)
  const [returnName = '', returnDomain = ''] = returns.address.split('@')

  async function send({ id, totem, sealed, returnToken }: DueLetter, base: string) {
    const opened = openLetter(sealed, sealingKeys, { id, caller: atTotem(totem) })
    // Its key is gone, or the totem sealed something else: no later try mends that.
    if (!opened) {
      log.error({ kind: 'letter-unopened', totem })
      return letters.refused(id)
    }
    const { to, key, language, office, proof } = opened
    const toDomicile = proof !== undefined
    const pdf = toDomicile ? decrypted(await letters.documentOf(id), id, key) : null
    if (toDomicile && (pec === null || pdf === null)) {
      log.error({ kind: 'letter-unopened', totem })
      return letters.refused(id)
    }
    try {
      await transport.sendMail({
        from: (toDomicile && pec?.from) || from,
        to: { name: '', address: to },
        // SECURITY: one receiver, whatever stands in the address; a mail that cannot arrive comes back to a name of its own.
        // A PEC provider takes no other sender than the box itself, and names the mail by its Message-ID in its receipts.
        envelope: { from: pdf && pec ? pec.from.address : `${returnName}+${returnToken}@${returnDomain}`, to: [to] },
        messageId: `<${id}@${returnDomain}>`,
        headers: { 'Auto-Submitted': 'auto-generated', ...(pdf && PEC_HEADERS) },
        ...(pdf
          ? {
              ...pecWords(language, office),
              attachments: [{ filename: 'documento.pdf', content: pdf, contentType: PDF }],
            }
          : mailWords(language, office, `${new URL(`/r/${id}`, base).href}#${key}`)),
      })
      log.info({ kind: 'letter-handed-over', totem })
      return toDomicile ? letters.sent(id) : letters.handedOver(id)
    } catch (failure) {
      // The message of a failure may quote the address.
      const { code, responseCode } = failure as { code?: string; responseCode?: number }
      if (responseCode !== undefined && responseCode >= 500 && code !== 'EAUTH' && code !== 'ETLS') {
        log.info({ kind: 'letter-refused', totem, code, status: responseCode })
        return letters.refused(id)
      }
      log.warn({ kind: 'mail-server-away', code, status: responseCode })
      return letters.later(id)
    }
  }

  let stopping = false
  let working: Promise<void> | null = null
  const work = async () => {
    const base = publicUrl()
    if (base === null) return
    try {
      await Promise.all((await letters.due()).map((due) => send(due, base)))
    } catch (failure) {
      log.warn({ kind: 'letters-not-fetched', code: (failure as { code?: unknown }).code })
    }
  }
  const timer = setInterval(() => {
    // A slow database or mail server is not asked again before it has answered.
    if (!stopping)
      working ??= work().finally(() => {
        working = null
      })
  }, LOOK_MS)
  return {
    async stop() {
      stopping = true
      clearInterval(timer)
      await working
      transport.close()
    },
  }
}
