import './contrassegno.css'

/** A bar code at the foot of the mark: bars of two widths. */
const BARS = Array.from(
  { length: 34 },
  (_, bar) => `M${100 + bar * 12.4} 300h${bar % 3 === 0 ? 7 : 4}v70h${bar % 3 === 0 ? -7 : -4}z`,
).join('')

/** A marca da bollo as it is sold since 2015: 55 by 40 mm, hologram on the left, bar code at the foot; `part` stands out. */
export function Mark({ part, label }: { part: 'number' | 'date'; label: string }) {
  return (
    <svg className="contrassegno-mark" viewBox="0 0 550 400" role="img" aria-label={label}>
      <rect className="contrassegno-sheet" x="4" y="4" width="542" height="392" rx="10" />
      <rect className="contrassegno-hologram" x="22" y="22" width="46" height="356" rx="6" />
      <text className="contrassegno-title" x="100" y="70" lang="it">
        MARCA DA BOLLO
      </text>
      <text className="contrassegno-price" x="100" y="136">
        € 16,00
      </text>
      <text className={part === 'date' ? 'contrassegno-part' : 'contrassegno-plain'} x="100" y="206">
        05/03/2026
      </text>
      <text className={part === 'number' ? 'contrassegno-part' : 'contrassegno-plain'} x="100" y="276">
        0123 4567 8901 23
      </text>
      <path className="contrassegno-bars" d={BARS} />
    </svg>
  )
}
