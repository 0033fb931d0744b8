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

/** Without the name that others know it by a key neither signs nor seals. */
export function readKey(file: string): JWK & { kid: string } {
  const { kid, ...key } = JSON.parse(readFileSync(file, 'utf8')) as JWK
  if (!kid) throw new Error('a key has no kid')
  return { ...key, kid }
}
