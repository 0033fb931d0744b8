import { useEffect } from 'react'
import type { View } from '../../contract/visit.ts'
import { tellSpeech } from '../bridge.ts'
import { areOwnWords } from './own-words.ts'
import { CONTROL, spokenUnder } from './transcript.ts'

let exploring = false
/** What a finger came to last. */
let under: Element | null = null
/** The present touch began on the control that was told already. */
let again = false

/**
 * While speech is on a finger explores: the first touch of a control says it, a second one acts (EN 301 549, 5.5.2); a
 * finger that slides hears each thing that it comes to.
 */
export function useExplore(view: View | null): void {
  const on = view !== null && view.speech !== 'off'
  useEffect(() => {
    exploring = on
    under = null
    if (!on) return
    const comesTo = (found: Element | null) => {
      if (found === null || found === under) return
      under = found
      again = false
      const says = spokenUnder(found, areOwnWords).slice(0, 10)
      if (says.length > 0) tellSpeech({ about: 'focus', says })
    }
    const onDown = (event: PointerEvent) => {
      const found = thingAt(event)
      again = found === under
      comesTo(found)
    }
    // A touch belongs to the element on which it began, wherever the finger goes.
    const onMove = (event: PointerEvent) => {
      if (event.buttons !== 0) comesTo(thingAt(event))
    }
    window.addEventListener('pointerdown', onDown, true)
    window.addEventListener('pointermove', onMove, true)
    return () => {
      exploring = false
      window.removeEventListener('pointerdown', onDown, true)
      window.removeEventListener('pointermove', onMove, true)
    }
  }, [on])
}

/** Whether a press by this kind of pointer acts, or has only told what the control is. */
export const pressActs = (pointer: string): boolean =>
  !exploring || pointer === 'keyboard' || pointer === 'virtual' || again

/** The control under a finger, or else the words. */
function thingAt({ clientX, clientY }: PointerEvent): Element | null {
  const found = document.elementFromPoint(clientX, clientY)
  return found?.closest(CONTROL) ?? found?.closest('h1, h2, p, li, dt, dd, td, th') ?? null
}
