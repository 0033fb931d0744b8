import { expect, vi } from 'vitest'
import type { CieReadout, CnsReadout } from '../../../contract/device.ts'
import type { FamilyMember, IssuedOutcome, OwnRecord } from '../../../contract/gateway.ts'
import type { Screen } from '../../../contract/journeys/index.ts'
import type { OwnRequest } from '../../../contract/journeys/requests.ts'
import { pad } from '../../../contract/pad.ts'
import type { Payment } from '../../../contract/pagopa.ts'
import type { PersonSections } from '../../../contract/person.ts'
import { ok } from '../../../contract/result.ts'
import { type View, view } from '../../../contract/visit.ts'
import type { Paper } from '../../../main/documents/model.ts'
import { createSession, type Session, type VisitEvent } from '../../../main/session/index.ts'
import type { Carries } from '../../../main/visit/chart.ts'
import type { Sheet, VisitServices } from '../../../main/visit/services.ts'

// A session with scripted services, because hardware cannot produce every order of events.
export const OPERATION = '01K0M3Z8Q4V7N2B5X9C1D6F8GH'
const SESSION = '01K0M3Z8Q4V7N2B5X9C1D6F8AA'

export const cns: CnsReadout = {
  card: 'cns',
  atr: '3B',
  pinPad: false,
  cardId: '6',
  personalData: {
    issuer: '',
    issued: '',
    expires: '',
    surname: 'BIANCHI',
    name: 'ANNA',
    born: '',
    sex: 'F',
    codiceFiscale: 'BNCNMR51H58I888X',
    birthComune: '',
    residenceComune: '',
  },
  personalDataFault: null,
  certificate: new Uint8Array(1),
  apdus: 8,
}
export const cie: CieReadout = {
  card: 'cie',
  atr: '3B',
  pinPad: false,
  nis: '012345678901',
  internalKey: new Uint8Array(1),
  sod: new Uint8Array(1),
  apdus: 8,
}
export const recognised = {
  name: 'ANNA',
  surname: 'BIANCHI',
  codiceFiscale: 'BNCNMR51H58I888X',
  evidence: {
    by: 'card',
    statement: {
      purpose: 'totem-polis/login/3',
      caller: { channel: 'totem', id: 'TT-0001' },
      session: SESSION,
      at: '',
      challenge: '',
      nonce: '',
    },
    certificate: '',
    signature: '',
  },
} as const
export const member = (idAnpr: string, self: boolean): FamilyMember => ({
  idAnpr,
  name: 'ANNA',
  surname: 'BIANCHI',
  sex: 'F',
  yearOfBirth: 1951,
  deceased: false,
  tie: 'family',
  relation: '1',
  self,
  blocked: [{ type: '14', kind: 'not-in-convivenza', anpr: 'EN056' }],
})
export const outcome: IssuedOutcome = {
  operation: OPERATION,
  types: ['8'],
  protocol: '1',
  idOperazioneAnpr: '1',
  issuedAt: '2026-11-22T10:00:00.000Z',
  pdf: '',
}

export const visura: OwnRecord = {
  person: {
    ...{ source: 'anpr', name: 'ANNA', surname: 'BIANCHI', codiceFiscale: 'BNCNMR51H58I888X', sex: 'F' },
    ...{ born: '1951-06-18', birthPlace: 'SPELLO (PG)', citizenships: ['ITALIA'], statoCivile: '2' },
    residence: { comune: 'SPELLO (PG)', address: 'VIA GIULIA 12' },
    family: [{ name: 'ANNA', surname: 'BIANCHI', born: '1951-06-18', tie: 'family', relation: '1' }],
  },
  reference: '77242849',
  at: '2026-11-22T10:00:00.000Z',
}
const person: PersonSections = {
  identity: {
    ...{ name: 'ANNA', surname: 'BIANCHI', codiceFiscale: 'BNCNMR51H58I888X', sex: 'F' },
    ...{ born: '1951-06-18', birthPlace: 'SPELLO (PG)', statoCivile: '2' },
  },
  ...{ residence: [], citizenship: [], marriage: null, union: null, document: null },
}
const request: OwnRequest = {
  ...{ operation: OPERATION, types: ['8'], requestedAt: '2026-11-22T10:00:00.000Z', state: 'recorded' },
  ...{ document: 'certificate', office: null, withdrawable: true, day: null, again: null },
}
export const paper: Paper = {
  ...{ languages: ['it'], title: [['DICHIARAZIONE']], subtitle: null, at: new Date(0), blocks: [] },
  ...{ totem: 'TT-0001', office: 'Spello', operation: OPERATION },
}

export const payment: Payment = {
  ...{ payment: `${OPERATION.slice(0, -1)}P`, state: 'open', notice: '301202611280000124', cents: 1600, types: ['8'] },
  ...{
    creditor: { codiceFiscale: '99999000013', name: 'Ente', contact: null },
    subject: 'AB10234CX',
    madeAt: '2026-11-22T10:00:00.000Z',
    dueAt: '2026-12-22T10:00:00.000Z',
  },
  ...{ checkout: 'https://checkout.example/c/1', refund: null },
}

const sheet: Sheet = () => ({ kind: 'pdf', pdf: new Uint8Array(1) })

