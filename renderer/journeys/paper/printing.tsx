import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { Points } from '../../components/facts.tsx'
import { PaperOut } from '../../components/illustrations.tsx'
import { useCounter } from '../../components/office.tsx'
import { OtherWays } from '../../components/other-ways.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { firstStep, useText } from '../../i18n/use-text.ts'

export function Printing({ screen }: { screen: ScreenOf<'printing'> }) {
  const text = useText()
  const { document, page, pages, band, bands } = screen
  const part = bands === 0 ? 0 : band / bands
  return (
    <Screen
      kind="wait"
      wait={{ usualS: 20 * pages, longer: 'wait.printing' }}
      title={text(`printing.${document}`)}
      lead={text(
        document === 'slip' || document === 'receipt' || document === 'code'
          ? `printing.${document}.lead`
          : 'printing.lead',
      )}
      figure={
        <>
          <PaperOut move="out" label={text('printing.figure')} />
          <p className="large-line">{text('printing.page', { page, pages })}</p>
          <div
            className="progress"
            role="progressbar"
            aria-label={text('printing.progress')}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(part * 100)}
          >
            <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
              <rect width={part * 100} height="4" />
            </svg>
          </div>
        </>
      }
    />
  )
}

/** What helps now: the printer goes on, or cools down by itself, or the paper goes home another way, or somebody mends it. */
function stepOf({ status, sheet, resumable, ways }: ScreenOf<'print-fault'>) {
  if (resumable) return `printFault.${sheet}.resume` as const
  if (ways.length > 0) return 'printFault.otherWay'
  return status === 'overheated' ? 'printFault.cooling' : 'printFault.now'
}

/** A half-printed sheet is void. The totem never repeats it by itself: the person decides. */
export function PrintFault({ screen }: { screen: ScreenOf<'print-fault'> }) {
  const text = useText()
  const { document, status, page, sheet, resumable, ways } = screen
  const counter = useCounter()
  const step = stepOf(screen)
  // With "print again" and three other ways there is no room for a drawing, and no answer may stand on another page.
  const isDrawn = !(resumable && ways.length > 2)
  return (
    <Screen
      tone="warning"
      title={firstStep(text(step)).step}
      lead={`${text(`printFault.${status}`)}. ${text(`printFault.${sheet}.lead`, { page })}`}
      figure={
        <>
          {isDrawn && (
            <PaperOut
              move={sheet === 'void' || sheet === 'none' ? sheet : 'still'}
              label={text(sheet === 'none' ? 'printing.figure.none' : 'printing.figure')}
            />
          )}
          <Points
            points={[
              {
                icon: 'support',
                title: text(`printFault.${document}.safe.title`),
                line: text(`printFault.${document}.safe`),
                tone: 'success',
              },
              ...(step === 'printFault.now' ? [counter] : []),
            ]}
          />
        </>
      }
    >
      {resumable && (
        <AnswerCard
          main
          icon="printer"
          title={text(sheet === 'none' ? 'printFault.begin' : 'printFault.again')}
          line={text(sheet === 'none' ? 'printFault.begin.line' : 'printFault.again.line')}
          onPress={() => answer({ type: 'printAgain' })}
        />
      )}
      <OtherWays ways={ways} />
      <AnswerCard
        icon={document === 'certificate' ? 'clock' : 'leave'}
        title={text(document === 'certificate' ? 'printFault.keep' : 'printFault.declaration.keep')}
        line={text(document === 'certificate' ? 'printFault.keep.line' : `printFault.${document}.keep.line`)}
        onPress={() => answer({ type: 'keepForLater' })}
      />
    </Screen>
  )
}
