import type { CardReadout } from '../../contract/device.ts'
import type { IssuedOutcome, OwnRecord } from '../../contract/gateway.ts'
import type { TakenHome, Way } from '../../contract/journeys/lists.ts'
import type { Language } from '../../contract/language.ts'
import { type Preferences, usual } from '../../contract/preferences.ts'
import type { Entered, PreviewSheet, PrintFault, Recognised, Refused, VisitServices, Written } from './services.ts'

/**
 * Everything that a visit knows of a person, part by part. The trunk is here; each journey adds a part of its own:
 *
 *     declare module '../../visit/visit.ts' {
 *       interface Visit { certificate: CertificatePart }
 *     }
 *
 * A visit is replaced as a whole when it ends (invariant 2).
 */
export interface Visit {
  frame: Frame
  secret: Secret
  holder: Holder
  paper: PaperInHand
  end: End
}

interface Frame {
  session: string
  /** By a clock that never goes back (ms). */
  startedAt: number
  language: Language
  preferences: Preferences
  /** The screen shows progress. A journey of one screen turns it off. */
  stepped: boolean
}

/** The digits that the person has typed, kept until the card has had them. */
interface Secret {
  /** Also null while the person types it on the reader's keypad. */
  pin: Uint8Array | null
  can: string | null
}

/** The person at the totem. */
interface Holder {
  /** Insertion number of the card that was recognised. */
  card: number | null
  readout: CardReadout | null
  recognised: Recognised | null
  entered: Entered | null
  /** ANPR's record of the holder; the totem does not ask ANPR again in this visit. */
  registered: OwnRecord | null
}

/** The paper that is to be printed, is being printed, or was. */
interface PaperInHand {
  document: TakenHome | null
  /** How the person takes it home. */
  way: Way
  /** It is out on paper already. */
  out: boolean
  /** The sheet as it will be, for the screen. */
  preview: PreviewSheet | null
  /** Issued certificates, printed one after the other, each with its receipt. */
  issued: IssuedOutcome[]
  /** How to make the paper that the person has asked for. */
  writing: Writing | null
  /** The paper that is printed, or was; after a fault the totem prints the same one again. */
  written: Written | null
  /** First page still to print. */
  fromPage: number
  progress: { page: number; pages: number; band: number; bands: number } | null
  fault: PrintFault | null
}

/** Makes a paper that the totem itself writes. The totem keeps no copy of it. */
export interface Writing {
  /** Asks neither gateway nor ANPR, and stores nothing. */
  write(visit: Visit, services: VisitServices): Written
  /** Called when the paper is out. */
  printed?(visit: Visit, services: VisitServices): void
}

interface End {
  refused: Refused | null
  outcome: 'printed' | 'phone' | 'email' | 'domicilio' | 'queued' | 'kept' | 'nothing'
  /** A slip about the recorded request is out. */
  slip: boolean
  /** How the visit ended, for the journal. */
  how: string
}

/** The change that a task or an answer makes: some fields of some parts. */
export type Change = { [Part in keyof Visit]?: Partial<Visit[Part]> }

export function changed(visit: Visit, change: Change): Visit {
  const parts = Object.entries(change).map(([part, fields]) => [part, { ...visit[part as keyof Visit], ...fields }])
  return { ...visit, ...Object.fromEntries(parts) }
}

/** The trunk of a new visit. */
export const freshTrunk = (session: string): Pick<Visit, 'frame' | 'secret' | 'holder' | 'paper' | 'end'> => ({
  frame: { session, startedAt: 0, language: 'it', preferences: usual, stepped: true },
  secret: { pin: null, can: null },
  holder: { card: null, readout: null, recognised: null, entered: null, registered: null },
  paper: freshPaper(),
  end: { refused: null, outcome: 'nothing', slip: false, how: 'left' },
})

/** The parts of the trunk that begin anew when the same person asks for something else. */
export const againTrunk = () =>
  ({
    frame: { stepped: true },
    paper: freshPaper(),
    end: { outcome: 'nothing', slip: false },
  }) satisfies Change

/** What the trunk still says once the person has left with the card: the outcome, the paper's kind, the refusal. */
export const partedTrunk = ({ holder: { card, readout }, paper: { document }, end: { refused } }: Visit) =>
  ({
    ...secretsForgotten,
    holder: { card, readout: null, recognised: null, entered: null, registered: null },
    paper: { ...freshPaper(), document },
    end: { refused: refused && { ...refused, card: refused.card ?? readout?.card ?? null } },
  }) satisfies Change

function freshPaper(): PaperInHand {
  return {
    document: null,
    way: 'paper',
    out: false,
    preview: null,
    issued: [],
    writing: null,
    written: null,
    fromPage: 1,
    progress: null,
    fault: null,
  }
}

/** Forgets all that the person has typed. */
export const secretsForgotten = { secret: { pin: null, can: null } } satisfies Change

/** A value that the state before must have set; a visit without it is a bug. */
export function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`the visit has no ${what} here`)
  return value
}

/** Name of the person whose card has proved who it is. */
export function holderOf({ holder }: Visit): { name: string; surname: string } {
  const { name, surname } = required(holder.recognised, 'holder')
  return { name, surname }
}
