import { useEffect } from 'react'
import { type PadAction, type PadKeys, padActions } from '../../contract/pad.ts'
import type { View } from '../../contract/visit.ts'
import { tellSpeech } from '../bridge.ts'
import { useStrikes } from '../components/press-guard.tsx'
import { chosenAt, stopAfter, wayBack } from './stops.ts'

/**
 * Five keys walk every screen: the focus goes to the stop before or after, and wraps; one key presses what has the focus,
 * one goes back, one says the screen again. They work beside the glass, for whoever feels keys and sees no screen.
 */
export function usePad(view: View | null): void {
  const keys = view?.totem.pad
  const counts = useStrikes('digit')
  useEffect(() => {
    if (!keys) return
    const onKey = (event: KeyboardEvent) => {
      const action = actionOf(event, keys)
      // Where nothing has the focus, Enter belongs to the screen: on a keypad it confirms.
      if (!action || (action === 'choose' && !chosenAt(document.activeElement))) return
      event.preventDefault()
      event.stopPropagation()
      // A key that is held down repeats by itself (EN 301 549, 5.7): it was struck once. Of two strikes in the time of a
      // shaking finger the second does not count (5.8).
      if (event.repeat || !counts(action)) return
      document.documentElement.toggleAttribute('data-keys', true)
      ACTS[action]()
    }
    const onTouch = () => document.documentElement.toggleAttribute('data-keys', false)
    // They capture, because a control under the focus would take these events for itself.
    window.addEventListener('keydown', onKey, true)
    window.addEventListener('pointerdown', onTouch, true)
    return () => {
      window.removeEventListener('keydown', onKey, true)
      window.removeEventListener('pointerdown', onTouch, true)
    }
  }, [keys, counts])
}

const actionOf = ({ code, ctrlKey, altKey, metaKey }: KeyboardEvent, keys: PadKeys): PadAction | undefined =>
  ctrlKey || altKey || metaKey ? undefined : padActions.find((action) => keys[action].includes(code))

const ACTS: Record<PadAction, () => void> = {
  previous: () => move(-1),
  next: () => move(1),
  choose: () => act(chosenAt(document.activeElement)),
  back: () => act(wayBack(document.body, document.activeElement)),
  help: () => tellSpeech({ about: 'key', key: 'help' }),
}

function move(by: 1 | -1): void {
  const stop = stopAfter(document.body, document.activeElement, by)
  stop?.focus()
  // The question is not said by its name: the whole screen is said again.
  if (stop?.matches('section, [role=dialog], [role=alertdialog]')) tellSpeech({ about: 'key', key: 'repeat' })
}

function act(way: ReturnType<typeof chosenAt>): void {
  if (way === null) return
  if ('press' in way) way.press.click()
  else way.enter.focus()
}
