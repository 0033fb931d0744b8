import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { Screen } from '../../components/screen.tsx'
import { fullName, useCertificateName, useEuro, useText } from '../../i18n/use-text.ts'

export function Confirm({ screen }: { screen: ScreenOf<'confirm'> }) {
  const text = useText()
  const certificateName = useCertificateName()
  const euro = useEuro()
  const { subject, types, use, bollo, online } = screen
  return (
    <Screen
      title={text('confirm.title')}
      lead={text(online ? 'confirm.lead' : 'confirm.leadOffline')}
      main={{
        label: text(online ? 'confirm.print' : 'confirm.record'),
        icon: online ? 'printer' : 'check',
        onPress: () => answer({ type: 'confirm' }),
      }}
    >
      <dl className="facts">
        <div>
          <dt>{text('confirm.person')}</dt>
          <dd className="large">{fullName(subject)}</dd>
        </div>
        <div>
          <dt>{text('confirm.certificate')}</dt>
          <dd>{certificateName(types)}</dd>
        </div>
        <div>
          <dt>{text('confirm.use')}</dt>
          <dd>{text(`purpose.${use}`)}</dd>
        </div>
        <div>
          <dt>{text('confirm.cost')}</dt>
          <dd className="large">{text(`confirm.amount.${bollo.kind}`)}</dd>
          <dd className="small">
            {text(`confirm.bollo.${bollo.kind}`, { reference: bollo.reference, price: euro(bollo.cents) })}
          </dd>
        </div>
      </dl>
    </Screen>
  )
}
