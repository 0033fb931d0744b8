import { initialTransition, type SnapshotFrom, transition } from 'xstate'
import { answer } from '../../../contract/journeys/index.ts'
import { createVisitMachine, machine } from '../../../main/session/machine.ts'
import { framedScreen, pathOf, waitsForPerson } from '../../../main/session/screen.ts'
import type { VisitEvent } from '../../../main/visit/chart.ts'
import type { VisitServices } from '../../../main/visit/services.ts'
import type { Step, Task } from '../../../main/visit/step.ts'
import type { Visit } from '../../../main/visit/visit.ts'

type Snapshot = SnapshotFrom<typeof machine>
export type Frame = ReturnType<typeof framedScreen>

/** One view of a visit: its state and the screen there. */
export interface Seen {
  path: string
  frame: Frame
  /** A person is waited for. */
  waits: boolean
  /** A task is under way. */
  works: boolean
  /** The same view after another language was chosen there. */
  switched: { path: string; frame: Frame }
}

/** The walker's answers and the events of its card, the same in every state. */
export interface Walk {
  /** One or more for each type of answer. */
  answers: VisitEvent[]
  hardware: VisitEvent[]
  /** Services that each give the tasks another outcome. */
  services: VisitServices[]
}

/**
 * Walks the chart from attract in every way that answers, hardware, time and task outcomes allow, and returns every
 * view on the way. Nothing runs: each task gives its step with each of the services, and the walk takes that step.
 */
export async function walk({ answers, hardware, services }: Walk): Promise<Seen[]> {
  const [first] = services
  if (!first) throw new Error('a walk needs services')
  const chart = createVisitMachine({ services: first, goodbyeMs: 1 })
  const seen = new Map<string, Seen>()
  const open: Snapshot[] = [initialTransition(chart)[0]]
  for (let snapshot = open.pop(); snapshot; snapshot = open.pop()) {
    const path = pathOf(snapshot)
    const frame = framedScreen(snapshot, { online: true, cie: true, closed: [], notice: null })
    const { card, lost, printer } = snapshot.context
    const key = JSON.stringify([path, frame, card, lost, printer])
    if (seen.has(key)) continue
    const [switched] = transition(chart, snapshot, { type: 'chooseLanguage', language: 'fr' })
    seen.set(key, {
      path,
      frame,
      waits: waitsForPerson(snapshot),
      works: snapshot._nodes.some(({ invoke }) => invoke.length > 0),
      switched: {
        path: pathOf(switched),
        frame: framedScreen(switched, { online: true, cie: true, closed: [], notice: null }),
      },
    })
    for (const event of [...answers, ...hardware, ...(await outcomes(snapshot, services))]) {
      if (!snapshot.can(event as VisitEvent)) continue
      open.push(transition(chart, snapshot, event as VisitEvent)[0])
    }
  }
  return [...seen.values()]
}

/** Events that may come by themselves in this state: its task ends or fails, or its time is over. */
async function outcomes(snapshot: Snapshot, services: VisitServices[]): Promise<{ type: string }[]> {
  const events: { type: string }[] = []
  for (const node of snapshot._nodes) {
    for (const { eventType } of node.after) events.push({ type: eventType })
    for (const { id, input } of node.invoke) {
      const given = (input as (args: object) => { task: Task; visit: Visit })({ context: snapshot.context })
      const steps: Step[] = []
      for (const offered of services) steps.push(await given.task(given.visit, offered))
      for (const output of steps) events.push({ type: `xstate.done.actor.${id}`, output, actorId: id } as never)
      events.push({ type: `xstate.error.actor.${id}`, error: new Error('a bug'), actorId: id } as never)
    }
  }
  return events
}

/** Every type of answer that the contract has. */
export const answerTypes: string[] = answer.options.map(({ shape }) => shape.type.value)

/** Paths of the states in which the machine can stand. */
export const standingStates = (node: Node = machine.root): string[] =>
  Object.keys(node.states).length === 0 ? [node.path.join('.')] : Object.values(node.states).flatMap(standingStates)

interface Node {
  path: string[]
  states: Record<string, Node>
}
