import { readConfig } from './settings/config.ts'
import { CONFIG, Unusable } from './settings/unusable.ts'
import { startGateway } from './start.ts'

export type { GatewayConfig } from './settings/config.ts'
export { type Gateway, startGateway } from './start.ts'

async function start(): Promise<void> {
  const path = process.env.GATEWAY_CONFIG
  if (!path)
    throw new Unusable(CONFIG, 'GATEWAY_CONFIG is to name a file: gateway/settings/config.ts says what stands in it')
  const config = await readConfig(path)
  const gateway = await startGateway({ ...config, databaseUrl: process.env.DATABASE_URL ?? null })
  // Before the gateway says that it is ready: from then on it may be stopped.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void gateway.stop())
  const { url: listening, operatorUrl: operator, publicUrl } = gateway
  process.stdout.write(`${JSON.stringify({ listening, operator, ...(publicUrl && { public: publicUrl }) })}\n`)
}

// node gateway/index.ts: GATEWAY_CONFIG names its file (gateway/settings/config.ts), DATABASE_URL a PostgreSQL or
// nothing. It says in one JSON line on standard output where it listens; its log is on standard error.
if (import.meta.main) {
  try {
    await start()
  } catch (reason) {
    if (!(reason instanceof Unusable)) throw reason
    console.error(reason.message)
    process.exit(reason.exitCode)
  }
}
