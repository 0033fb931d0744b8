import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { SMTPServer } from 'smtp-server'
import type { Clock } from '../../basics/time.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { MailSettings } from '../settings/mail.ts'
import type { Fates } from './fates.ts'
import { type Entity, entityIn } from './mime.ts'
import { certificatesIn, type ReceiptFault, receiptIn } from './pec.ts'
import { reportIn } from './reports.ts'

const MOST_BYTES = 256 * 1_024
const MOST_CLIENTS = 20

/** Why a mail that came back is not believed. `letter-unknown`: it tells of no mail of ours. */
type Refusal = ReceiptFault | 'return-too-large' | 'report-malformed' | 'report-forged' | 'letter-unknown'

/**
 * Takes in what came back. The mail server brings here what is for `name+TOKEN@…`, reports about mails, and what is for the
 * PEC address, receipts of its providers. Nothing of a mail is kept but what fates.ts says.
 */
export async function startReturns({
  fates,
  settings: { pec, returns },
  tls,
  now,
  log,
}: {
  fates: Pick<Fates, 'bounced' | 'heard'>
  settings: Pick<MailSettings, 'pec' | 'returns'>
  tls: { key: string; cert: string }
  now: Clock
  log: Logger
}): Promise<{ port: number; stop(): Promise<void> }> {
  const authorities = pec?.authorities ? certificatesIn(await readFile(pec.authorities, 'utf8')) : null
  const pecAddress = authorities === null ? null : pec?.from.address.toLowerCase()
  const [, domain = ''] = returns.address.split('@')
  const isForPec = (address: string) => address.toLowerCase() === pecAddress

  async function report(mail: Entity, sender: string, token: string): Promise<Result<true, { kind: Refusal }>> {
    const read = reportIn(mail, sender)
    if (!read.ok) return read
    if (read.value.kind === 'none') return ok(true)
    if (!(await fates.bounced(token, read.value.status))) return err({ kind: 'letter-unknown' })
    log.info({ kind: 'letter-bounced', status: read.value.status })
    return ok(true)
  }
  async function receipt(mail: Entity): Promise<Result<true, { kind: Refusal }>> {
    const read = await receiptIn(mail, authorities ?? [], now())
    // A provider that tries on says so, and it is no fault of the mail's.
    if (!read.ok) return read.error.kind === 'receipt-not-final' ? ok(true) : read
    const { kind: receipt, about } = read.value
    const [, id, at] = /^<([\w-]{22})@([^>]+)>$/.exec(about) ?? []
    if (!id || at?.toLowerCase() !== domain.toLowerCase() || !(await fates.heard(id, read.value)))
      return err({ kind: 'letter-unknown' })
    log.info({ kind: 'letter-receipt', receipt })
    return ok(true)
  }
  async function judge(raw: Buffer | null, sender: string, to: string) {
    if (raw === null) return err({ kind: 'return-too-large' as const })
    const mail = entityIn(raw)
    return isForPec(to) ? receipt(mail) : report(mail, sender, tokenOf(to) ?? '')
  }

  const server = new SMTPServer({
    ...tls,
    ...{ authOptional: true, disabledCommands: ['AUTH'], size: MOST_BYTES, maxClients: MOST_CLIENTS },
    ...{ logger: false, disableReverseLookup: true, socketTimeout: 30_000, closeTimeout: 1_000 },
    onRcptTo({ address }, { envelope }, done) {
      if (tokenOf(address) === null && !isForPec(address)) return done(no(550, 'no such name here'))
      // One report is about one mail.
      done(envelope.rcptTo.length > 0 ? no(452, 'one receiver at a time') : null)
    },
    onData(stream, { envelope: { mailFrom, rcptTo } }, done) {
      const chunks: Buffer[] = []
      let bytes = 0
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes <= MOST_BYTES) chunks.push(chunk)
      })
      stream.on('end', () => {
        const raw = bytes <= MOST_BYTES ? Buffer.concat(chunks) : null
        judge(raw, mailFrom ? mailFrom.address : '', rcptTo[0]?.address ?? '').then(
          (judged) => {
            if (judged.ok) return done()
            const { kind: reason } = judged.error
            log.warn({ kind: 'mail-return-refused', reason })
            done(no(reason === 'return-too-large' ? 552 : 550, reason))
          },
          (failure) => {
            log.warn({ kind: 'mail-return-broken', code: (failure as { code?: unknown }).code })
            done(no(451, 'come again'))
          },
        )
      })
    },
  })
  // A client that breaks off is its own affair.
  server.on('error', (failure: NodeJS.ErrnoException) => log.warn({ kind: 'mail-return-broken', code: failure.code }))
  const listening = server.listen(returns.listen.port, returns.listen.host)
  await once(listening, 'listening')
  return {
    port: (listening.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

const no = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode })

const tokenOf = (address: string): string | null => /\+([0-9a-f]{32})@[^@]+$/i.exec(address)?.[1]?.toLowerCase() ?? null
