import type { FleetTotem } from '../../contract/console/fleet.ts'
import { STATES } from '../words.ts'

/** Colour is for what needs somebody; each has a shape and a word besides. */
const SHAPES: Record<FleetTotem['state'], { shape: string; tone: string }> = {
  'fuori-linea': { shape: '■', tone: 'danger' },
  ridotto: { shape: '▲', tone: 'warning' },
  'in-ritardo': { shape: '◆', tone: 'warning' },
  'in-manutenzione': { shape: '⚒', tone: 'quiet' },
  ritirato: { shape: '⊘', tone: 'quiet' },
  'mai-visto': { shape: '○', tone: 'quiet' },
  chiuso: { shape: '☾', tone: 'quiet' },
  'in-servizio': { shape: '●', tone: 'plain' },
}

export function StateMark({ state }: { state: FleetTotem['state'] }) {
  const { shape, tone } = SHAPES[state]
  return (
    <span className={`mark ${tone}`}>
      <span aria-hidden="true">{shape}</span> {STATES[state]}
    </span>
  )
}

const SEVERITIES = {
  alarm: { shape: '■', tone: 'danger', word: 'allarme' },
  warn: { shape: '▲', tone: 'warning', word: 'avviso' },
  info: { shape: '·', tone: 'quiet', word: 'nota' },
} as const

export function SeverityMark({ severity }: { severity: keyof typeof SEVERITIES }) {
  const { shape, tone, word } = SEVERITIES[severity]
  return (
    <span className={`mark ${tone}`}>
      <span aria-hidden="true">{shape}</span> {word}
    </span>
  )
}

/** A yes or no that is told by word and shape. */
export const Flag = ({ is, yes, no }: { is: boolean; yes: string; no: string }) => (
  <span className={`mark ${is ? 'plain' : 'warning'}`}>
    <span aria-hidden="true">{is ? '✓' : '✕'}</span> {is ? yes : no}
  </span>
)
