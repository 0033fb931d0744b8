import { useState } from 'react'
import { answer } from '../bridge.ts'
import { useOther, useText } from '../i18n/use-text.ts'
import { useShownView } from '../view-context.ts'
import { Aids } from './aids.tsx'
import { CloseButton, Dialog } from './dialog.tsx'
import { Points } from './facts.tsx'
import { Icon } from './icon.tsx'
import { LanguageCard } from './language-card.tsx'
import { TouchButton } from './touch-button.tsx'

/** The bar is always there: the office's name, and the three things that a person may need on any screen. */
export function TopBar() {
  const text = useText()
  const other = useOther()
  const { language, totem, screen, cardLost } = useShownView()
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
      <Aids open={open === 'accessibility'} onClose={close} />
    </header>
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
