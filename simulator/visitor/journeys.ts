import type { Printed } from '../../contract/journeys/lists.ts'
import type { Wish } from './index.ts'

/** A whole visit: whose card (simulator/population), what they want, and what they must get. */
export interface Journey {
  who: string
  wish: Partial<Wish>
  /** What the printer puts out, in this order. */
  papers: readonly Printed[]
  /**
   * Touches at most from the recognised person to the paper, each number on a keypad counted as one. The three that are
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
