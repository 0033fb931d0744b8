import type { CardReadout } from '../../contract/device.ts'
import type { IssuedOutcome, OwnRecord } from '../../contract/gateway.ts'
import type { TakenHome } from '../../contract/journeys/lists.ts'
import type { Language } from '../../contract/language.ts'
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
  /** Progress is shown. A journey of one screen takes it away. */
  stepped: boolean
}

/** What the person has typed, until the card has had it. */
interface Secret {
  /** Also null while it is typed on the reader's keypad. */
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
  /** What ANPR told of the holder: for the rest of the visit ANPR is not asked again. */
  registered: OwnRecord | null
}

/** What is to be printed, is being printed, or was. */
interface PaperInHand {
  document: TakenHome | null
  /** The sheet as it will be, for the screen. */
  preview: PreviewSheet | null
  /** Issued certificates, printed one after the other, each with its receipt. */
  issued: IssuedOutcome[]
  /** What the totem is asked to write. */
  writing: Writing | null
  /** Printed, or being printed: after a fault the same paper is printed again. */
  written: Written | null
  /** First page still to print. */
  fromPage: number
  progress: { page: number; pages: number; band: number; bands: number } | null
  fault: PrintFault | null
}

/** How a paper that the totem writes comes to be. Of such a paper nothing is kept. */
export interface Writing {
  /** It asks nobody and leaves nothing. */
  write(visit: Visit, services: VisitServices): Written
  /** The paper is out. */
  printed?(visit: Visit, services: VisitServices): void
}

interface End {
  refused: Refused | null
  outcome: 'printed' | 'queued' | 'kept' | 'nothing'
  /** The operation that waits to be collected after this visit. */
  kept: string | null
  /** How the visit ended, for the journal. */
  how: string
}

/** What a piece of work or an answer changes: some fields of some parts. */
export type Change = { [Part in keyof Visit]?: Partial<Visit[Part]> }

export function changed(visit: Visit, change: Change): Visit {
  const parts = Object.entries(change).map(([part, fields]) => [part, { ...visit[part as keyof Visit], ...fields }])
  return { ...visit, ...Object.fromEntries(parts) }
}

/** The trunk of a new visit. */
export const freshTrunk = (session: string): Pick<Visit, 'frame' | 'secret' | 'holder' | 'paper' | 'end'> => ({
  frame: { session, startedAt: 0, language: 'it', stepped: true },
  secret: { pin: null, can: null },
  holder: { card: null, readout: null, recognised: null, entered: null, registered: null },
  paper: freshPaper(),
  end: { refused: null, outcome: 'nothing', kept: null, how: 'left' },
})

/** What of the trunk begins anew when the same person asks for something else. */
export const againTrunk = () =>
  ({
    frame: { stepped: true },
    paper: freshPaper(),
    end: { outcome: 'nothing', kept: null },
  }) satisfies Change

function freshPaper(): PaperInHand {
  return {
    document: null,
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
