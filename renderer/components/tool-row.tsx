import { type ReactNode, useState } from 'react'
import { colourModes, textSizes } from '../../contract/preferences.ts'
import { answer, tellSpeech } from '../bridge.ts'
import { ClerkDialog } from '../help/clerk.tsx'
import { type HelpInLanguage, type HelpLanguage, helpLanguageNames, readHelp } from '../help/help-languages.ts'
import { HelpCard, HelpPages } from '../help/help-pages.tsx'
import { readAllMessages } from '../i18n/messages.ts'
import { useMarkedText, useOther, useText } from '../i18n/use-text.ts'
import { useShownView } from '../view-context.ts'
import { Aids, sizeNames } from './aids.tsx'
import { Dialog } from './dialog.tsx'
import { Points } from './facts.tsx'
import { Icon, type IconName } from './icon.tsx'
import { LanguageCard } from './language-card.tsx'
import { TouchButton } from './touch-button.tsx'

/** The one after this, and after the last the first. */
const nextOf = <One,>(all: readonly One[], now: One): One => all[(all.indexOf(now) + 1) % all.length] ?? now

/**
 * The last row of every screen: what a person may need on any of them. Text, colours and voice take one touch each, and
 * show at once; the key stays under the finger, so that further touches go through all their values.
 */
export function ToolRow() {
  const text = useText()
  const marked = useMarkedText()
  const other = useOther()
  const { language, totem, screen, cardLost, speech, preferences } = useShownView()
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
        <Tool icon="language" opens onPress={() => void readAllMessages().then(() => setOpen('language'))}>
          {/* In another language: whoever reads this one need not look for it. */}
          <span lang={language === 'it' ? 'en' : 'it'}>{text('bar.language')}</span>
        </Tool>
        <TouchButton
          className="tool"
          onPress={() => answer({ type: 'prefer', change: { text: nextOf(textSizes, preferences.text) } })}
        >
          <span className="tool-letters" aria-hidden="true">
            {textSizes.map((size) => (
              <span key={size} className={size === preferences.text ? 'now' : ''}>
                A
              </span>
            ))}
          </span>
          <span aria-hidden="true">{text('accessibility.text')}</span>
          <span className="unseen">{text(`accessibility.text.${sizeNames[preferences.text]}`)}</span>
        </TouchButton>
        <Tool
          icon="contrast"
          onPress={() => answer({ type: 'prefer', change: { colours: nextOf(colourModes, preferences.colours) } })}
        >
          <span>{text('accessibility.colours')}</span>
          <span className="unseen">{text(`accessibility.colours.${preferences.colours}`)}</span>
        </Tool>
        {totem.voice && (
          <Tool
            icon="listen"
            unsaid
            pressed={speech !== 'off'}
            onPress={() => tellSpeech({ about: 'key', key: speech === 'off' ? 'start' : 'repeat' })}
          >
            <span>{text('bar.listen')}</span>
          </Tool>
        )}
        <Tool icon="accessibility" opens onPress={() => setOpen('accessibility')}>
          <span>{text('bar.accessibility')}</span>
        </Tool>
        <Tool icon="help" opens onPress={() => setOpen('help')}>
          <span>{text('bar.help')}</span>
        </Tool>
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

function Tool({
  icon,
  children,
  ...control
}: {
  icon: IconName
  opens?: boolean
  unsaid?: boolean
  pressed?: boolean
  onPress: () => void
  children: ReactNode
}) {
  return (
    <TouchButton className="tool" {...control}>
      <Icon name={icon} />
      {children}
    </TouchButton>
  )
}
