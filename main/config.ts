import { readFileSync } from 'node:fs'
import { type TotemConfig, totemConfigIn } from '../contract/config.ts'

/** The technician's provisioning of a totem; in a development build the environment may name another file. */
const CONFIG_FILE = '/etc/totem-polis/totem.json'
/** sysexits(3), EX_CONFIG. */
const CONFIG = 78

/** Reads the provisioning. A totem with a wrong one does not start, and says on stderr which field is wrong. */
export function readConfig(): TotemConfig {
  const file = (__DEVELOPMENT__ && process.env.TOTEM_CONFIG) || CONFIG_FILE
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    return leave([`cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`])
  }
  const config = totemConfigIn(text)
  return config.ok ? config.value : leave(config.error.faults.map((fault) => `${file}: ${fault}`))
}

function leave(faults: readonly string[]): never {
  for (const fault of faults) process.stderr.write(`totem: ${fault}\n`)
  process.exit(CONFIG)
}
