import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { drawable } from '../../../contract/letters.ts'
import { answer } from '../../bridge.ts'
import { Notice } from '../../components/facts.tsx'
import { Icon } from '../../components/icon.tsx'
import { Screen, Waiting } from '../../components/screen.tsx'
import { Sheet, type SheetLine } from '../../components/sheet.tsx'
import { TouchButton } from '../../components/touch-button.tsx'
import { Waited } from '../../components/waited.tsx'
import { fullName, sentence, useCertificateName, useEuro, useText } from '../../i18n/use-text.ts'
import { useKinship } from './person.tsx'

type Shown = ScreenOf<'sheet'>

/** For whom, what, for which use and at what price, how it is taken home: one look, and one touch to the paper. */
export function Summary({ screen }: { screen: Shown }) {
  const text = useText()
  const main = useMain(screen)
  const lines = useLines(screen)
  const { anpr } = screen
  return (
    <Screen
      title={text('sheet.title')}
      {...(anpr === 'away' ? { lead: text('sheet.away'), emblem: 'clock' as const } : {})}
      {...(main ? { main } : {})}
      figure={<FromAnpr {...screen} />}
    >
      <Sheet lines={lines} />
      {anpr === 'ready' && (
        <TouchButton className="secondary" onPress={() => answer({ type: 'seeSheet' })}>
          <Icon name="paper" />
          <span>{text('sheet.see')}</span>
        </TouchButton>
      )}
    </Screen>
  )
}

/** What ANPR says of this sheet; before the bollo is settled, what is due. The place is always there, so that no line moves when it is said. */
function FromAnpr({ anpr, barred, bollo, facts }: Shown) {
  const euro = useEuro()
  const text = useText()
  if (barred)
    return (
      <Notice tone="danger" icon="alert">
        {`${text(`refused.${barred.reason}.title`)}. ${text('sheet.barred')}`}
      </Notice>
    )
  if (anpr === 'unasked')
    return (
      <>
        <p className="large-line">{text('sheet.due', { price: euro(bollo.cents) })}</p>
        <Notice tone="info" icon="free">
          {text('sheet.due.free')}
        </Notice>
      </>
    )
  // ANPR's own words, in Italian also on a certificate in two languages.
  if (facts !== '')
    return (
      <p className="sheet-facts" lang="it">
        {drawable(facts)}
      </p>
    )
  return (
    anpr === 'asked' && (
      <div className="sheet-asked">
        <p>{text('sheet.asked')}</p>
        <Waiting />
        <Waited usualS={5} />
      </div>
    )
  )
}

function useLines({
  subject,
  others,
  types,
  language,
  languages,
  shortcuts,
  use,
  bollo,
  delivery,
  anpr,
}: Shown): SheetLine[] {
  const text = useText()
  const kinship = useKinship()
  const certificateName = useCertificateName()
  const euro = useEuro()
  const price = euro(bollo.cents)
  const diritti = { price: euro(bollo.diritti) }
  const costs = [
    ...(bollo.settled ? [text(`sheet.cost.${bollo.settled}`, { price, reference: bollo.reference })] : []),
    ...(bollo.settled && bollo.diritti > 0
      ? [text(bollo.settled === 'pagopa' ? 'sheet.diritti.pagopa' : 'sheet.diritti', diritti)]
      : []),
  ]
  const key = types.join()
  return [
    {
      label: text('sheet.person'),
      value: subject.tie.to === 'self' ? text('sheet.self', { name: fullName(subject) }) : fullName(subject),
      ...(subject.tie.to === 'self' ? {} : { note: kinship(subject) }),
      ...(others ? { change: () => answer({ type: 'change', line: 'person' }) } : {}),
    },
    {
      label: text('sheet.certificate'),
      value: certificateName(types),
      change: () => answer({ type: 'change', line: 'certificate' }),
      shortcuts: shortcuts.map((some) => ({
        label:
          some.length > 1
            ? text('sheet.together', { count: some.length })
            : sentence(text(`certificate.${some[0] ?? '8'}.name`)),
        chosen: some.join() === key,
        onPress: () => answer({ type: 'chooseCertificates', types: some }),
      })),
    },
    // Where ANPR issues it in one language alone there is nothing to choose.
    ...(languages.length > 1
      ? [
          {
            label: text('sheet.language'),
            value: text(`sheet.language.${language}`),
            shortcuts: languages.map((one) => ({
              label: text(`sheet.language.${one}`),
              chosen: one === language,
              onPress: () => answer({ type: 'chooseSheetLanguage', language: one }),
            })),
          },
        ]
      : []),
    {
      label: text('sheet.use'),
      value: text(`purpose.${use}`),
      ...(costs.length > 0 ? { note: costs.join('. ') } : {}),
      change: () => answer({ type: 'change', line: 'purpose' }),
    },
    {
      label: text('sheet.home'),
      value: text(anpr === 'away' ? 'sheet.home.later' : `sheet.home.${delivery.way}`),
      ...(delivery.others ? { change: () => answer({ type: 'change', line: 'delivery' }) } : {}),
    },
  ]
}

const PRINT = { free: 'sheet.print', diritti: 'sheet.printDiritti', paid: 'sheet.printPaid' } as const
/** It goes home another way than on paper: nothing is printed here. */
const GO_ON = { free: 'sheet.go', diritti: 'sheet.goDiritti', paid: 'sheet.goPaid' } as const

/** The price stands in the main button. */
function useMain({ bollo, anpr, delivery }: Shown) {
  const text = useText()
  const price = useEuro()(bollo.cents)
  if (anpr === 'barred') return null
  const onPress = () => answer({ type: 'confirm' })
  if (anpr === 'away') return { label: text('sheet.record'), icon: 'check' as const, onPress }
  // What is still to be paid: a marca is asked for next, or a notice of pagoPA made.
  if (anpr === 'unasked' || bollo.settled === 'pagopa')
    return { label: text('sheet.pay', { price }), onPress, disabled: anpr === 'asked' }
  const cost = bollo.settled !== 'exempt' ? 'paid' : bollo.diritti > 0 ? 'diritti' : 'free'
  const shared = { onPress, disabled: anpr === 'asked' }
  return delivery.way === 'paper'
    ? { ...shared, label: text(PRINT[cost]), icon: 'printer' as const }
    : { ...shared, label: text(GO_ON[cost]) }
}
