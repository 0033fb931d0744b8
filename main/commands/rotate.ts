import { CompactSign, importJWK } from 'jose'
import { OUTCOME_KEY_TYP, type OutcomeKeyWish } from '../../contract/command.ts'
import type { TotemConfig } from '../../contract/config.ts'
import { openProtector } from '../keys/protector.ts'
import { newOutcomeKey } from '../keys/rotate.ts'
import { outcomeKeyFile, type TotemKeys } from '../keys/totem-keys.ts'
import type { GatewayClient } from '../sync/client.ts'

/**
 * A new key for outcomes: on the disk and in use before the gateway hears of it, because from then on it seals to that. The key
 * that signs papers, which the registrar has known since the enrolment, vouches for it. The keys before stay: outcomes may still
 * come that are sealed to them.
 */
export async function rotateOutcomeKey(
  config: TotemConfig,
  command: string,
  { own, client, now }: { own: TotemKeys; client: Pick<GatewayClient, 'newOutcomeKey'>; now(): number },
): Promise<boolean> {
  const signer = own.verification
  const protector = signer && (await openProtector(config.keyProtection))
  if (!signer || !protector?.ok) return false
  const { private: key, public: shared } = await newOutcomeKey(now())
  await protector.value.write(outcomeKeyFile(config, key.kid), Buffer.from(`${JSON.stringify(key)}\n`))
  own.outcome.set(key.kid, key)
  const wish: OutcomeKeyWish = { totem: config.totem, command, key: { kid: shared.kid, x: shared.x, y: shared.y } }
  const signed = await new CompactSign(new TextEncoder().encode(JSON.stringify(wish)))
    .setProtectedHeader({ alg: 'ES256', kid: signer.kid, typ: OUTCOME_KEY_TYP })
    .sign(await importJWK(signer, 'ES256'))
  const answer = await client.newOutcomeKey({ signed })
  return answer.ok && answer.value.taken
}
