import { useEffect } from 'react'
import { type PadAction, padActions, type Scanning } from '../../contract/pad.ts'
import { paceOf } from '../../contract/preferences.ts'
import type { View } from '../../contract/visit.ts'
import { answer, tellSpeech } from '../bridge.ts'
import { useStrikes } from '../components/press-guard.tsx'
import { canHide } from '../speech/curtain.tsx'
import { useView } from '../store.ts'
import { useShownView } from '../view-context.ts'
import { chosenAt, stopAfter, wayBack } from './stops.ts'

/** The help key, held this long, hides the screen. */
const HELD_MS = 1_000

/**
 * Five keys walk every screen: the focus goes to the stop before or after, and wraps; one key presses what has the focus,
 * one goes back, one says the screen again. They work beside the glass, for whoever feels keys and sees no screen. A person
 * with one or two switches has two of them: one steps, or time does, and one chooses.
 */
export function Pad(): null {
  const view = useShownView()
  const { screen } = view.screen
  const scanning = scanningOf(view)
  const stepMs = 1_000 * view.totem.pad.stepSeconds * paceOf(view.preferences)
  const counts = useStrikes('digit')

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new screen has its whole time, too
  useEffect(() => {
    if (scanning !== 'one') return
    const step = () => {
      byKeys(true)
      move(1)
    }
    let stepping = setInterval(step, stepMs)
    // What is chosen by the last moment of a step counts for that step; the next has its whole time.
    const again = () => {
      clearInterval(stepping)
      stepping = setInterval(step, stepMs)
    }
    window.addEventListener('keydown', again, true)
    return () => {
      clearInterval(stepping)
      window.removeEventListener('keydown', again, true)
    }
  }, [scanning, stepMs, screen])

  useEffect(() => {
    let held: ReturnType<typeof setTimeout> | undefined
    const release = () => clearTimeout(held)
    const onKey = (event: KeyboardEvent) => {
      const action = actionOf(event)
      // Where nothing has the focus, Enter belongs to the screen: on a keypad it confirms.
      if (!action || (action === 'choose' && !chosenAt(document.activeElement))) return
      event.preventDefault()
      event.stopPropagation()
      // A key that is held down repeats by itself (EN 301 549, 5.7): it was struck once. Of two strikes in the time of a
      // shaking finger the second does not count (5.8).
      if (event.repeat || !counts(action, event.timeStamp)) return
      byKeys(true)
      release()
      if (action === 'help') held = setTimeout(hide, HELD_MS)
      ACTS[action]()
    }
    const onTouch = () => byKeys(false)
    // They capture, because a control under the focus would take these events for itself.
    window.addEventListener('keydown', onKey, true)
    window.addEventListener('keyup', release, true)
    window.addEventListener('pointerdown', onTouch, true)
    return () => {
      release()
      window.removeEventListener('keydown', onKey, true)
      window.removeEventListener('keyup', release, true)
      window.removeEventListener('pointerdown', onTouch, true)
    }
  }, [counts])
  return null
}

const scanningOf = ({ preferences, totem }: View): Scanning => preferences.scanning ?? totem.pad.scanning

/** By the view of this moment: a key that is held outlives the views that come meanwhile. */
function actionOf(event: KeyboardEvent): PadAction | undefined {
  const { view } = useView.getState()
  if (!view || event.ctrlKey || event.altKey || event.metaKey) return undefined
  const { keys } = view.totem.pad
  const scanning = scanningOf(view)
  if (scanning !== 'off' && keys.switch.includes(event.code)) return scanning === 'two' ? 'next' : 'choose'
  return padActions.find((action) => keys[action].includes(event.code))
}

const ACTS: Record<PadAction, () => void> = {
  previous: () => move(-1),
  next: () => move(1),
  choose: () => act(chosenAt(document.activeElement)),
  back: () => act(wayBack(document.body, document.activeElement)),
  help: () => tellSpeech({ about: 'key', key: 'help' }),
}

/** The headset may have come in while the key is held. */
function hide(): void {
  const { view } = useView.getState()
  if (view && canHide(view)) answer({ type: 'prefer', change: { curtain: !view.preferences.curtain } })
}

/** Whether the focus shows where it is on the question too. */
const byKeys = (on: boolean) => document.documentElement.toggleAttribute('data-keys', on)

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
