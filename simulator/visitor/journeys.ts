import type { Screen } from '../../contract/journeys/index.ts'
import type { Printed } from '../../contract/journeys/lists.ts'
import type { Wish } from './index.ts'

/** A whole visit: whose card (simulator/population), what they want, and what they must get. */
export interface Journey {
  who: string
  wish: Partial<Wish>
  /** What has failed while the person is there. It works again when they have gone. */
  without?: 'line' | 'printer'
  /** The same person comes again, when what was recorded without the line has come, and wants this. */
  again?: Partial<Wish>
  /** The screen that they come for, where it is not a paper. */
  shows?: Screen['screen']
  /** What the printer puts out, in this order. */
  papers: readonly Printed[]
  /**
   * Touches at most from the recognised person to what they come for, on each visit together, each number on a keypad counted as one. The three that are
   * asked for most take four, declarations and visura two.
   */
  touches: number
  /** Operations at the gateway, all issued. */
  operations: 0 | 1
}

const certificate = { papers: ['certificate'], operations: 1 } as const
/** The receipt of a bollo is printed unasked. */
const inBollo = { ...certificate, papers: ['certificate', 'receipt'] } as const
const written = (paper: 'declaration' | 'atto-notorio' | 'visura') =>
  ({ papers: [paper], operations: 0, touches: 2 }) as const
/** A marca da bollo; each can pay once at a gateway. */
/** The person only looks. */
const looks = { papers: [], operations: 0 } as const
const mark = { number: '01234567890123', issued: '05032026' }

/** The journeys of a visit by name: `npm start -- --unattended --journey NAME`, the end-to-end test, the README. */
export const journeys = {
  contestuale: { ...certificate, who: 'anna-bianchi', wish: { type: 'together' }, touches: 3 },
  residence: {
    ...certificate,
    who: 'anna-bianchi',
    // The receipt is asked for when the certificate is out.
    wish: { type: '8', receipt: true },
    papers: ['certificate', 'receipt'],
    touches: 4,
  },
  'family-sheet': { ...certificate, who: 'giovanni-ricci', wish: { type: '12' }, touches: 4 },
  minor: {
    ...certificate,
    who: 'mario-rossi',
    wish: { type: 'together', of: ({ name }) => name.toUpperCase() === 'SOFIA' },
    touches: 5,
  },
  convivenza: { ...certificate, who: 'pietro-moretti', wish: { type: 'together' }, touches: 3 },
  widow: { ...certificate, who: 'rosa-marini', wish: { type: '11' }, touches: 7 },
  abroad: { ...certificate, who: 'giulia-fontana', wish: { type: '10', purpose: 'pensioneEstera' }, touches: 7 },
  'foreign-pension': {
    ...certificate,
    who: 'elena-ferrari',
    wish: { type: '7', purpose: 'pensioneEstera' },
    touches: 7,
  },
  bolzano: { ...certificate, who: 'jurgen-grossmann', wish: { type: '8', language: 'DE' }, touches: 5 },
  bilingual: { ...certificate, who: 'marija-kos', wish: { type: '8', language: 'SL' }, touches: 5 },
  contrassegno: {
    ...inBollo,
    who: 'anna-bianchi',
    wish: { type: 'together', purpose: 'privateParty', mark },
    touches: 7,
  },
  // The payment with the telephone is counted as a touch.
  pagopa: {
    ...inBollo,
    who: 'anna-bianchi',
    wish: { type: 'together', purpose: 'privateParty', byNotice: true },
    touches: 6,
  },
  // The notice is paid at a second visit.
  'pagopa-resumed': {
    ...inBollo,
    who: 'anna-bianchi',
    wish: { type: 'together', purpose: 'privateParty', byNotice: true, payLater: true },
    again: { service: 'pagopa' },
    touches: 9,
  },
  court: { ...certificate, who: 'elena-ferrari', wish: { type: 'together', purpose: 'processuale' }, touches: 3 },
  phone: {
    ...certificate,
    who: 'anna-bianchi',
    wish: { type: 'together', way: 'phone' },
    shows: 'phone',
    papers: [],
    touches: 5,
  },
  'no-printer': {
    ...certificate,
    who: 'anna-bianchi',
    without: 'printer',
    wish: { type: 'together' },
    shows: 'phone',
    papers: [],
    touches: 3,
  },
  email: {
    ...certificate,
    who: 'anna-bianchi',
    wish: { type: 'together', way: 'email' },
    shows: 'email-sent',
    // The six digits that open the link.
    papers: ['code'],
    touches: 7,
  },
  domicilio: {
    ...certificate,
    who: 'anna-bianchi',
    wish: { type: 'together', way: 'domicilio' },
    shows: 'domicilio',
    papers: [],
    touches: 5,
  },
  collect: {
    ...certificate,
    who: 'anna-bianchi',
    without: 'line',
    wish: { type: '8' },
    again: {},
    papers: ['slip', 'certificate'],
    touches: 5,
  },
  family: { ...looks, who: 'elena-ferrari', wish: { service: 'family' }, shows: 'member', touches: 3 },
  requests: {
    ...certificate,
    who: 'anna-bianchi',
    wish: { type: 'together' },
    again: { service: 'requests' },
    shows: 'requests',
    touches: 5,
  },
  accesses: { ...looks, who: 'anna-bianchi', wish: { service: 'accesses' }, shows: 'accesses', touches: 2 },
  // The school's form asks for a declaration: no certificate is made for a public body.
  school: { ...written('declaration'), who: 'mario-rossi', wish: { service: 'declaration' } },
  declaration: { ...written('declaration'), who: 'anna-bianchi', wish: { service: 'declaration' } },
  'atto-notorio': {
    ...written('atto-notorio'),
    who: 'anna-bianchi',
    wish: { service: 'declaration', form: 'atto-notorio' },
  },
  visura: { ...written('visura'), who: 'elena-ferrari', wish: { service: 'visura' } },
} as const satisfies Record<string, Journey>

export type JourneyName = keyof typeof journeys
export const isJourney = (name: string): name is JourneyName => Object.hasOwn(journeys, name)
