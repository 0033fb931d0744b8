import { useEffect, useRef } from 'react'
import { create } from 'zustand'
import { tellSpeech } from '../bridge.ts'
import { useText } from '../i18n/use-text.ts'
import { useShownView } from '../view-context.ts'
import './curtain.css'

const useCurtain = create<{ wished: boolean }>()(() => ({ wished: false }))

/** Hides the screen or shows it again; without a headset there is nothing to hide it for, and it stays as it is. */
export const hideScreen = (): void => useCurtain.setState(({ wished }) => ({ wished: !wished }))

/** Whether the screen is hidden, and whether it can be. */
export function useHidden(): { hidden: boolean; possible: boolean } {
  const possible = useShownView().speech === 'headset'
  const wished = useCurtain((state) => state.wished)
  return { hidden: possible && wished, possible }
}

/**
 * Nobody else sees what a person hears in the headset. What lies below goes on as it was: it is spoken, walked by keys and
 * explored by touch.
 */
export function Curtain() {
  const text = useText()
  const { language } = useShownView()
  const { hidden, possible } = useHidden()
  const said = useRef(hidden)
  // A headset that is pulled out gives the screen back, and leaves no wish to the next one who plugs in.
  useEffect(() => {
    if (!possible) useCurtain.setState({ wished: false })
  }, [possible])
  const words = text(hidden ? 'curtain.hidden' : 'curtain.shown')
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
