import './contrassegno.css'

/** A marca da bollo as it is sold since 2015: 55 by 40 mm, hologram on the left, bar code at the foot; `part` stands out. */
export function Mark({ part, label }: { part: 'number' | 'date'; label: string }) {
  return (
    <svg className="figure mark" viewBox="0 0 550 400" role="img" aria-label={label}>
      <rect className="mark-sheet" x="4" y="4" width="542" height="392" rx="10" />
      <rect className="mark-hologram" x="22" y="22" width="46" height="356" rx="6" />
      <text className="mark-title" x="100" y="70">
        MARCA DA BOLLO
      </text>
      <text className="mark-price" x="100" y="136">
        € 16,00
      </text>
      <text className={part === 'date' ? 'mark-part' : 'mark-plain'} x="100" y="206">
        05/03/2026
      </text>
      <text className={part === 'number' ? 'mark-part' : 'mark-plain'} x="100" y="276">
        0123 4567 8901 23
      </text>
      {Array.from({ length: 34 }, (_, bar) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
        <rect key={bar} className="mark-bar" x={100 + bar * 12.4} y="300" width={bar % 3 === 0 ? 7 : 4} height="70" />
      ))}
    </svg>
  )
}
