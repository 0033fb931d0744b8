import { useState } from 'react'
import { answer } from '../bridge.ts'
import { useOther, useText } from '../i18n/use-text.ts'
import { type Preferences, usePreferences } from '../store.ts'
import { useShownView } from '../view-context.ts'
import { Dialog } from './dialog.tsx'
import { Points } from './facts.tsx'
import { Icon, type IconName } from './icon.tsx'
import { LanguageCard } from './language-card.tsx'
import { AnswerCard, TouchButton } from './touch-button.tsx'

/** The last row of every screen: the three things that a person may need on any of them. */
export function ToolRow() {
  const text = useText()
  const other = useOther()
  const { language, totem, screen, cardLost } = useShownView()
  const [open, setOpen] = useState<'language' | 'accessibility' | 'help' | null>(null)
  const close = () => setOpen(null)

  return (
    <>
      <nav className="tools" aria-label={text('bar.tools')}>
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
          <Choice name="slower" icon="clock" />
        </div>
        <CloseButton onPress={close} />
      </Dialog>
    </>
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
