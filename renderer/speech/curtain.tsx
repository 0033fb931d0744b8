import { useEffect, useRef } from 'react'
import type { View } from '../../contract/visit.ts'
import { answer, tellSpeech } from '../bridge.ts'
import { useText } from '../i18n/use-text.ts'
import { useShownView } from '../view-context.ts'
import './curtain.css'

/** Only with a headset: nobody would know what a silent, hidden screen does. */
export const canHide = ({ speech }: View): boolean => speech === 'headset'

/**
 * Nobody else sees what a person hears in the headset. What lies below goes on as it was: it is spoken, walked by keys and
 * explored by touch.
 */
export function Curtain() {
  const text = useText()
  const view = useShownView()
  const wished = view.preferences.curtain
  const possible = canHide(view)
  const hidden = possible && wished
  const said = useRef(hidden)
  // A headset that is pulled out gives the screen back, and leaves no wish to the next one who plugs in.
  useEffect(() => {
    if (wished && !possible) answer({ type: 'prefer', change: { curtain: false } })
  }, [wished, possible])
  const words = text(hidden ? 'curtain.hidden' : 'curtain.shown')
  const { language } = view
  useEffect(() => {
    if (said.current === hidden) return
    said.current = hidden
    tellSpeech({ about: 'focus', says: [{ kind: 'notice', text: words, lang: language, personal: false }] })
  }, [hidden, words, language])
  return (
    hidden && (
      <div className="curtain" aria-hidden="true">
        <p>{text('curtain.voice')}</p>
      </div>
    )
  )
}
