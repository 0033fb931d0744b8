import type { ReactNode } from 'react'
import { waysToScan } from '../../contract/pad.ts'
import {
  colourModes,
  type PreferenceChange,
  type Preferences,
  type TextSize,
  textSizes,
} from '../../contract/preferences.ts'
import { answer, tellSpeech } from '../bridge.ts'
import { useText } from '../i18n/use-text.ts'
import { canHide } from '../speech/curtain.tsx'
import { useShownView } from '../view-context.ts'
import { Dialog } from './dialog.tsx'
import { Icon, type IconName } from './icon.tsx'
import { TouchButton } from './touch-button.tsx'
import './aids.css'

const prefer = (change: PreferenceChange) => answer({ type: 'prefer', change })

/** What makes the totem easier to see, to reach and to use. Each choice shows at once, on the dialog too. */
export function Aids({ open, onClose }: { open: boolean; onClose: () => void }) {
  const text = useText()
  const view = useShownView()
  const chosen = view.preferences
  const scanning = chosen.scanning ?? view.totem.pad.scanning
  return (
    <Dialog title={text('accessibility.title')} open={open} onClose={onClose}>
      <p className="lead">{text('accessibility.lead')}</p>
      <Choices name={text('accessibility.text')}>
        {textSizes.map((size) => (
          <Choice key={size} chosen={chosen.text === size} onPress={() => prefer({ text: size })}>
            <span className="unseen">{text(`accessibility.text.${sizeNames[size]}`)}</span>
            <span className="aid-letter" data-size={size} aria-hidden="true">
              A
            </span>
          </Choice>
        ))}
      </Choices>
      <Choices name={text('accessibility.colours')}>
        {colourModes.map((mode) => (
          <Choice key={mode} chosen={chosen.colours === mode} onPress={() => prefer({ colours: mode })}>
            <span className="aid-colours" data-colours={mode}>
              {text(`accessibility.colours.${mode}`)}
            </span>
          </Choice>
        ))}
      </Choices>
      <Choices name={text('accessibility.scanning')}>
        {waysToScan.map((way) => (
          <Choice key={way} chosen={scanning === way} onPress={() => prefer({ scanning: way })}>
            <span>{text(`accessibility.scanning.${way}`)}</span>
          </Choice>
        ))}
      </Choices>
      <div className="aid-switches">
        {view.totem.voice && (
          <Switch
            name="voice"
            icon="listen"
            on={view.speech !== 'off'}
            onPress={() => tellSpeech({ about: 'key', key: 'start' })}
          />
        )}
        {SWITCHES.filter(([name]) => name !== 'curtain' || canHide(view)).map(([name, icon]) => (
          <Switch
            key={name}
            name={name}
            icon={icon}
            on={chosen[name]}
            onPress={() => prefer({ [name]: !chosen[name] })}
          />
        ))}
      </div>
    </Dialog>
  )
}

/** The sizes of the text, as their messages are called. */
export const sizeNames = { 1: 'usual', 1.3: 'large', 1.6: 'largest' } as const satisfies Record<TextSize, string>

type OnOff = { [Name in keyof Preferences]: Preferences[Name] extends boolean ? Name : never }[keyof Preferences]

const SWITCHES: readonly (readonly [name: OnOff, icon: IconName])[] = [
  ['simple', 'paper'],
  ['oneTouch', 'touch'],
  ['slow', 'clock'],
  ['hidden', 'lock'],
  ['curtain', 'hidden'],
]

function Switch({
  name,
  icon,
  on,
  onPress,
}: {
  name: OnOff | 'voice'
  icon: IconName
  on: boolean
  onPress: () => void
}) {
  const text = useText()
  return (
    <TouchButton className="aid aid-switch" pressed={on} onPress={onPress}>
      <Icon name={icon} />
      <span className="aid-words">
        <strong>{text(`accessibility.${name}`)}</strong>
        <span>{text(on ? 'accessibility.on' : 'accessibility.off')}</span>
      </span>
    </TouchButton>
  )
}

/** One of several: the name of the choice, and its values side by side. */
function Choices({ name, children }: { name: string; children: ReactNode }) {
  return (
    <fieldset className="aid-choices">
      <legend>{name}</legend>
      <div>{children}</div>
    </fieldset>
  )
}

/** A screen reader tells the choice by the pressed button; the totem's own voice, and the eye, need a word and a mark. */
function Choice({ chosen, onPress, children }: { chosen: boolean; onPress: () => void; children: ReactNode }) {
  const text = useText()
  return (
    <TouchButton className="aid aid-choice" pressed={chosen} onPress={onPress}>
      {children}
      {chosen && (
        <>
          <span className="unseen">{text('accessibility.on')}</span>
          <Icon name="check" />
        </>
      )}
    </TouchButton>
  )
}
