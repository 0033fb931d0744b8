import { certificateTypes, type Purpose } from '../../contract/catalogue.ts'
import type { Screen, ScreenOf } from '../../contract/journeys/index.ts'
import type { steps } from '../../contract/steps.ts'
import { type Context, canPrint, cardToTake } from './machine.ts'
import { declarable, offersAttoNotorio, operationKept, required, type Visit } from '../visit/visit.ts'

/** The first screen of purposes has the commonest; the others are one touch away (at most five answers a screen). */
const FIRST_PURPOSES: Purpose[] = ['publicBody', 'privateParty', 'processuale', 'pensioneEstera']
const MORE_PURPOSES: Purpose[] = ['separazione', 'adozione', 'interdizione', 'onlus', 'societaSportive']

/** Path of the machine's state, e.g. `visit.preview.shown`. */
export type StatePath = string

/** Code that names what waits, to be read out and typed: two groups of four of Crockford's alphabet. */
export const collectCode = (operation: string): string => `${operation.slice(-8, -4)}-${operation.slice(-4)}`

const holderOf = (visit: Visit) => {
  const { name, surname } = required(visit.recognised, 'holder')
  return { name, surname }
}
const cardOf = (visit: Visit) => {
  const { card, pinPad } = required(visit.readout, 'readout')
  return { card, pinPad }
}
const subjectOf = (visit: Visit) =>
  visit.subject ? { name: visit.subject.name, surname: visit.subject.surname } : holderOf(visit)

/** What the renderer shows in this state. Only what the screen needs crosses the wall. */
export function screenOf(path: StatePath, context: Context, online: boolean): Screen {
  const { visit, printer, out } = context
  const [top, name = '', inner = ''] = path.split('.')
  if (top === 'attract') {
    if (out === 'starting') return { screen: 'starting' }
    return out ? { screen: 'out-of-service', reason: out } : { screen: 'attract', printing: canPrint(printer), online }
  }
  switch (name) {
    case 'language':
      return { screen: 'language' }
    case 'card':
      return { screen: 'card' }
    case 'reading':
      return { screen: 'card-reading' }
    case 'pin':
      return {
        screen: 'pin',
        ...cardOf(visit),
        triesLeft: visit.triesLeft,
        wrong: visit.wrongPin,
        expiry: visit.expiryOffered,
      }
    case 'lastTry':
      return { screen: 'last-try' }
    case 'checking':
      return { screen: 'pin-checking', ...cardOf(visit) }
    case 'can':
      return { screen: 'can', wrong: visit.wrongCans > 0 }
    case 'canChecking':
      return { screen: 'can-checking' }
    case 'cardExpiry': {
      const { name, surname, expires, expired } = required(visit.possession, 'expiry')
      return { screen: 'card-expiry', holder: { name, surname }, expires, expired }
    }
    case 'recognised':
      return { screen: 'recognised', holder: holderOf(visit) }
    case 'collect':
      return {
        screen: 'collect',
        holder: holderOf(visit),
        waiting: visit.waiting.map(({ outcome, requestedAt }) => ({
          operation: outcome.operation,
          types: outcome.types,
          requestedAt,
        })),
      }
    case 'menu':
      return {
        screen: 'menu',
        holder: holderOf(visit),
        online: visit.entered?.token != null,
        notices: (visit.entered?.notices ?? []).map(({ operation, state, requestedAt }) => ({
          operation,
          became: state,
          requestedAt,
        })),
      }
    case 'visura':
      return inner === 'unavailable'
        ? { screen: 'visura-unavailable' }
        : { screen: 'visura', person: inner === 'shown' ? masked(required(visit.visura, 'visura').person) : null }
    case 'person':
      return { screen: 'person', people: peopleOf(visit), online: visit.entered?.token != null }
    case 'certificate':
      return { screen: 'certificate', subject: subjectOf(visit), options: [...certificateTypes] }
    case 'purpose':
      return { screen: 'purpose', options: FIRST_PURPOSES, more: false }
    case 'morePurposes':
      return { screen: 'purpose', options: MORE_PURPOSES, more: true }
    case 'declaration':
      return {
        screen: 'declaration',
        for: visit.advice,
        attoNotorio: offersAttoNotorio(visit),
        declarant: holderOf(visit),
        types: declarable(visit),
        forAnother: visit.subject !== null && !visit.subject.self,
      }
    case 'preview':
      return { screen: 'preview', pages: visit.preview?.pages ?? null, subject: subjectOf(visit), types: visit.types }
    case 'confirm':
      return {
        screen: 'confirm',
        subject: subjectOf(visit),
        types: visit.types,
        exemption: required(visit.exemption, 'exemption'),
        online: visit.preview !== null,
      }
    case 'issuing':
      return { screen: 'issuing' }
    case 'printingCertificate':
    case 'printingReceipt':
    case 'printingWritten':
    case 'printingSlip':
      return printingScreen(name, inner, context)
    case 'done': {
      const kept = operationKept(visit)
      return {
        screen: 'done',
        outcome: visit.outcome,
        document: visit.written?.document ?? 'certificate',
        collectCode: kept ? collectCode(kept) : null,
        cardPresent: cardToTake(context),
      }
    }
    case 'refused': {
      const { reason, anpr, card, date } = required(visit.refused, 'refusal')
      const known = card ?? visit.readout?.card ?? null
      return { screen: 'refused', reason, anpr, card: known, date, cardPresent: context.card !== null && !context.lost }
    }
    case 'goodbye':
      return { screen: 'goodbye', cardPresent: cardToTake(context) }
    default:
      throw new Error(`no screen for the state ${path}`)
  }
}

