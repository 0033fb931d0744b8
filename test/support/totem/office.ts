import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { inject } from 'vitest'
import type { TotemConfig } from '../../../contract/config.ts'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { Bench, BenchOptions } from '../../../simulator/bench/bench.ts'
import { DEFAULT_PIN } from '../../../simulator/card/cns.ts'
import { type Citizen, citizenAt } from './citizen.ts'
import { type ElectronTotem, electronTotem } from './electron-totem.ts'

/** An office with its totem running in a real, sandboxed Electron, and a person in front of it. */
export interface Office extends Citizen, Omit<ElectronTotem, 'disk'> {
  /** Changes the provisioning; counts from the next start. */
  provision(change: Partial<TotemConfig>): void
  /** From attract to the PIN screen, in Italian. */
  comesWithCard(who: string, choice?: Parameters<Bench['insertCard']>[1]): Promise<void>
  entersPin(pin?: string): Promise<void>
  /** From the menu to the people. */
  asksForCertificate(): Promise<ScreenOf<'person'>>
  /** From the people to the confirmation: the person's own certificate of residence, for a court case. */
  asksForResidenza(): Promise<void>
  /** Takes the card and waits until the totem is the next person's. */
  takesCardAndGoes(): Promise<void>
  journal(): { event: string; fields: Record<string, unknown> }[]
  operations(): Promise<{ operation: string; state: string }[]>
}

export interface OfficeOptions extends BenchOptions {
  /** Provisioning that differs from the bench's. */
  provision?(config: TotemConfig): Partial<TotemConfig>
}

export async function openOffice({ provision, ...options }: OfficeOptions = {}): Promise<Office> {
  const { bench, disk, ...totem } = await electronTotem(inject('stage'), options)
  const citizen = new Proxy({} as Citizen, {
    // The person stays the same when the totem is restarted.
    get: (_target, name: keyof Citizen) => citizenAt(totem.app())[name],
  })

  const office: Office = {
    page: () => citizen.page(),
    screen: () => citizen.screen(),
    async sees(...names) {
      const seen = await citizen.sees(...names)
      disk.lookSoon()
      return seen
    },
    touches: (words) => citizen.touches(words),
    types: (pin) => citizen.types(pin),
    bench,
    app: totem.app,
    pid: totem.pid,
    async start() {
      await totem.start()
      await office.sees('attract', 'out-of-service')
    },
    kill: totem.kill,
    provision(change) {
      const { config, configFile } = bench.totem
      writeFileSync(configFile, JSON.stringify({ ...config, ...change }))
    },
    async comesWithCard(who, choice) {
      await office.touches('Inizia')
      await office.sees('language')
      await office.touches('Italiano')
      await office.sees('card')
      await bench.insertCard(who, choice)
      await office.sees('pin')
    },
    async entersPin(pin = DEFAULT_PIN) {
      await office.types(pin)
      await office.touches('Conferma il PIN')
    },
    async asksForCertificate() {
      await office.sees('menu')
      await office.touches('Un certificato')
      return office.sees('person')
    },
    async asksForResidenza() {
      const { people } = await office.asksForCertificate()
      await office.touches(people.find(({ self }) => self)?.name ?? '')
      await office.sees('certificate')
      await office.touches('Certificato di residenza')
      await office.sees('purpose')
      await office.touches('Una causa in tribunale')
      const { screen } = await office.sees('preview', 'confirm')
      if (screen === 'preview') {
        await office.touches('È tutto giusto')
        await office.sees('confirm')
      }
    },
    async takesCardAndGoes() {
      await bench.removeCard()
      await office.sees('attract')
    },
    journal() {
      const db = new Database(join(bench.totem.config.dataDir, 'journal.db'), { readonly: true })
      try {
        const rows = db.prepare('SELECT event, fields FROM entry ORDER BY rowid').all() as {
          event: string
          fields: string
        }[]
        return rows.map(({ event, fields }) => ({ event, fields: JSON.parse(fields) }))
      } finally {
        db.close()
      }
    },
    operations: () => bench.gateway.operations(),
    close: totem.close,
  }
  if (provision) office.provision(provision(bench.totem.config))
  await office.start()
  return office
}
