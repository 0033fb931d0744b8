import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { SMTPServer } from 'smtp-server'
import type { Letters } from './letters.ts'

const MOST_BYTES = 256 * 1_024
const MOST_CLIENTS = 20

/**
 * Takes in mails that came back: the mail server brings here what is for `name+TOKEN@…`. Only a report of a failed delivery
 * counts (RFC 3464 §2.3.3): not a delayed one, and not an absent person's answer. Nothing of a mail is kept.
 */
export async function startReturns({
  letters,
  listen,
  tls,
  log,
}: {
  letters: Pick<Letters, 'bounced'>
  listen: { host: string; port: number }
  tls: { key: string; cert: string }
  log: Logger
}): Promise<{ port: number; stop(): Promise<void> }> {
  const server = new SMTPServer({
    ...tls,
    ...{ authOptional: true, disabledCommands: ['AUTH'], size: MOST_BYTES, maxClients: MOST_CLIENTS },
    ...{ logger: false, disableReverseLookup: true, socketTimeout: 30_000, closeTimeout: 1_000 },
    onRcptTo({ address }, _session, done) {
      done(tokenOf(address) === null ? Object.assign(new Error('no such name here'), { responseCode: 550 }) : null)
    },
    onData(stream, { envelope }, done) {
      let text = ''
      stream.on('data', (chunk: Buffer) => {
        if (text.length < MOST_BYTES) text += chunk.toString('latin1')
      })
      stream.on('end', () => {
        const tokens = envelope.rcptTo.map(({ address }) => tokenOf(address)).filter((token) => token !== null)
        const failed =
          /^content-type:[^\n]*(?:\n[ \t][^\n]*)*report-type="?delivery-status/im.test(text) &&
          /^action:[ \t]*failed\b/im.test(text)
        const told = failed ? tokens : []
        Promise.all(told.map((token) => letters.bounced(token))).then(
          () => {
            if (told.length > 0) log.info({ kind: 'letter-bounced' })
            done()
          },
          () => done(Object.assign(new Error('come again'), { responseCode: 451 })),
        )
      })
    },
  })
  // A client that breaks off is its own affair.
  server.on('error', (failure: NodeJS.ErrnoException) => log.warn({ kind: 'mail-return-broken', code: failure.code }))
  const listening = server.listen(listen.port, listen.host)
  await once(listening, 'listening')
  return {
    port: (listening.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

const tokenOf = (address: string): string | null => /\+([0-9a-f]{32})@[^@]+$/i.exec(address)?.[1]?.toLowerCase() ?? null
