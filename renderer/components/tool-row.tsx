import { useState } from 'react'
import { answer, tellSpeech } from '../bridge.ts'
import { ClerkDialog } from '../help/clerk.tsx'
import { type HelpInLanguage, type HelpLanguage, helpLanguageNames, readHelp } from '../help/help-languages.ts'
import { HelpCard, HelpPages } from '../help/help-pages.tsx'
import { readAllMessages } from '../i18n/messages.ts'
import { useMarkedText, useOther, useText } from '../i18n/use-text.ts'
import { useShownView } from '../view-context.ts'
import { Aids } from './aids.tsx'
import { Dialog } from './dialog.tsx'
import { Points } from './facts.tsx'
import { Icon } from './icon.tsx'
import { LanguageCard } from './language-card.tsx'
import { TouchButton } from './touch-button.tsx'

/** The last row of every screen: what a person may need on any of them. */
export function ToolRow() {
  const text = useText()
  const marked = useMarkedText()
  const other = useOther()
  const { language, totem, screen, cardLost, speech } = useShownView()
  const [open, setOpen] = useState<'language' | 'accessibility' | 'help' | 'clerk' | null>(null)
  const [help, setHelp] = useState<HelpInLanguage | null>(null)
  const close = () => setOpen(null)
  const openHelp = async (asked: HelpLanguage) => {
    const read = await readHelp(asked)
    close()
    setHelp(read)
  }

  return (
    <>
      <nav className="tools" aria-label={text('bar.tools')}>
        {speech !== 'off' && (
          <TouchButton className="tool" unsaid onPress={() => tellSpeech({ about: 'key', key: 'repeat' })}>
            <Icon name="listen" />
            <span>{text('bar.listen')}</span>
          </TouchButton>
        )}
        <TouchButton className="tool" onPress={() => void readAllMessages().then(() => setOpen('language'))}>
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
          {helpLanguageNames.map((one) => (
            <HelpCard key={one} language={one} line={text('language.helpOnly')} onPress={() => void openHelp(one)} />
          ))}
        </div>
      </Dialog>
      <HelpPages help={help} onClose={() => setHelp(null)} />
      <Dialog title={text('help.title')} open={open === 'help'} onClose={close}>
        <p className="lead">{marked(cardLost ? 'help.card-lost' : `help.${screen.screen}`)}</p>
        <Points points={[{ icon: 'counter', title: text('help.counter.title'), line: text('help.counter') }]} />
        <TouchButton className="secondary" onPress={() => setOpen('clerk')}>
          <Icon name="counter" />
          <span>{text('clerk.title')}</span>
        </TouchButton>
      </Dialog>
      <ClerkDialog open={open === 'clerk'} onClose={close} />
      <Aids open={open === 'accessibility'} onClose={close} />
    </>
  )
}
