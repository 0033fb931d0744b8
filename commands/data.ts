import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TotemConfig, totemConfigIn } from '../contract/config.ts'
import { explain } from '../main/keys/explain.ts'
import { ownedByOther } from '../main/keys/totem-keys.ts'
import type { StorageFailure } from '../main/queue/storage.ts'
import { CONFIG, Failure, NO_INPUT, TEMPORARY } from './command.ts'
import { PACKAGED } from './packaged.ts'

/** The place of a totem's provisioning (main/config.ts). */
export const CONFIG_FILE = '/etc/totem-polis/totem.json'

export const DATA_OPTIONS = { config: { type: 'string' }, data: { type: 'string' } } as const
export const DATA_HELP = `  --config FILE       the totem's configuration (${CONFIG_FILE})
  --data DIR          look at a copied data folder instead of the totem's`

/** The totem's data folder. `config` is null when only a copied folder was named. */
export function dataOf({ config, data }: { config?: string | undefined; data?: string | undefined }): {
  file: (name: string) => string
  config: TotemConfig | null
} {
  const known = config === undefined && data !== undefined ? null : configIn(config ?? CONFIG_FILE)
  const folder = data ?? known?.dataDir ?? ''
  return {
    config: known,
    file(name) {
      const path = join(folder, name)
      if (!existsSync(path)) throw new Failure(NO_INPUT, { kind: 'file-unreadable' }, `there is no ${path}`)
      return path
    },
  }
}

/** A totem's configuration. Throws the failure by its name. */
export function configIn(file: string): TotemConfig {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    const named = file === CONFIG_FILE ? ': name the configuration with --config' : ''
    throw new Failure(NO_INPUT, { kind: 'file-unreadable' }, `cannot read ${file}${named}`)
  }
  const config = totemConfigIn(text)
  // A package knows no bench (invariant 9).
  if (config.ok) return PACKAGED ? { ...config.value, bench: null } : config.value
  const { kind, faults } = config.error
  throw new Failure(CONFIG, { kind }, `${file} is no totem's configuration: ${faults.join('; ')}`)
}

/**
 * Refuses to write where another user's totem lies: it could not read what this user leaves. Root is another user too.
 */
export async function ownerOrFail(config: TotemConfig): Promise<void> {
  const foreign = await ownedByOther(config)
  if (foreign) throw new Failure(CONFIG, { kind: foreign.error.kind }, explain(foreign.error))
}

/** The opened store. Throws the failure by its name. */
export function openedOrFail<T>(opened: { ok: true; value: T } | { ok: false; error: StorageFailure }): T {
  if (opened.ok) return opened.value
  const { kind, reason } = opened.error
  if (reason === 'in-use') throw new Failure(TEMPORARY, opened.error, 'the totem is running: stop it first')
  throw new Failure(NO_INPUT, opened.error, `${kind}: ${reason}`)
}
