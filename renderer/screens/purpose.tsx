import type { Purpose } from '../../contract/catalogue.ts'
import type { ScreenOf } from '../../contract/journeys/index.ts'
import { answer } from '../bridge.ts'
import { type Point, Points } from '../components/facts.tsx'
import type { IconName } from '../components/icon.tsx'
import { Screen } from '../components/screen.tsx'
import { AnswerCard } from '../components/touch-button.tsx'
import { fullName, useText } from '../i18n/use-text.ts'

const ICON: Record<Purpose, IconName> = {
  publicBody: 'institution',
  privateParty: 'bank',
  processuale: 'court',
  pensioneEstera: 'abroad',
  onlus: 'heart',
  societaSportive: 'sport',
  interdizione: 'support',
  adozione: 'child',
  separazione: 'rings',
}

/** Asked before any bollo, so that nobody pays for a paper that isn't needed (invariant 6). */
export function ChoosePurpose({ screen: { options, more } }: { screen: ScreenOf<'purpose'> }) {
  const text = useText()
  return (
    <Screen
      title={text(more ? 'purpose.moreTitle' : 'purpose.title')}
      lead={text(more ? 'purpose.moreLead' : 'purpose.lead')}
    >
      {options.map((purpose) => (
        <AnswerCard
          key={purpose}
          icon={ICON[purpose]}
          title={text(`purpose.${purpose}`)}
          line={text(`purpose.${purpose}.line`)}
          onPress={() => answer({ type: 'choosePurpose', purpose })}
        />
      ))}
      {!more && (
        <AnswerCard
          icon="more"
          title={text('purpose.more')}
          line={text('purpose.more.line')}
          onPress={() => answer({ type: 'morePurposes' })}
        />
      )}
    </Screen>
  )
}

/** What is ticked already on the sheet, by the certificates that it replaces. */
function topicsKey(types: ScreenOf<'declaration'>['types']) {
  if (types.length > 1) return 'declaration.topics.8-12'
  return types[0] === undefined ? 'declaration.topics.none' : (`declaration.topics.${types[0]}` as const)
}

const FORMS = { declaration: 'pen', 'atto-notorio': 'paper' } as const

function Form({ form }: { form: keyof typeof FORMS }) {
  const text = useText()
  return (
    <AnswerCard
      icon={FORMS[form]}
      title={text(`declaration.form.${form}`)}
      line={text(`declaration.form.${form}.line`)}
      onPress={() => answer({ type: 'printDeclaration', form })}
    />
  )
}

/** Artt. 40 and 46 DPR 445/2000; art. 2 as DL 76/2020 left it for private parties. */
export function Declaration({ screen }: { screen: ScreenOf<'declaration'> }) {
  return screen.for === 'anybody' ? <ChooseDeclaration /> : <InsteadOfCertificate screen={screen} party={screen.for} />
}

function ChooseDeclaration() {
  const text = useText()
  return (
    <Screen
      title={text('declaration.anybody.title')}
      lead={text('declaration.anybody.lead')}
      figure={
        <Points
          points={[
            {
              icon: 'free',
              title: text('declaration.free.title'),
              line: text('declaration.free'),
              tone: 'success',
            },
            { icon: 'pen', title: text('declaration.how.title'), line: text('declaration.prefilled') },
          ]}
        />
      }
    >
      <Form form="declaration" />
      <Form form="atto-notorio" />
    </Screen>
  )
}

function InsteadOfCertificate({
  screen,
  party,
}: {
  screen: ScreenOf<'declaration'>
  party: 'publicBody' | 'privateParty'
}) {
  const text = useText()
  const forBody = party === 'publicBody'
  const points: Point[] = [
    forBody
      ? { icon: 'institution', title: text('declaration.body.title'), line: text('declaration.body') }
      : { icon: 'bank', title: text('declaration.private.title'), line: text('declaration.private') },
    {
      icon: 'pen',
      title: text('declaration.how.title'),
      line: text('declaration.how', { topics: text(topicsKey(screen.types)) }),
    },
  ]
  // Five points are more than the screen holds, and the title says that it is free.
  if (forBody || !screen.forAnother)
    points.unshift({
      icon: 'free',
      title: text('declaration.free.title'),
      line: text('declaration.free'),
      tone: 'success',
    })
  if (screen.forAnother)
    points.push({
      icon: 'person',
      title: text('declaration.self.title', { name: fullName(screen.declarant) }),
      line: text('declaration.self'),
      tone: 'warning',
    })
  if (!forBody)
    points.push({
      icon: 'info',
      title: text('declaration.insist.title'),
      line: text('declaration.insist'),
      tone: 'warning',
    })
  return (
    <Screen
      kind="verdict"
      tone="success"
      title={text(`declaration.${party}.title`)}
      lead={text(`declaration.${party}.lead`)}
      main={{
        label: text('declaration.print'),
        icon: 'printer',
        onPress: () => answer({ type: 'printDeclaration', form: 'declaration' }),
      }}
    >
      <Points points={points} />
      {screen.attoNotorio && <Form form="atto-notorio" />}
    </Screen>
  )
}
