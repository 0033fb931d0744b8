import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TotemConfig } from '../../contract/config.ts'
import { pad } from '../../contract/pad.ts'
import type { Panel } from '../../contract/panel.ts'
import { issueCrls } from '../pki/trust-list.ts'
import { type VirtualSound, virtualSound } from './sound.ts'
import { giveToBenchUser } from './user.ts'

export interface TotemPlace {
  /**
   * Folder of the totem's user alone, with its provisioning, keys and data. Nothing else on the bench is readable to
   * it.
   */
  folder: string
  configFile: string
  config: TotemConfig & { panel: Panel }
  sound: VirtualSound
}

/**
 * Provisions a totem as a technician does: writes keys, configuration and the CRLs of the day into `folder`, which the
 * totem's user owns.
 */
export async function provisionTotem(options: {
  folder: string
  /** Which totem of the PKI it is; default the bench's. */
  totem?: string
  pki: string
  gatewayPort: number
  deviceEnv: Record<string, string>
  dockUrl: string | null
  timings?: Partial<TotemConfig['timings']>
}): Promise<TotemPlace> {
  const { folder, pki, totem = 'TT-0001' } = options
  const keys = join(folder, 'keys')
  const dataDir = join(folder, 'data')
  const home = join(folder, 'home')
  for (const dir of [folder, keys, dataDir, home]) mkdirSync(dir, { mode: 0o700 })
  const copied: string[] = []
  const sound = virtualSound(join(folder, 'sound'))
  const outcomeKeys = join(keys, 'outcome')
  mkdirSync(outcomeKeys, { mode: 0o700 })
  const key = (source: string, folder = keys) => {
    const target = join(folder, source.replace('/', '-'))
    copyFileSync(join(pki, source), target)
    chmodSync(target, 0o600)
    copied.push(target)
    return target
  }
  const config: TotemPlace['config'] = {
    totem,
    office: {
      name: 'Ufficio postale di Spello',
      comune: 'Spello',
      province: 'PG',
      secondLanguage: null,
      phone: '800 000 000',
      hours: [
        { from: 'mon', to: 'fri', opens: '08:20', closes: '19:05' },
        { from: 'sat', to: 'sat', opens: '08:20', closes: '12:35' },
      ],
      nearest: [{ name: 'Ufficio postale di Foligno', address: 'via Piave 4, Foligno', distance: 5_200 }],
    },
    dataDir,
    gateway: {
      url: `https://127.0.0.1:${options.gatewayPort}`,
      ca: key('gateway-ca.pem'),
      certificate: key(`totems/${totem}.cert.pem`),
      key: key(`totems/${totem}.key.pem`),
      keys: key('gateway-keys.jws'),
    },
    outcomeKeys,
    keyProtection: { kind: 'file' },
    verification: {
      key: key(`totems/${totem}.verification.jwk.json`),
      page: 'https://verifica.totem.example/',
    },
    trust: {
      list: key('trust-list.jws'),
      listKey: key('trust-list.pub.jwk.json'),
      revocation: { maxAgeHours: 72, whenUnknown: 'refuse' },
      possession: ['card-expiry'],
    },
    cie: { externalKey: key('cie/external-key.bin') },
    // The reference panel: 27 inches, portrait.
    panel: { width: 1080, height: 1920, mmPerPixel: 0.311, bottomMm: 700 },
    printer: { profile: 'a4-kiosk' },
    sound: { output: 'default', headsetPlug: sound.headsetPlug },
    pad: pad.parse({}),
    update: null,
    timings: { idleMs: 60_000, warningMs: 30_000, goodbyeMs: 8_000, lineProbeMs: 5_000, ...options.timings },
    minFreeBytes: 200 * 1_048_576,
    enrolment: null,
    service: null,
    bench: { deviceEnv: { ...options.deviceEnv, ...sound.env }, dockUrl: options.dockUrl, ear: sound.ear },
  }
  key(`totems/${totem}.outcome.jwk.json`, outcomeKeys)
  // The folder in which main/lists keeps the gateway's lists: a totem may be set up before it has a line.
  const trust = join(dataDir, 'trust')
  const crls = join(trust, 'crls')
  copied.push(trust, crls, ...(await issueCrls(pki, crls)))
  const configFile = join(folder, 'totem.json')
  writeFileSync(configFile, JSON.stringify(config, null, 2), { mode: 0o600 })
  giveToBenchUser(folder, keys, outcomeKeys, dataDir, home, configFile, ...copied)
  return { folder, configFile, config, sound }
}
