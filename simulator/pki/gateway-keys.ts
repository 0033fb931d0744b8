import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { DAY_MS } from '../../basics/time.ts'
import { GATEWAY_KEYS_TYP, type GatewayKeys, gatewayKeys } from '../../contract/gateway-keys.ts'
import { LIST_DAYS } from '../../contract/signed-list.ts'
import { jwkPair, signedList } from './jwk.ts'

/**
 * Ages of the previous key and of the key in force: requests that were queued for a month are sealed to the previous
 * one.
 */
const OLDER_DAYS = 200
const CURRENT_DAYS = 10

/** A key in the form of the list. */
export const listed = ({ kid = '', x = '', y = '' }: JWK) => ({ kty: 'EC', crv: 'P-256', kid, x, y }) as const

/** Signs a list as the signer of trust lists does; `header` overrides it, as a forger would. */
export const signGatewayKeys = (list: GatewayKeys, signer: JWK, header: Record<string, string> = {}): Promise<string> =>
  signedList(gatewayKeys.parse(list), signer, GATEWAY_KEYS_TYP, header)

/**
 * Makes `gateway-keys/{sealing,sealing-before,anchor,command}.jwk.json`, the gateway's private keys, `gateway-keys.jws`, their list,
 * signed with `trust-list.key.jwk.json`, and `gateway.sealing{,-before}.pub.jwk.json`.
 */
export async function makeGatewayKeys(pkiDir: string): Promise<void> {
  const [current, before] = await Promise.all([jwkPair('enc'), jwkPair('enc')])
  const [anchor, command] = await Promise.all([jwkPair('sig'), jwkPair('sig')])
  const path = (name: string) => join(pkiDir, name)
  await mkdir(path('gateway-keys'), { mode: 0o700 })
  const secret = (name: string, key: JWK) =>
    writeFile(path(`gateway-keys/${name}.jwk.json`), `${JSON.stringify(key)}\n`, { flag: 'wx', mode: 0o600 })
  await secret('sealing', current.private)
  await secret('sealing-before', before.private)
  await secret('anchor', anchor.private)
  await secret('command', command.private)
  await writeFile(path('gateway.sealing.pub.jwk.json'), `${JSON.stringify(current.public)}\n`)
  await writeFile(path('gateway.sealing-before.pub.jwk.json'), `${JSON.stringify(before.public)}\n`)

  const signer = JSON.parse(await readFile(path('trust-list.key.jwk.json'), 'utf8')) as JWK
  const now = Date.now()
  const daysAgo = (days: number) => new Date(now - days * DAY_MS).toISOString()
  const list: GatewayKeys = {
    sequence: 1,
    issued: daysAgo(0),
    nextUpdate: daysAgo(-LIST_DAYS),
    sealing: [
      { from: daysAgo(OLDER_DAYS), key: listed(before.public) },
      { from: daysAgo(CURRENT_DAYS), key: listed(current.public) },
    ],
    anchor: [listed(anchor.public)],
    command: [listed(command.public)],
  }
  await writeFile(path('gateway-keys.jws'), await signGatewayKeys(list, signer))
}
