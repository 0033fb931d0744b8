import { create } from 'qrcode'
import './qr-code.css'

/** Light around a code, in modules (ISO/IEC 18004 §9.1). */
const QUIET = 4

/** A QR code on white in every theme, or no camera would read it. Level M: a screen does not get dirty. */
export function QrCode({ text, label, version }: { text: string; label: string; version?: number }) {
  const { size, data } = create(text, { errorCorrectionLevel: 'M', ...(version && { version }) }).modules
  const dark = Array.from(data, (on, at) => (on ? `M${at % size} ${Math.floor(at / size)}h1v1h-1z` : '')).join('')
  const whole = size + 2 * QUIET
  return (
    <svg className="qr-code" viewBox={`${-QUIET} ${-QUIET} ${whole} ${whole}`} role="img" aria-label={label}>
      <rect x={-QUIET} y={-QUIET} width={whole} height={whole} />
      <path d={dark} shapeRendering="crispEdges" />
    </svg>
  )
}
