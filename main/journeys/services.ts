import { statfsSync } from 'node:fs'
import { ulid } from 'ulid'
import type { OutOfService } from '../../contract/journeys/arrive.ts'
import type { Devices } from '../devices/index.ts'
import type { Place } from './certificate/receipt.ts'
import type { Journal } from '../journal/journal.ts'
import type { VisitServices } from '../visit/services.ts'
import { type CertificateOptions, createCertificates } from './certificate/service.ts'
import { createIdentity, type IdentityOptions } from './identify/identity.ts'
import type { createPaper } from '../print/paper.ts'
import { createPossession, type PossessionOptions } from './identify/possession.ts'
import type { SignPaper } from '../print/sign.ts'
import { askVisura } from './visura/service.ts'
import { type WritingOptions, writePaper } from './declaration/write.ts'

export interface ServicesOptions extends CertificateOptions, IdentityOptions, PossessionOptions {
  /** False while the CRLs are being read: whose card is revoked is not known yet. */
  trustReady(): boolean
  dataDir: string
  minFreeBytes: number
  paper: ReturnType<typeof createPaper>
  place: Place
  sign: SignPaper
  secondLanguage: WritingOptions['secondLanguage']
}

/** Everything a visit needs done, joined (see session/services.ts). */
export function createVisitServices(options: ServicesOptions): VisitServices {
  const { journal, devices, place, sign, secondLanguage } = options
  const identity = createIdentity(options)
  const { expiryOffered, possession } = createPossession(options)
  const certificates = createCertificates(options)
  return {
    outOfService: () => outOfService(options, devices),
    newSession: () => ulid(),
    readCard: identity.readCard,
    triesLeft: identity.triesLeft,
    async recognise(visit, readout, pin) {
      const recognised = await identity.recognise(visit, readout, pin)
      if (recognised.ok) {
        const { session } = visit
        const { apdus, revocation } = recognised.value
        if (revocation === 'unknown-accepted') journal.record('visit.revocation-unknown', { session })
        journal.record('visit.recognised', { session, card: readout.card, apdus })
      }
      return recognised
    },
    expiryOffered,
    possession: (_, can) => possession(can),
    enter: (_, recognised) => certificates.enter(recognised),
    noticed: certificates.noticed,
    preview: certificates.preview,
    request: certificates.request,
    async visura({ session }, entered) {
      const told = await askVisura(options.client, entered)
      if (told.ok) journal.record('visit.visura', { session })
      return told
    },
    write: ({ language }, writing) => writePaper(writing, { language, secondLanguage, place, sign, at: options.now() }),
    print: options.paper.print,
    delivered: certificates.delivered,
    journal: visitJournal(journal),
  }
}

function outOfService(
  { dataDir, minFreeBytes, trustReady }: ServicesOptions,
  devices: Devices,
): OutOfService | 'starting' | null {
  if (freeBytes(dataDir) < minFreeBytes) return 'storage-full'
  if (!devices.available) return 'device-unavailable'
  if (devices.card === null || !trustReady()) return 'starting'
  return devices.card.state === 'no-reader' ? 'reader-unavailable' : null
}

/** Bytes that this user can still write where the queue lives. */
export function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir)
  return bavail * bsize
}

const visitJournal = (journal: Journal): VisitServices['journal'] => ({
  started: ({ session, language }) => journal.record('visit.started', { session, language }),
  refused: ({ session }, reason) => journal.record('visit.refused', { session, reason }),
  pinWrong: ({ session }, triesLeft) => journal.record('visit.pin-wrong', { session, triesLeft }),
  declared: ({ session }) => journal.record('visit.declaration', { session }),
  ended: ({ session }, how, ms) => journal.record('visit.ended', { session, how, ms }),
})
