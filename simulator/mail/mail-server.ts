import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createTransport } from 'nodemailer'
import { SMTPServer } from 'smtp-server'
import type { PecProvider, ReceiptKind } from './pec.ts'

/** A mail as the server took it over. */
export interface Mail {
  from: string
  to: string[]
  /** The connection spoke TLS when the mail came. */
  secure: boolean
  /** Headers and body as they came, lines unfolded. */
  raw: string
}

/**
 * A company's mail server, as far as a client sees it: it takes mails by STARTTLS, and reports failures to the envelope's
 * sender (RFC 5321, RFC 3464). What becomes of a mail hangs on the receiver's name: `refused@…` is refused at once,
 * `later@…` the first time, `bounces@…` comes back, `delayed@…` brings a report of a delay, `absent@…` an absent person's
 * answer. With a PEC provider it passes certified mails on to it, which signs its receipts: `full@…` cannot be delivered.
 */
export interface MailServer {
  port: number
  mails: Mail[]
  /** Every receiver that a client has named, also those that were refused. */
  named: string[]
  /** Resolves when everything that comes back has come back. */
  settled(): Promise<void>
  stop(): Promise<void>
}

export async function startMailServer({
  pki,
  port = 0,
  startTls = true,
  pec,
  returnsPort,
}: {
  /** Folder with `gateway.key.pem` and `gateway.cert.pem`, which the clients' `gateway-ca.pem` has signed. */
  pki: string
  /** 0: a free one. */
  port?: number
  /** False: somebody on the line takes the offer of STARTTLS away. */
  startTls?: boolean
  /** Who delivers certified mails; without it nothing is said of them. */
  pec?: PecProvider
  /** Where mails to senders go. */
  returnsPort(): number | null
}): Promise<MailServer> {
  const pem = (name: string) => readFileSync(join(pki, name), 'utf8')
  const mails: Mail[] = []
  const named: string[] = []
  const soon = new Set<Promise<unknown>>()
  const server = new SMTPServer({
    ...{ key: pem('gateway.key.pem'), cert: pem('gateway.cert.pem') },
    ...{ authOptional: true, logger: false, disableReverseLookup: true, closeTimeout: 500 },
    disabledCommands: ['AUTH', ...(startTls ? [] : ['STARTTLS'])],
    onRcptTo({ address }, _session, done) {
      const again = named.includes(address)
      named.push(address)
      if (address.startsWith('refused@')) return done(failure(550, '5.1.1 no such mailbox'))
      if (address.startsWith('later@') && !again) return done(failure(451, '4.7.1 come again'))
      done()
    },
    onData(stream, { envelope, secure }, done) {
      void text(stream).then((raw) => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : ''
        const to = envelope.rcptTo.map(({ address }) => address)
        mails.push({ from, to, secure, raw: raw.replaceAll(/\r\n[ \t]+/g, ' ') })
        for (const receiver of to) {
          const [name = ''] = receiver.split('@')
          const report = REPORTS[name]?.(receiver)
          const about = /^X-TipoRicevuta:/im.test(raw) && /^Message-ID: (\S+)/im.exec(raw)?.[1]
          const sending = report
            ? sendBack('', from, report)
            : pec && about && certified(pec, { about, sender: from, receiver })
          if (!sending) continue
          const gone = sending.catch(() => undefined)
          soon.add(gone)
          void gone.finally(() => soon.delete(gone))
        }
        done()
      })
    },
  })
  server.on('error', () => undefined)

  /** The receipts of acceptance, and of delivery or its failure. */
  async function certified(provider: PecProvider, told: { about: string; sender: string; receiver: string }) {
    const end: ReceiptKind = told.receiver.startsWith('full@') ? 'errore-consegna' : 'avvenuta-consegna'
    for (const kind of ['accettazione', end] as const)
      await sendBack('posta-certificata@pec.example', told.sender, await provider.receipt({ kind, ...told }))
  }

  async function sendBack(sender: string, to: string, raw: string | Buffer) {
    const port = returnsPort()
    if (port === null) return
    const transport = createTransport({ host: '127.0.0.1', port, tls: { ca: pem('gateway-ca.pem') } })
    await transport.sendMail({ envelope: { from: sender, to: [to] }, raw })
    transport.close()
  }

  const settled = async () => {
    await Promise.all(soon)
  }
  const listening = server.listen(port, '127.0.0.1')
  await once(listening, 'listening')
  return {
    port: (listening.address() as AddressInfo).port,
    mails,
    named,
    settled,
    async stop() {
      await settled()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

const failure = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode })

const report = (action: string, status: string) => (receiver: string) =>
  [
    'From: MAILER-DAEMON@mail.example',
    'Subject: Delivery status notification',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report;',
    ' report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    `Delivery to ${receiver}: ${action}.`,
    '',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mail.example',
    '',
    `Final-Recipient: rfc822; ${receiver}`,
    `Action: ${action}`,
    `Status: ${status}`,
    '',
    '--b--',
    '',
  ].join('\r\n')
const REPORTS: Record<string, (receiver: string) => string> = {
  bounces: report('failed', '5.1.1'),
  delayed: report('delayed', '4.4.1'),
  absent: (receiver) =>
    [
      `From: ${receiver}`,
      'Subject: Assente',
      'Auto-Submitted: auto-replied',
      'Content-Type: text/plain',
      '',
      'Action: failed to be here until Monday.',
      '',
    ].join('\r\n'),
}
