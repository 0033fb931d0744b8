import { useRef, useState } from 'react'
import type { ServiceAnswer } from '../../contract/service-screen.ts'
import { useAnnouncement } from '../components/live-region.tsx'
import { TouchButton } from '../components/touch-button.tsx'
import { useShownView } from '../view-context.ts'

/** Where the targets stand, in parts of the glass: the corners show a rotated or badly calibrated panel first. */
const PLACES = ['top-left', 'top-right', 'bottom-right', 'bottom-left', 'middle'] as const

type Targets = {
  title: string
  lead: string | null
  back: { id: string; label: string } | null
  onDone: (told: ServiceAnswer) => void
  onBack: (id: string) => void
}

/** One target after the other over the whole glass; tells how far off the worst touch was. */
export function Targets({ title, lead, back, onDone, onBack }: Targets) {
  useAnnouncement(lead ? `${title}. ${lead}` : title)
  const { mmPerPixel } = useShownView().totem
  const [at, setAt] = useState(0)
  const farthest = useRef(0)
  const target = useRef<HTMLSpanElement>(null)

  function touched({ clientX, clientY }: { clientX: number; clientY: number }): void {
    const box = target.current?.getBoundingClientRect()
    if (!box || at >= PLACES.length) return
    const off = Math.hypot(clientX - (box.left + box.right) / 2, clientY - (box.top + box.bottom) / 2) * mmPerPixel
    farthest.current = Math.max(farthest.current, off)
    setAt(at + 1)
    if (at + 1 === PLACES.length) onDone({ type: 'touched', met: PLACES.length, offMm: farthest.current })
  }
  return (
    <section className="targets" onPointerDown={touched}>
      <h1>{title}</h1>
      {lead && <p className="lead">{lead}</p>}
      <p className="targets-count" aria-hidden="true">
        {at} / {PLACES.length}
      </p>
      {at < PLACES.length && <span ref={target} className={`target ${PLACES[at]}`} />}
      {back && (
        // The way out is no try at a target.
        <div className="targets-back" onPointerDown={(event) => event.stopPropagation()}>
          <TouchButton className="secondary" back onPress={() => onBack(back.id)}>
            <span>{back.label}</span>
          </TouchButton>
        </div>
      )}
    </section>
  )
}
