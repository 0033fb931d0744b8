import { createHmac } from 'node:crypto'
import { CODE_SYMBOLS, codeOf } from '../contract/enrolment-code.ts'
import type { GatewayKeys } from '../contract/gateway-keys.ts'
import { err, ok, type Result } from '../contract/result.ts'
import { SERVICE_ACCESS_TYP, type ServiceAccess, serviceAccess } from '../contract/service.ts'
import { openByKeys } from './anchored.ts'

/**
 * Opens what the gateway says of technicians at this totem. `access-unsigned`: none of these keys signed it as such.
 * `access-other-totem`: a grant for one totem must not open another.
 */
export async function openServiceAccess(
  jws: string,
  { totem, keys }: { totem: string; keys: GatewayKeys['anchor'] },
): Promise<Result<ServiceAccess, { kind: 'access-unsigned' | 'access-other-totem' }>> {
  const read = serviceAccess.safeParse(await openByKeys(jws, keys, SERVICE_ACCESS_TYP))
  if (!read.success) return err({ kind: 'access-unsigned' })
  return read.data.totem === totem ? ok(read.data) : err({ kind: 'access-other-totem' })
}

/**
 * The code by which a technician enters a totem that has no line: an operator tells it on the telephone. It is of one totem and
 * one day (YYYY-MM-DD in Italy), and both sides make it of a secret that the totem got sealed when it was enrolled. Ten
 * symbols are 50 bits, and a totem looks at five wrong ones a day.
 */
export function codeOfDay(secret: Uint8Array, totem: string, day: string): string {
  const digest = createHmac('sha256', secret).update(`totem-polis/service-code ${totem} ${day}`).digest()
  return codeOf([...digest.subarray(0, CODE_SYMBOLS)])
}
