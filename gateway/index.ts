import { readFile } from 'node:fs/promises'
import type { GatewayConfig } from './config.ts'
import { startGateway } from './start.ts'

export type { GatewayConfig } from './config.ts'
export { type Gateway, startGateway } from './start.ts'

/** sysexits(3): not configured. */
const CONFIG = 78

// node gateway/index.ts, with GATEWAY_CONFIG naming the file of gateway/config.ts and DATABASE_URL a PostgreSQL or
// nothing. Says where it listens in one JSON line on standard output; its log is on standard error.
if (import.meta.main) {
  const path = process.env.GATEWAY_CONFIG
  if (!path) {
    console.error('GATEWAY_CONFIG is to name a file: gateway/config.ts says what stands in it')
    process.exit(CONFIG)
  }
  const config = JSON.parse(await readFile(path, 'utf8')) as Omit<GatewayConfig, 'databaseUrl'>
  const gateway = await startGateway({ ...config, databaseUrl: process.env.DATABASE_URL ?? null })
  const { url: listening, operatorUrl: operator, publicUrl } = gateway
  process.stdout.write(`${JSON.stringify({ listening, operator, ...(publicUrl && { public: publicUrl }) })}\n`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void gateway.stop())
}
