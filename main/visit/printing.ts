import type { PrinterStatus } from '../../contract/device.ts'
import type { Screen } from '../../contract/journeys/index.ts'
import { type Printed, takenHome } from '../../contract/journeys/lists.ts'
import { type Context, canPrint, forbidden, takes, type Way, working } from './chart.ts'
import type { Printing, VisitServices } from './services.ts'
import { type Step, step, type Task } from './step.ts'
import { beforePaper, inPlaceOfPaper, waysOffered } from './taking-home.ts'
import { type Change, required, type Visit } from './visit.ts'

/** Begins a document at its first page, whatever was printed before. */
export const fromFirstPage = { fromPage: 1, progress: null, fault: null } satisfies Change['paper']

/** The number of `pages` that came out, or the step to the fault. Neither: no printer can print the document. */
type Attempt = { printed: true; pages: number } | { printed: false; fault: Step<'fault'> | null }

export async function print(
  { frame, paper }: Visit,
  services: VisitServices,
  document: Pick<Printing, 'operation' | 'document' | 'sheet'>,
): Promise<Attempt> {
  const printed = await services.print({ ...document, session: frame.session, fromPage: paper.fromPage })
  if (printed.ok) return { printed: true, pages: printed.value.pages }
  const { error } = printed
  if (error.kind === 'unprintable') return { printed: false, fault: null }
  return { printed: false, fault: step('fault', { paper: { fault: error, fromPage: error.page } }) }
}

/**
 * A state that prints. After a fault the person has the void page printed anew, or keeps the document for later. In
 * that case the visit goes to `kept.target` and takes over `kept.set`. `targets` are ids. `handedOver`: the document can go
 * home another way instead.
 */
export function printing<To extends string>(
  task: Task<To>,
  targets: Record<Exclude<To, 'refused' | 'fault'>, string>,
  kept: Way,
  { handedOver = false } = {},
) {
  const keep = takes(kept)
  return {
    initial: 'way' as const,
    tags: ['withoutCard' as const],
    on: { leave: forbidden, timeout: forbidden, 'reader.gone': forbidden },
    states: {
      // Asked once: a printer that is lost later has perhaps begun, and the person is told so.
      way: { always: [...(handedOver ? beforePaper : []), { target: 'busy' as const }] },
      busy: {
        ...working(task as Task, { ...targets, fault: 'fault' }),
        on: { progress: { actions: 'noteProgress' as const } },
      },
      fault: {
        on: {
          ...(handedOver && inPlaceOfPaper),
          printAgain: {
            guard: 'canPrint' as const,
            target: 'busy',
            actions: {
              type: 'set' as const,
              params: ({ context: { visit } }: { context: Context }) => ({ paper: { progress: begunAgain(visit) } }),
            },
          },
          keepForLater: keep,
          // A person who walks away from an empty printer keeps the paper for another day.
          timeout: keep,
          leave: keep,
        },
      },
    },
  }
}

/** Progress of a page that is printed anew: nothing of it is out yet, whatever came out of the void sheet. */
const begunAgain = ({ paper: { progress, fromPage } }: Visit): Visit['paper']['progress'] =>
  progress && { ...progress, page: fromPage, band: 0 }

/** What became of the sheet of page `page`, as far as anybody can know. */
function sheetOf(status: PrinterStatus, page: number, progress: Visit['paper']['progress']) {
  if (progress?.page === page && progress.band > 0) return 'void'
  // A printer that falls silent may have got the beginning of a band before.
  return status === 'offline' || status === 'absent' ? 'perhaps' : 'none'
}

const waysFor = (document: Printed, visit: Visit) => (takenHome.safeParse(document).success ? waysOffered(visit) : [])

/** The screen of a state that prints. */
export function printingScreen(document: Printed, { visit, printer }: Context, inner: string): Screen {
  const { paper } = visit
  if (inner === 'fault') {
    const { status, page } = required(paper.fault, 'fault')
    return {
      screen: 'print-fault',
      document,
      // The device process reports the printer's status before it reports the fault, and each change after it.
      status: printer,
      page,
      sheet: sheetOf(status, page, paper.progress),
      resumable: canPrint(printer),
      ways: waysFor(document, visit),
    }
  }
  return { screen: 'printing', document, ...(paper.progress ?? { page: 1, pages: 1, band: 0, bands: 1 }) }
}
