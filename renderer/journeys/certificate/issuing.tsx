import { AskingRegister } from '../../components/illustrations.tsx'
import { Screen } from '../../components/screen.tsx'
import { useText } from '../../i18n/use-text.ts'

export function Issuing() {
  const text = useText()
  return (
    <Screen
      kind="wait"
      wait={{ usualS: 10, longer: 'wait.issuing' }}
      title={text('issuing.title')}
      lead={text('issuing.lead')}
      figure={<AskingRegister label={text('issuing.title')} />}
    />
  )
}
