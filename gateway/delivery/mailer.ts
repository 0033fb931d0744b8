import { readFile } from 'node:fs/promises'
import { createTransport, type Transporter } from 'nodemailer'
import type { MailSettings } from '../settings/mail.ts'

const CONNECT_MS = 10_000
const SILENT_MS = 30_000

/** The way to the company's mail server. */
export async function mailerOf(settings: MailSettings): Promise<Pick<Transporter, 'sendMail' | 'close'>> {
  const { host, port, implicitTls } = settings
  const ca = settings.ca === null ? undefined : await readFile(settings.ca, 'utf8')
  return createTransport({
    ...{ host, port, secure: implicitTls },
    // SECURITY: without it a line that strips STARTTLS gets the mail in clear, and the send counts as good.
    requireTLS: !implicitTls,
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(ca !== undefined && { ca }) },
    ...{ connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: SILENT_MS, dnsTimeout: CONNECT_MS },
    ...{ disableFileAccess: true, disableUrlAccess: true, logger: false },
  })
}