export function scripted(changes: Partial<VisitServices> = {}): VisitServices {
  return {
    outOfService: () => null,
    newSession: () => SESSION.slice(0, -4) + String(sessions++).padStart(4, '0'),
    readCard: async () => ok(cns),
    triesLeft: () => null,
    recognise: async () => ok(recognised),
    technician: () => false,
    expiryOffered: ({ card }) => card === 'cie',
    possession: async () => ok({ holder: { name: 'ANNA', surname: 'BIANCHI' }, expires: '2031-06-18', expired: false }),
    enter: async () =>
      ok({
        token: 't',
        idAnpr: 'AB10234CX',
        family: [member('AB10234CX', true), member('AB10234CY', false)],
        languages: ['IT'],
        waiting: [],
        pending: 0,
        notices: [],
        ways: ['phone', 'email', 'domicilio'],
        pagopa: { offered: true, payments: [payment] },
      }),
    openPayment: async () => ok({ payment, until: '2099-01-01T00:00:00.000Z' }),
    paymentBecame: async () => ({ ...payment, state: 'paid' }),
    leavePayment: vi.fn(),
    withdrawPayment: async () => ({ ...payment, state: 'withdrawn' }),
    payments: async () => [payment],
    noticeSheet: () => sheet,
    noticed: vi.fn(),
    preview: async () => ok({ pdf: new Uint8Array(1), pages: 1, facts: '' }),
    request: async () => ok({ state: 'issued', outcome }),
    arrived: async () => outcome,
    visura: async () => ok(visura),
    writeVisura: () => ({ document: 'visura', operation: OPERATION, paper }),
    requests: async () => ({ requests: [request], whole: true }),
    withdraw: async () => 'withdrawn',
    withdrawalSheet: () => sheet,
    person: async (_, __, { section }) => ({ [section]: person[section] }),
    accesses: async () => [],
    writeForm: (_, document) => ({ document, operation: OPERATION, paper }),
    declared: vi.fn(),
    today: () => '2026-11-22',
    isContrassegno: ({ issued }) => issued !== '2026-02-31',
    sheets: { certificate: () => sheet, receipt: () => sheet, slip: () => sheet },
    print: async () => ok({ pages: 1 }),
    reprinted: () => false,
    delivered: vi.fn(),
    handOver: async () =>
      ok({
        id: 'A'.repeat(22),
        link: `https://totem.example/d/${'A'.repeat(22)}#${'B'.repeat(43)}`,
        until: '2026-11-22T10:03:00.000Z',
      }),
    handoverBecame: async () => 'taken',
    withdrawHandover: vi.fn(),
    sendByEmail: async () => ok({ operation: OPERATION, code: '482913', handedOver: true }),
    codeSlip: () => sheet,
    domiciles: async () => ok([{ address: 'anna.bianchi@pec.example', profession: null, proof: 'p' }]),
    sendToDomicile: async () => ok(true),
    pinWrong: vi.fn(),
    journal: { started: vi.fn(), refused: vi.fn(), ended: vi.fn() },
    ...changes,
  }
}

export let session: Session
export let visitsOver: number
/** The views that the renderer was sent. */
export let pushed: View[]
/** How often the device process was asked to wait for the lost card as long again. */
export let cardWaits: number
let sessions = 0
let insertion = 0

export function open(
  changes: Partial<VisitServices> = {},
  line: () => Carries = () => ({ online: true, cie: true, closed: [], notice: null }),
): VisitServices {
  const services = scripted(changes)
  visitsOver = 0
  pushed = []
  cardWaits = 0
  session = createSession({
    services,
    timings: { idleMs: 60_000, warningMs: 30_000, goodbyeMs: 5_000 },
    totem: {
      ...{ id: 'TT-0001', office: 'Spello', comune: 'Spello', mmPerPixel: 0.31, reachMm: 420, languages: ['it', 'en'] },
      ...{ phone: null, hours: [], nearest: [] },
      pad: pad.parse({}),
      voice: true,
    },
    line,
    onView: (shown) => pushed.push(view.parse(shown)),
    speech: () => 'off',
    keepWaiting: () => cardWaits++,
    onVisitOver: () => visitsOver++,
  })
  session.start()
  session.printer('ready')
  return services
}
export const screen = () => session.view().screen
export const at = async (name: Screen['screen']) => {
  await vi.advanceTimersByTimeAsync(1)
  expect(screen().screen).toBe(name)
}
export const cardIn = () => session.card({ state: 'present', atr: '3B', insertion: ++insertion, contactless: false })
/** Its process has died, or its cable is out: a card in it may still lie there. */
export const readerGone = () => session.card({ state: 'no-reader' })
export const cardOut = () => session.card({ state: 'empty' })
/** A CIE is lifted from the reader, and put back in time. */
export const cardLifted = () => session.card({ state: 'lost', insertion })
export const cardBack = () => session.card({ state: 'present', atr: '3B', insertion, contactless: true })
export const pin = () => new Uint8Array([49, 50, 51, 52, 53, 54, 55, 56])
export const answers = async (...events: VisitEvent[]) => {
  for (const event of events) {
    expect(session.answer(event), event.type).toBe(true)
    await vi.advanceTimersByTimeAsync(1)
  }
}
export const toPin = async () => {
  await answers({ type: 'start', language: 'it' })
  cardIn()
  await at('pin')
}
/** The holder's own residence, for a court case: from the menu to the summary. */
export const toOwnResidence: VisitEvent[] = [
  { type: 'chooseService', service: 'certificate' },
  { type: 'choosePurpose', purpose: 'processuale' },
  { type: 'chooseCertificates', types: ['8'] },
]
/** A recognised visitor. */
export const toMenu = async () => {
  await toPin()
  await answers({ type: 'enterPin', pin: pin() })
  await at('menu')
}
/** A visitor with the summary in sight. */
export const toSummary = async () => {
  await toMenu()
  await answers(...toOwnResidence)
  await at('sheet')
}