/** Enough to recognise one's own. */
function masked(person: NonNullable<ScreenOf<'visura'>['person']>): ScreenOf<'visura'>['person'] {
  const { codiceFiscale } = person
  return {
    ...person,
    codiceFiscale: `${codiceFiscale.slice(0, 3)}${'•'.repeat(codiceFiscale.length - 5)}${codiceFiscale.slice(-2)}`,
  }
}

const PRINTED = {
  printingCertificate: 'certificate',
  printingReceipt: 'receipt',
  printingSlip: 'slip',
} as const

function printingScreen(
  name: keyof typeof PRINTED | 'printingWritten',
  inner: string,
  { visit, printer }: Context,
): Screen {
  const document = name === 'printingWritten' ? visit.writing : PRINTED[name]
  if (inner === 'fault') {
    const { status, page } = required(visit.fault, 'fault')
    // While the fault lasts the sensor says more than the moment of failure did (paper out, then cover open …).
    return {
      screen: 'print-fault',
      document,
      status: canPrint(printer) ? status : printer,
      page,
      resumable: canPrint(printer),
    }
  }
  return { screen: 'printing', document, ...(visit.progress ?? { page: 1, pages: 1, band: 0, bands: 1 }) }
}

function peopleOf(visit: Visit) {
  const family = visit.entered?.family
  if (!family) {
    return [{ index: 0, ...holderOf(visit), yearOfBirth: null, relation: null, self: true }]
  }
  return family.map(({ name, surname, yearOfBirth, relation, self }, index) => ({
    index,
    name,
    surname,
    yearOfBirth,
    relation,
    self,
  }))
}

const STEP_OF: Record<string, (typeof steps)[number]> = {
  card: 'card',
  reading: 'card',
  pin: 'card',
  lastTry: 'card',
  checking: 'card',
  recognised: 'card',
  person: 'person',
  certificate: 'certificate',
  purpose: 'purpose',
  morePurposes: 'purpose',
  declaration: 'purpose',
  preview: 'confirm',
  confirm: 'confirm',
  issuing: 'paper',
  printingCertificate: 'paper',
  printingReceipt: 'paper',
  printingWritten: 'paper',
  printingSlip: 'paper',
}
export const stepOf = (path: StatePath) => STEP_OF[path.split('.')[1] ?? ''] ?? null

const WORKING_PARTS = new Set(['busy', 'fetching', 'asking'])
const WORKING = new Set(['reading', 'checking', 'canChecking', 'recognised', 'issuing'])
const GOES_ON_WITHOUT_CARD = new Set([
  'language',
  'card',
  'issuing',
  'printingCertificate',
  'printingReceipt',
  'printingWritten',
  'printingSlip',
  'done',
  'refused',
  'goodbye',
])
/** True where the visit can't go on without its card: there a lost one is asked back and what is shown is covered. */
export const needsCard = (path: StatePath): boolean => {
  const [top, name = ''] = path.split('.')
  return top === 'visit' && !GOES_ON_WITHOUT_CARD.has(name)
}
/** True where the next move is the person's: there the idle warning runs. */
export const waitsForPerson = (path: StatePath): boolean => {
  const [top, name = '', inner = ''] = path.split('.')
  return top === 'visit' && !WORKING.has(name) && name !== 'goodbye' && !WORKING_PARTS.has(inner)
}
