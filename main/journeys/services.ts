import { ulid } from 'ulid'
import { italianDay } from '../../basics/time.ts'
import type { CardReadout } from '../../contract/device.ts'
import { anprIn } from '../../contract/journal-events.ts'
import type { OutOfService } from '../../contract/journeys/index.ts'
import { ok } from '../../contract/result.ts'
import { freeBytes } from '../disk.ts'
import type { WritingOptions } from '../documents/facts.ts'
import type { Journal } from '../journal/journal.ts'
import type { createPaper } from '../print/paper.ts'
import type { Challenges } from '../sync/challenges.ts'
import { lettersOf } from '../sync/letter.ts'
import { technicianAtWork } from '../technician.ts'
import type { Refused, VisitServices } from '../visit/services.ts'
import { type CertificateOptions, createCertificates } from './certificate/service.ts'
import { createSheets, type SheetsOptions } from './certificate/sheets.ts'
import { createCollect } from './collect/service.ts'
import { contrassegnoJudge } from './contrassegno/service.ts'
import { writeForm } from './declaration/write.ts'
import { createDomicilio } from './domicilio/service.ts'
import { createEmail } from './email/service.ts'
import { createPersonService } from './family/service.ts'
import { createEnding } from './identify/ending.ts'
import { createEnter } from './identify/enter.ts'
import { createIdentity, type IdentityOptions } from './identify/identity.ts'
import { createPossession, type PossessionOptions } from './identify/possession.ts'
import { createNotices } from './menu/service.ts'
import { createPayments, withPayments } from './pagopa/service.ts'
import { createHandover } from './phone/service.ts'
import { createRequests, untold } from './requests/service.ts'
import { askVisura, writeVisura } from './visura/service.ts'

/** A technician's card is judged as a citizen's. */
export { createIdentity }

export interface ServicesOptions
  extends CertificateOptions,
    IdentityOptions,
    PossessionOptions,
    SheetsOptions,
    Pick<WritingOptions, 'secondLanguage' | 'sign'> {
  challenges: Challenges
  /** False while the totem reads the CRLs and cannot tell yet which cards are revoked. */
  trustReady(): boolean
  /** True: this card is a technician's. */
  technician(readout: CardReadout): boolean
  /** True: a signed list ended so long ago that no card is served by it. */
  listsLapsed(): boolean
  /** True: an operator has withdrawn this totem. */
  withdrawn(): boolean
  dataDir: string
  minFreeBytes: number
  paper: ReturnType<typeof createPaper>
}

/** Joins the services of all journeys. */
export function createVisitServices(options: ServicesOptions): VisitServices {
  const { journal, place, sign, secondLanguage, now, client } = options
  const { waitingFor, stillHere, delivered } = createCollect(options)
  const { noticesFor, pendingFor, noticed } = createNotices(options)
  const { readCard, triesLeft, recognise } = createIdentity(options)
  const { expiryOffered, possession } = createPossession(options)
  const { preview, request, arrived } = createCertificates(options)
  const { opened, over } = createEnding(client)
  const enter = createEnter({ now, client, online: options.online, waitingFor, noticesFor, pendingFor, opened })
  return {
    outOfService: () => outOfService(options),
    newSession: () => ulid(),
    print: options.paper.print,
    reprinted: ({ session }, operation) => options.paper.reprinted({ operation, session, document: 'certificate' }),
    journal: visitJournal(journal, over),

    async readCard() {
      const read = await readCard()
      if (!read.ok) noteFailure(journal, read.error)
      else if (read.value.card === 'cns' && read.value.personalDataFault !== null)
        journal.record('card.data-unread', { reason: read.value.personalDataFault })
      return read
    },
    technician: options.technician,
    triesLeft,
    async recognise(visit, readout, pin) {
      const recognised = await recognise(visit, readout, pin)
      if (!recognised.ok && recognised.error.kind === 'refused') noteFailure(journal, recognised.error)
      if (recognised.ok) {
        const { session } = visit
        const { apdus, revocation } = recognised.value
        if (revocation === 'unknown-accepted') journal.record('visit.revocation-unknown', { session })
        journal.record('visit.recognised', { session, card: readout.card, apdus })
      }
      return recognised
    },
    pinWrong: ({ session }, triesLeft) => journal.record('visit.pin-wrong', { session, triesLeft }),
    expiryOffered,
    possession: (_, can) => possession(can),
    async enter(visit, recognised) {
      const entered = await enter(visit, recognised)
      if (!entered.ok) return entered
      const { token, ways = [] } = entered.value
      const mails = token !== null && ways.some((way) => way === 'email' || way === 'domicilio')
      const [known, letters] = await Promise.all([
        withPayments(client, entered.value),
        mails ? lettersOf(client, token) : [],
      ])
      return ok({ ...known, waiting: stillHere(visit, known.waiting, letters), returned: untold(letters) })
    },

    noticed,
    delivered,

    preview,
    request,
    arrived,
    sheets: createSheets(options),

    ...createHandover({ client, journal, now }),
    ...createPayments({ client, place, now }),
    ...createEmail(options),
    ...createDomicilio(options),

    isContrassegno: contrassegnoJudge(now),

    async visura({ session }, entered, holder) {
      const told = await askVisura(client, entered, holder)
      if (told.ok) journal.record('visit.visura', { session })
      return told
    },
    writeVisura: ({ language }, told) => writeVisura(told, { language, secondLanguage, place, sign }),

    ...createRequests(options),
    person: createPersonService({ client, journal }),
    today: () => italianDay(now()),

    writeForm: ({ language }, form, declared) =>
      writeForm(form, declared, { language, secondLanguage, place, sign, at: now() }),
    declared: ({ session }) => journal.record('visit.declaration', { session }),
  }
}

function outOfService({
  dataDir,
  minFreeBytes,
  trustReady,
  listsLapsed,
  challenges,
  devices,
  withdrawn,
}: ServicesOptions): OutOfService | 'starting' | null {
  if (technicianAtWork(dataDir)) return 'technician'
  if (withdrawn()) return 'withdrawn'
  if (freeBytes(dataDir) < minFreeBytes) return 'storage-full'
  if (!devices.available) return 'device-unavailable'
  if (!trustReady()) return 'starting'
  // Whoever begins meanwhile lays the card down later than the reader is found. Where it is not, they are told.
  if (devices.card === null && !devices.coming) return 'starting'
  if (devices.card?.state === 'no-reader') return 'reader-unavailable'
  // SECURITY: an issuer or a key that was withdrawn since would still count.
  if (listsLapsed()) return 'lists-ended'
  return challenges.ready ? null : 'never-online'
}

/** The person reads one sentence for all of these; who looks after totems needs to know which it was. */
function noteFailure(journal: Journal, { failure }: Refused): void {
  if (failure?.kind === 'card-error') journal.record('card.failed', { step: failure.step, sw: failure.sw })
  if (failure?.kind === 'card-unsupported') journal.record('card.failed', { step: failure.model, sw: null })
}

const visitJournal = (journal: Journal, over: (session: string) => void): VisitServices['journal'] => ({
  started: ({ session, language }) => journal.record('visit.started', { session, language }),
  refused: ({ session }, { reason, anpr }) => journal.record('visit.refused', { session, reason, ...anprIn(anpr) }),
  ended({ session }, how, ms) {
    journal.record('visit.ended', { session, how, ms })
    over(session)
  },
})
