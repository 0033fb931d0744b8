import { readFileSync } from 'node:fs'
import { type TotemConfig, totemConfig } from '../contract/config.ts'

/** Where a technician's provisioning lies on a totem; a development build is told by its environment. */
const CONFIG_FILE = '/etc/totem-polis/totem.json'

/** Reads the provisioning; a totem whose provisioning is wrong must not start, so this throws. */
export function readConfig(): TotemConfig {
  const file = (__DEVELOPMENT__ && process.env.TOTEM_CONFIG) || CONFIG_FILE
  return totemConfig.parse(JSON.parse(readFileSync(file, 'utf8')))
}
