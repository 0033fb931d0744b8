import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { jsonOf } from '../basics/json.ts'
import { type TotemConfig, totemConfigIn } from '../contract/config.ts'
import { enrolmentImage } from '../contract/enrolment.ts'
import type { Bare } from './start/first-boot.ts'

/** The technician's provisioning of a totem; in a development build the environment may name another file. */
const CONFIG_FILE = '/etc/totem-polis/totem.json'
/** Beside it: where a bare machine becomes a totem, as its image brings it. */
const IMAGE = 'enrolment.json'
const DATA = '/var/lib/totem-polis'
/** sysexits(3), EX_CONFIG. */
const CONFIG = 78

/**
 * Reads the provisioning. A totem with a wrong one does not start, and says on stderr which field is wrong. Without one, a
 * machine that knows a gateway's door is to become a totem.
 */
export function readConfig(): { totem: TotemConfig } | { bare: Bare } {
  const file = (__DEVELOPMENT__ && process.env.TOTEM_CONFIG) || CONFIG_FILE
  const image = join(dirname(file), IMAGE)
  if (!existsSync(file) && existsSync(image)) return { bare: bareIn(image, file) }
  const config = totemConfigIn(textIn(file))
  return config.ok ? { totem: config.value } : leave(config.error.faults.map((fault) => `${file}: ${fault}`))
}

function bareIn(file: string, config: string): Bare {
  const read = enrolmentImage.safeParse(jsonOf(textIn(file)))
  if (!read.success) return leave([`${file}: names no door (url, ca)`])
  const dataDir = (__DEVELOPMENT__ && read.data.bench?.dataDir) || DATA
  return { image: read.data, config, dataDir }
}

function textIn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    return leave([`cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`])
  }
}

function leave(faults: readonly string[]): never {
  for (const fault of faults) process.stderr.write(`totem: ${fault}\n`)
  process.exit(CONFIG)
}
