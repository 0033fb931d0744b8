import type { TotemConfig } from '../../contract/config.ts'
import type { OutcomeKeyHeld } from '../../contract/gateway-keys.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { readIdentity } from '../keys/tls-identity.ts'
import { inspectTotemKeys } from '../keys/totem-keys.ts'
import { createGatewayClient } from './client.ts'

/** Why the gateway did not say: a code of the line or of a file. */
export type NotAsked = { kind: 'gateway-not-asked'; reason: string }

/** Asks the gateway which key of this totem's it seals outcomes to; for a command beside the totem. */
export async function askOutcomeKey(config: TotemConfig): Promise<Result<OutcomeKeyHeld, NotAsked>> {
  const notAsked = (reason: string) => err({ kind: 'gateway-not-asked' as const, reason })
  const tls = (await inspectTotemKeys(config)).find(({ use }) => use === 'tls')
  if (!tls?.content) return notAsked(tls?.failure?.kind ?? 'key-missing')
  const identity = await readIdentity(config, tls.content.toString())
  if (!identity.ok) return notAsked(identity.error.kind)
  const { certificate, key, ca } = identity.value
  const client = createGatewayClient({
    ...{ url: config.gateway.url, certificate, key, ca, version: packageJson.version },
    onMalformed: () => undefined,
  })
  const answer = await client.outcomeKey()
  client.close()
  if (answer.ok) return ok(answer.value.key)
  return notAsked(answer.error.kind === 'line-down' ? answer.error.reason : answer.error.kind)
}
