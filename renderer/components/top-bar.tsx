import { useState } from 'react'
import { answer, tellSpeech } from '../bridge.ts'
import { useOther, useText } from '../i18n/use-text.ts'
import { scanNext, useScan } from '../pad/scanning.ts'
import { hideScreen, useHidden } from '../speech/curtain.tsx'
import { type Preferences, usePreferences } from '../store.ts'
import { useShownView } from '../view-context.ts'
import { Dialog } from './dialog.tsx'
import { Points } from './facts.tsx'
import { Icon, type IconName } from './icon.tsx'
import { LanguageCard } from './language-card.tsx'
import { AnswerCard, TouchButton } from './touch-button.tsx'

/** The bar is always there: the office's name, and the three things that a person may need on any screen. */
export function TopBar() {
  const text = useText()
  const other = useOther()
  const { language, totem, screen, cardLost, speech } = useShownView()
  const [open, setOpen] = useState<'language' | 'accessibility' | 'help' | null>(null)
  const close = () => setOpen(null)

  return (
    <header className="bar">
      <div className="bar-name">
        <Mark />
        <div>
          <p className="bar-product">{text('product')}</p>
          <p className="bar-office">{totem.office}</p>
        </div>
      </div>
      <nav className="bar-tools" aria-label={text('bar.tools')}>
        {speech !== 'off' && (
          <TouchButton className="tool" unsaid onPress={() => tellSpeech({ about: 'key', key: 'repeat' })}>
            <Icon name="listen" />
            <span>{text('bar.listen')}</span>
          </TouchButton>
        )}
        <TouchButton className="tool" onPress={() => setOpen('language')}>
          <Icon name="language" />
          {/* In another language: whoever reads this one need not look for it. */}
          <span lang={language === 'it' ? 'en' : 'it'}>{text('bar.language')}</span>
        </TouchButton>
        <TouchButton className="tool" onPress={() => setOpen('accessibility')}>
          <Icon name="accessibility" />
          <span>{text('bar.accessibility')}</span>
        </TouchButton>
        <TouchButton className="tool" onPress={() => setOpen('help')}>
          <Icon name="help" />
          <span>{text('bar.help')}</span>
        </TouchButton>
      </nav>

      <Dialog title={text('language.title')} open={open === 'language'} onClose={close}>
        <p className="lead" lang={other.language}>
          {other.text('language.title')}
        </p>
        <div className="dialog-answers">
          {totem.languages.map((one) => (
            <LanguageCard
              key={one}
              language={one}
              pressed={one === language}
              onPress={() => {
                answer({ type: 'chooseLanguage', language: one })
                close()
              }}
            />
          ))}
        </div>
        <CloseButton onPress={close} />
      </Dialog>
      <Dialog title={text('help.title')} open={open === 'help'} onClose={close}>
        <p className="lead">{text(cardLost ? 'help.card-lost' : `help.${screen.screen}`)}</p>
        <Points points={[{ icon: 'counter', title: text('help.counter.title'), line: text('help.counter') }]} />
        <CloseButton onPress={close} />
      </Dialog>
      <Dialog title={text('accessibility.title')} open={open === 'accessibility'} onClose={close}>
        <p className="lead">{text('accessibility.lead')}</p>
        <div className="dialog-answers">
          <Choice name="larger" icon="text" />
          <Choice name="contrast" icon="contrast" />
          <Choice name="lowered" icon="lower" />
          <Choice name="slower" icon="clock" />
          <ScanningChoice />
          <CurtainChoice />
        </div>
        <CloseButton onPress={close} />
      </Dialog>
    </header>
  )
}

function CloseButton({ onPress }: { onPress: () => void }) {
  const text = useText()
  return (
    <div className="dialog-actions">
      <TouchButton className="primary" back onPress={onPress}>
        <span>{text('action.close')}</span>
        <Icon name="close" />
      </TouchButton>
    </div>
  )
}

function Choice({ name, icon }: { name: keyof Preferences; icon: IconName }) {
  const text = useText()
  const on = usePreferences((preferences) => preferences[name])
  return (
    <AnswerCard
      icon={icon}
      title={text(`accessibility.${name}`)}
      line={text(`accessibility.${name}.line`)}
      pressed={on}
      note={text(on ? 'accessibility.on' : 'accessibility.off')}
      onPress={() => usePreferences.setState({ [name]: !on })}
    />
  )
}

/** For a person with one or two switches; each touch goes on to the next way to scan. */
function ScanningChoice() {
  const text = useText()
  const view = useShownView()
  const scan = useScan(view)
  const notes = {
    off: text('accessibility.off'),
    two: text('accessibility.scanning.two'),
    one: text('accessibility.scanning.one', { seconds: scan.stepSeconds }),
  }
  return (
    <AnswerCard
      icon="switches"
      title={text('accessibility.scanning')}
      line={text('accessibility.scanning.line')}
      pressed={scan.scanning !== 'off'}
      note={notes[scan.scanning]}
      onPress={() => scanNext(scan, view.totem.pad.stepSeconds)}
    />
  )
}

/** Only with a headset: nobody else would then know what the totem does. */
function CurtainChoice() {
  const text = useText()
  const { hidden, possible } = useHidden()
  return (
    possible && (
      <AnswerCard
        icon="hidden"
        title={text('accessibility.curtain')}
        line={text('accessibility.curtain.line')}
        pressed={hidden}
        note={text(hidden ? 'accessibility.on' : 'accessibility.off')}
        onPress={hideScreen}
      />
    )
  )
}

/** The product's mark: a slab, its screen, the paper coming out. */
function Mark() {
  return (
    <svg className="mark" viewBox="0 0 40 40" aria-hidden="true" focusable="false">
      <rect x="9" y="2" width="22" height="36" rx="4" className="mark-slab" />
      <rect x="13" y="6.5" width="14" height="12" rx="1.5" className="mark-glass" />
      <path d="M13 23.5h14" className="mark-slot" />
      <path d="M15.500 23.500h9v9.500h-9z" className="mark-paper" />
    </svg>
  )
}
