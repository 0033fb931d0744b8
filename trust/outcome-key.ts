import { OUTCOME_KEY_TYP, type OutcomeKeyWish, outcomeKeyWish } from '../contract/command.ts'
import { openByKeys } from './anchored.ts'

/** What a totem says of its new key for outcomes, signed by the key with which it signs papers; null: it was another. */
export async function outcomeKeyIn(
  jws: string,
  { kid, x, y }: { kid: string; x: string; y: string },
): Promise<OutcomeKeyWish | null> {
  const signer = { kty: 'EC', crv: 'P-256', kid, x, y } as const
  return outcomeKeyWish.safeParse(await openByKeys(jws, [signer], OUTCOME_KEY_TYP)).data ?? null
}
