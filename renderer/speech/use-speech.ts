import { useEffect } from 'react'
import type { SpeechKey } from '../../contract/speech.ts'
import { tellSpeech } from '../bridge.ts'
import { areOwnWords } from './own-words.ts'
import { spokenOf, transcript } from './transcript.ts'

/** The pipped key of a numeric pad starts speech when it is held this long. */
const HELD_MS = 1_000
const PIPPED = 'Numpad5'
/** The keys around the digits of a numeric pad. */
const KEYS: Partial<Record<string, SpeechKey>> = {
  NumpadMultiply: 'repeat',
  NumpadAdd: 'louder',
  NumpadSubtract: 'softer',
  NumpadDivide: 'faster',
  NumpadDecimal: 'slower',
}

/** Tells main all that the page says and what the person does about it. Main knows whether anybody listens. */
export function useSpeech(): void {
  useEffect(() => {
    let told = ''
    const tell = () => {
      const says = transcript(document.body, areOwnWords).slice(0, 300)
      const now = JSON.stringify(says)
      if (now === told) return
      told = now
      tellSpeech({ about: 'screen', says })
    }
    // After the picture: what is heard may come a few milliseconds later, what is seen and touched may not.
    let waiting: ReturnType<typeof setTimeout> | undefined
    const changes = new MutationObserver(() => {
      waiting ??= setTimeout(() => {
        waiting = undefined
        tell()
      })
    })
    changes.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
    tell()
    return () => {
      clearTimeout(waiting)
      changes.disconnect()
    }
  }, [])

  useEffect(() => {
    let held: ReturnType<typeof setTimeout> | undefined
    const release = () => clearTimeout(held)
    const onKey = (event: KeyboardEvent) => {
      const key = KEYS[event.code]
      if (key) {
        event.preventDefault()
        event.stopImmediatePropagation()
        if (!event.repeat) tellSpeech({ about: 'key', key })
        return
      }
      if (event.repeat) return
      tellSpeech({ about: 'touch' })
      release()
      // Where a screen takes the five as a digit, it is that.
      if (event.code === PIPPED)
        held = setTimeout(() => {
          if (!event.defaultPrevented) tellSpeech({ about: 'key', key: 'start' })
        }, HELD_MS)
    }
    const onTouch = () => tellSpeech({ about: 'touch' })
    const onFocus = ({ target }: FocusEvent) => {
      const says = target instanceof Element ? spokenOf(target, areOwnWords).slice(0, 10) : []
      if (says.length > 0) tellSpeech({ about: 'focus', says })
    }
    // The listeners capture, because a react-aria button stops the events that it uses.
    window.addEventListener('keydown', onKey, true)
    window.addEventListener('keyup', release, true)
    window.addEventListener('pointerdown', onTouch, true)
    window.addEventListener('focusin', onFocus)
    return () => {
      release()
      window.removeEventListener('keydown', onKey, true)
      window.removeEventListener('keyup', release, true)
      window.removeEventListener('pointerdown', onTouch, true)
      window.removeEventListener('focusin', onFocus)
    }
  }, [])
}
