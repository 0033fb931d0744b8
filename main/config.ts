import { readFileSync } from 'node:fs'
import type { JWK } from 'jose'
import { type TotemConfig, totemConfig } from '../contract/config.ts'

/** Where a technician's provisioning lies on a totem; a development build is told by its environment. */
const CONFIG_FILE = '/etc/totem-polis/totem.json'

/** Reads the provisioning; a totem whose provisioning is wrong must not start, so this throws. */
export function readConfig(): TotemConfig {
  const file = (__DEVELOPMENT__ && process.env.TOTEM_CONFIG) || CONFIG_FILE
  return totemConfig.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** The key for verification codes; without the name that verifiers know it by it signs nothing. */
export function readVerificationKey(file: string): JWK & { kid: string } {
  const { kid, ...key } = readKey(file)
  if (!kid) throw new Error('the verification key has no kid')
  return { ...key, kid }
}

export const readKey = (file: string): JWK => JSON.parse(readFileSync(file, 'utf8')) as JWK
