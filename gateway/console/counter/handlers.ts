import type { ConsoleProblem } from '../../../contract/console/problem.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { append } from '../audit/chain.ts'
import type { Sessions } from '../identity/sessions.ts'
import type { Handlers } from '../route.ts'
import { accesses } from './accesses.ts'
import { collect, waiting } from './collect.ts'
import { dayOf } from './day.ts'
import { type Desk, deskOf, mayWorkAt, shakenDeskOf } from './desk.ts'
import type { CounterGround } from './ground.ts'
import { identify } from './identify.ts'
import { answerFor, declaration, issue, openPapers, show } from './papers.ts'

type OfCounter = Extract<keyof Handlers, `counter${string}` | 'openCounter' | 'identify' | 'endVisit'>

/**
 * SECURITY: each of them asks first at which counter its person works, by the grants of this moment and a card that has shaken
 * hands within half an hour. What says nothing of a citizen, or ends something, asks for no handshake.
 */
export function counterHandlers(ground: CounterGround, sessions: Pick<Sessions, 'worksAt'>): Pick<Handlers, OfCounter> {
  const { db, now } = ground
  type At = Parameters<typeof deskOf>[0]
  const atDesk = async <T>(ask: At, work: (desk: Desk) => Promise<T>): Promise<Result<T, ConsoleProblem>> => {
    const desk = shakenDeskOf(ask, now())
    return desk.ok ? ok(await work(desk.value)) : desk
  }
  const answered = async (done: boolean): Promise<Result<{ done: true }, ConsoleProblem>> =>
    done ? ok({ done: true }) : err({ kind: 'not-found', field: null })
  return {
    counter: async ({ session, sight }) =>
      ok({
        offices: [...sight.offices],
        counter: session.card ? session.counter : null,
        open: await openPapers(ground, { operator: session.person }),
      }),
    openCounter: async ({ session, sight, doer, body: { office, desk } }) => {
      if (session.card === null) return err({ kind: 'card-needed', field: null })
      if (!mayWorkAt(sight, office)) return err({ kind: 'not-found', field: 'office' })
      const station = `${office}-${String(desk).padStart(2, '0')}`
      await sessions.worksAt(session, { office, station })
      await db
        .transaction()
        .execute((transaction) => append(transaction, doer, { deed: 'counter.open', object: station }, now()))
      return ok({ done: true })
    },
    identify: (ask) => atDesk(ask, (desk) => identify(ground, desk, ask.doer, ask.body)),
    endVisit: async (ask) => {
      const desk = deskOf(ask)
      if (!desk.ok) return desk
      await ground.citizens.end(desk.value.caller, ask.body.visit)
      return ok({ done: true })
    },
    counterPreview: (ask) => atDesk(ask, (desk) => show(ground, desk, ask.body)),
    counterIssue: (ask) => atDesk(ask, (desk) => issue(ground, desk, ask.doer, ask.body)),
    counterDeclaration: (ask) => atDesk(ask, (desk) => declaration(ground, desk, ask.body)),
    counterAccesses: (ask) => atDesk(ask, (desk) => accesses(ground, desk, ask.doer, ask.body)),
    counterWaiting: (ask) => atDesk(ask, (desk) => waiting(ground, desk, ask.body)),
    counterCollect: (ask) => atDesk(ask, (desk) => collect(ground, desk, ask.doer, ask.body)),
    counterPrinted: async ({ session: { person: operator }, doer, body: { operation, good } }) =>
      answered(await answerFor(ground, { operator }, doer, { operation, said: good ? 'printed' : 'again' })),
    counterAbandoned: async ({ session: { person: operator }, doer, body: { operation } }) =>
      answered(await answerFor(ground, { operator }, doer, { operation, said: 'void' })),
    counterDay: async (ask) => {
      const desk = deskOf(ask)
      return desk.ok ? ok(await dayOf(db, desk.value, ask.query)) : desk
    },
  }
}
