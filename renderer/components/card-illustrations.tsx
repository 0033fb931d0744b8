import { useText } from '../i18n/use-text.ts'
import { useShownView } from '../view-context.ts'
import { CardAndReader } from './illustrations.tsx'

// Drawings of the CIE and of the two ways in which a card meets the reader (colours: theme/card-illustrations.css).
type Labelled = { label: string }

/** Front of a CIE 3.0, 85.6 × 54 mm at 2.5 units a millimetre: photo on the left, no contacts, the CAN bottom right. */
function CieFront() {
  return (
    <g>
      <rect width="214" height="135" rx="10" className="f-cie" />
      <path d="M0 24V10A10 10 0 0 1 10 0h194a10 10 0 0 1 10 10v14z" className="f-cie-band" />
      <path d="M18 12h92M176 12h20" className="f-cie-words" />
      <rect x="16" y="38" width="54" height="68" rx="5" className="f-photo" />
      <circle cx="43" cy="63" r="12" className="f-cie-face" />
      <path d="M22 106c0-17 9-25 21-25s21 8 21 25z" className="f-cie-face" />
      <path d="M86 46h82M86 64h58M86 82h70M86 100h40" className="f-line" />
      <path d="M16 120h74" className="f-line" />
    </g>
  )
}

/** The sign of a contactless reader, as on payment terminals. */
function Waves({ moving = false }: { moving?: boolean }) {
  return (
    <g className={moving ? 'f-waves pulse' : 'f-waves'}>
      <path d="M174 62a22 22 0 0 1 0 32" />
      <path d="M188 52a36 36 0 0 1 0 52" />
      <path d="M202 42a50 50 0 0 1 0 72" />
      <path d="M216 32a64 64 0 0 1 0 92" />
    </g>
  )
}

/** A CIE and the panel that it is laid on. `move` in: it comes; out: it is to be taken; still: it lies there. */
export function CieOnReader({ move, label }: Labelled & { move: 'in' | 'out' | 'still' }) {
  return (
    <svg className="illustration" viewBox="0 0 400 330" role="img" aria-label={label}>
      <rect x="14" y="6" width="372" height="318" rx="16" className="f-fascia" />
      <rect x="92" y="20" width="238" height="276" rx="20" className="f-reader" />
      <circle cx="357" cy="46" r="8" className={`f-lamp ${move}`} />
      <g transform="translate(11 0)">
        <Waves moving={move !== 'out'} />
      </g>
      <g className={`cie-${move}`}>
        <g transform="translate(104 140)">
          <CieFront />
        </g>
      </g>
      {move === 'in' && <path d="M52 290v-88M28 228l24-26 24 26" className="f-arrow nudge-up" />}
      {move === 'out' && <path d="M52 202v88M28 264l24 26 24-26" className="f-arrow nudge-down" />}
    </svg>
  )
}

/** The card of this visit where it lies or belongs: on the panel or in the slot. */
export function CardAtReader({ move }: { move: 'in' | 'out' | 'still' }) {
  const text = useText()
  const { contactless } = useShownView()
  if (contactless)
    return <CieOnReader move={move} label={text(move === 'out' ? 'done.cardFigure' : 'card.cie.figure')} />
  return <CardAndReader move={move} label={text(move === 'out' ? 'done.cardFigure' : 'card.figure')} />
}

/** The card alone. */
export function Cie({ label }: Labelled) {
  return (
    <svg className="illustration" viewBox="0 0 400 180" role="img" aria-label={label}>
      <g transform="translate(72 6) scale(1.2)">
        <CieFront />
      </g>
    </svg>
  )
}

/** Where the six digits are: bottom right on the front. */
export function CanOnFront({ label }: Labelled) {
  return (
    <svg className="illustration" viewBox="0 0 400 230" role="img" aria-label={label}>
      <g transform="translate(32 6) scale(1.56)">
        <CieFront />
      </g>
      <rect x="222" y="158" width="136" height="50" rx="12" className="f-can" />
      <text x="290" y="195" className="f-can-digits">
        123456
      </text>
    </svg>
  )
}

/** The CIE checks the PIN by itself. */
export function CieThinking({ label }: Labelled) {
  return (
    <svg className="illustration" viewBox="0 0 400 300" role="img" aria-label={label}>
      <rect x="60" y="6" width="280" height="288" rx="20" className="f-reader" />
      <g transform="translate(0 -6)">
        <Waves moving />
      </g>
      <g transform="translate(93 134)">
        <CieFront />
      </g>
    </svg>
  )
}

/** A reader with a keypad of its own: the PIN is typed there. */
export function ReaderWithKeypad({ label }: Labelled) {
  const columns = [0, 1, 2]
  return (
    <svg className="illustration" viewBox="0 0 400 348" role="img" aria-label={label}>
      <rect x="140" y="262" width="120" height="84" rx="9" className="f-card" />
      <rect x="110" y="8" width="180" height="282" rx="20" className="f-reader" />
      <rect x="130" y="26" width="140" height="42" rx="7" className="f-glass" />
      <g className="travel">
        <circle cx="164" cy="47" r="6" />
        <circle cx="188" cy="47" r="6" />
        <circle cx="212" cy="47" r="6" />
        <circle cx="236" cy="47" r="6" />
      </g>
      {[0, 1, 2, 3].map((row) =>
        columns.map((column) => (
          <rect
            key={`${row} ${column}`}
            x={131 + column * 48}
            y={84 + row * 42}
            width="42"
            height="32"
            rx="7"
            className={`f-key ${row === 3 && column === 0 ? 'no' : row === 3 && column === 2 ? 'yes' : ''}`}
          />
        )),
      )}
      <path d="M118 260h164" className="f-slot-line light" />
    </svg>
  )
}
