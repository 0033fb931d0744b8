import { readConfig } from './settings/config.ts'
import { requireTlsChecked } from './settings/line.ts'
import { bug, CONFIG, Unusable } from './settings/unusable.ts'
import { startGateway } from './start.ts'

export type { GatewayConfig } from './settings/config.ts'
export { type Gateway, startGateway } from './start.ts'

async function start(): Promise<void> {
  requireTlsChecked(process.env)
  const path = process.env.GATEWAY_CONFIG
  if (!path)
    throw new Unusable(CONFIG, 'GATEWAY_CONFIG is to name a file: gateway/settings/config.ts says what stands in it')
  const { DATABASE_URL = null, CONSOLE_DATABASE_URL = null } = process.env
  const config = await readConfig(path)
  const gateway = await startGateway({ ...config, databaseUrl: DATABASE_URL, consoleDatabaseUrl: CONSOLE_DATABASE_URL })
  // Before the gateway says that it is ready: from then on it may be stopped.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void gateway.stop())
  const {
    url: listening,
    operatorUrl: operator,
    publicUrl,
    receiptsUrl,
    enrolmentUrl,
    consoleUrl,
    returnsPort,
  } = gateway
  const others = {
    ...(publicUrl && { public: publicUrl }),
    ...(receiptsUrl && { receipts: receiptsUrl }),
    ...(enrolmentUrl && { enrolment: enrolmentUrl }),
    ...(consoleUrl && { console: consoleUrl }),
    ...(returnsPort !== null && { returns: returnsPort }),
  }
  process.stdout.write(`${JSON.stringify({ listening, operator, ...others })}\n`)
}

/** Ends the process with one line for its operator. */
function refuse(reason: unknown): never {
  const { message, exitCode } = reason instanceof Unusable ? reason : bug(reason)
  console.error(message)
  process.exit(exitCode)
}

/** pg throws where nobody can catch it when an answer is none of PostgreSQL's. */
function refuseUncaught(reason: Error): never {
  const isForeign = reason.stack?.includes('pg-protocol') ?? false
  refuse(isForeign ? new Unusable(CONFIG, 'DATABASE_URL: what answers there is no PostgreSQL') : reason)
}

// node gateway/index.ts: GATEWAY_CONFIG names its file (gateway/settings/config.ts), DATABASE_URL a PostgreSQL or
// nothing. It says in one JSON line on standard output where it listens; its log is on standard error.
if (import.meta.main) {
  process.on('uncaughtException', refuseUncaught)
  await start().catch(refuse)
  process.off('uncaughtException', refuseUncaught)
}
