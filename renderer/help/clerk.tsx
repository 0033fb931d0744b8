import { useState } from 'react'
import { IntlProvider, useIntl } from 'react-intl'
import { languages } from '../../contract/language.ts'
import type { View } from '../../contract/visit.ts'
import { Dialog } from '../components/dialog.tsx'
import { Icon } from '../components/icon.tsx'
import { TouchButton } from '../components/touch-button.tsx'
import { messagesOf } from '../i18n/messages.ts'
import { useMarkedText, useText } from '../i18n/use-text.ts'
import { useShownView } from '../view-context.ts'

/** What has happened so far, in the person's own words to the clerk. */
function situationOf({ screen, step, cardLost }: View) {
  if (screen.screen === 'refused') return ['clerk.refused', `refused.${screen.reason}.title`] as const
  if (screen.screen === 'out-of-service') return ['clerk.outOfService'] as const
  if (screen.screen === 'print-fault') return ['clerk.printFault'] as const
  if (screen.screen === 'done') return [screen.outcome === 'queued' ? 'clerk.queued' : 'clerk.done'] as const
  if (cardLost || step === 'card') return ['clerk.card'] as const
  if (step === 'paper') return ['clerk.paper'] as const
  return [step === 'request' ? 'clerk.request' : 'clerk.start'] as const
}

/**
 * What a person shows at the counter who cannot or will not say it: what happened at the totem and what they need, for the
 * clerk in Italian, and below in the person's language, so that they know what they show.
 */
export function ClerkDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const text = useText()
  const { language } = useShownView()
  return (
    <Dialog title={text('clerk.title')} open={open} onClose={onClose}>
      <div className="clerk">
        <IntlProvider locale={languages.it.tag} messages={messagesOf('it')}>
          <Sentences className="clerk-italian" />
        </IntlProvider>
      </div>
      {language !== 'it' && (
        <div className="clerk-own">
          <Sentences className="clerk-meaning" />
        </div>
      )}
    </Dialog>
  )
}

function Sentences({ className }: { className: string }) {
  const marked = useMarkedText()
  const { locale } = useIntl()
  const said = ['clerk.lead' as const, ...situationOf(useShownView()), 'clerk.want' as const]
  return said.map((id) => (
    <p key={id} className={className} lang={locale.slice(0, 2)}>
      {marked(id)}
    </p>
  ))
}

/** Beside a refusal, where a person who does not speak Italian would have to explain it. */
export function ShowToClerk() {
  const text = useText()
  const [open, setOpen] = useState(false)
  if (useShownView().language === 'it') return null
  return (
    <>
      <TouchButton className="secondary" onPress={() => setOpen(true)}>
        <Icon name="counter" />
        <span>{text('clerk.title')}</span>
      </TouchButton>
      <ClerkDialog open={open} onClose={() => setOpen(false)} />
    </>
  )
}
