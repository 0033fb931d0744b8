import { readFileSync } from 'node:fs'
import { type TotemConfig, totemConfig } from '../contract/config.ts'

/** The technician's provisioning of a totem; in a development build the environment may name another file. */
const CONFIG_FILE = '/etc/totem-polis/totem.json'

/** Reads the provisioning. Throws when it is wrong: such a totem must not start. */
export function readConfig(): TotemConfig {
  const file = (__DEVELOPMENT__ && process.env.TOTEM_CONFIG) || CONFIG_FILE
  return totemConfig.parse(JSON.parse(readFileSync(file, 'utf8')))
}
