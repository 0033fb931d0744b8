import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Bench } from './office.ts'
import { giveToBenchUser } from './user.ts'

/** Where the new totem is to stand. */
const FOLIGNO = { name: 'Ufficio postale di Foligno', comune: 'Foligno', province: 'PG' }

/**
 * Makes this office's machine bare, as before its technician came: its provisioning and its keys go, and its image knows the gateway's
 * door. An operator orders `totem` for it. `tpm`: the address of its TPM, and the digest by which the order names it; null:
 * a machine without one. Answers the order's code.
 */
export async function makeBare(
  { gateway, totem: { config, configFile } }: Bench,
  { totem = 'FB-0001', tpm = null }: { totem?: string; tpm?: { tcti: string; machine: string } | null } = {},
): Promise<string> {
  const { registrar } = gateway
  if (!registrar) throw new Error('the gateway enrols nobody: start the bench with `enrols`')
  for (const own of [configFile, config.outcomeKeys]) rmSync(own, { recursive: true, force: true })
  const image = join(dirname(configFile), 'enrolment.json')
  const { deviceEnv = {}, dockUrl = null } = config.bench ?? {}
  const bench = { dataDir: config.dataDir, tcti: tpm?.tcti ?? null, deviceEnv, dockUrl }
  writeFileSync(image, JSON.stringify({ url: registrar.door, ca: config.gateway.ca, panel: config.panel, bench }))
  giveToBenchUser(image)
  const own = tpm ? { machine: tpm.machine } : { softwareKey: true }
  return gateway.order({ totem, office: FOLIGNO, printer: { profile: 'a4-kiosk' }, ...own })
}
