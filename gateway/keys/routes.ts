import { gatewayKeysAnswer } from '../../contract/gateway-keys.ts'
import { ok } from '../../contract/result.ts'
import { type Routes, route } from '../http/route.ts'
import type { Keyring } from './keyring.ts'

/** The signed list of the gateway's public keys. */
export const keyRoutes = (keys: Pick<Keyring, 'list'>): Routes =>
  route({ method: 'GET', path: '/keys', answer: gatewayKeysAnswer }, async () => ok({ list: keys.list }))
