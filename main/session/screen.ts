import type { SnapshotFrom } from 'xstate'
import { type Screen, stepOf } from '../../contract/journeys/index.ts'
import type { View } from '../../contract/visit.ts'
import { screens } from '../journeys/index.ts'
import { type Carries, cardToTake, type Show } from '../visit/chart.ts'
import type { machine } from './machine.ts'

type Snapshot = SnapshotFrom<typeof machine>

const shows: Record<string, Show> = Object.assign({}, ...Object.values(screens))

/** Path of the machine's state, e.g. `visit.preview.shown`. */
export const pathOf = ({ value }: Pick<Snapshot, 'value'>): string => joined(value)
const joined = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : Object.entries(value as Record<string, unknown>)
        .map(([key, inner]) => `${key}.${joined(inner)}`)
        .join()

/** The screen of this state. Only the facts that it needs leave main. */
function screenOf(snapshot: Snapshot, line: Carries): Screen {
  const [top = '', name = top, inner = ''] = pathOf(snapshot).split('.')
  const show = shows[name]
  if (!show) throw new Error(`no screen for the state ${name}`)
  return show(snapshot.context, { inner, ...line })
}

/** The screen and its frame; the session adds `revision`, `idle`, `speech`, `service` and `totem`. */
export function framedScreen(
  snapshot: Snapshot,
  line: Carries,
): Omit<View, 'revision' | 'idle' | 'speech' | 'service' | 'totem' | 'cardLost'> & { cardLost: boolean } {
  const { visit, lost, contactless } = snapshot.context
  const screen = screenOf(snapshot, line)
  return {
    language: visit.frame.language,
    preferences: visit.frame.preferences,
    screen,
    step: visit.frame.stepped ? stepOf[screen.screen] : null,
    canGoBack: snapshot.can({ type: 'back' }),
    canLeave: snapshot.matches('visit') && snapshot.can({ type: 'leave' }),
    // In the other states the screen asks for the lost card and covers the rest meanwhile.
    cardLost: lost && !snapshot.hasTag('withoutCard'),
    contactless,
  }
}

/** True when the next move is the person's; only then the idle warning runs. */
export const waitsForPerson = (snapshot: Snapshot): boolean => !snapshot.hasTag('busy')

/** True when the person has taken the card and only the last words are left. */
export const partsWords = (snapshot: Snapshot): boolean =>
  (snapshot.matches({ visit: 'done' }) || snapshot.matches({ visit: 'refused' })) && !cardToTake(snapshot.context)
