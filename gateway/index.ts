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
  // Before it says that it is ready: whoever reads that may stop it.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void gateway.stop())
  const { url: listening, operatorUrl: operator, publicUrl } = gateway
  process.stdout.write(`${JSON.stringify({ listening, operator, ...(publicUrl && { public: publicUrl }) })}\n`)
}

// node gateway/index.ts, with GATEWAY_CONFIG naming the file of gateway/settings/config.ts and DATABASE_URL a PostgreSQL or
// nothing. Says where it listens in one JSON line on standard output; its log is on standard error.
if (import.meta.main) {
  try {
    await start()
  } catch (reason) {
    if (!(reason instanceof Unusable)) throw reason
    console.error(reason.message)
    process.exit(reason.exitCode)
  }
}
