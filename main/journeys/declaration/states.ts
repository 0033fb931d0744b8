import type { DeclaredFact } from '../../../contract/journeys/declaration.ts'
import { type Context, chart, pulled, working } from '../../visit/chart.ts'
import { fromFirstPage } from '../../visit/printing.ts'
import type { Visit, Writing } from '../../visit/visit.ts'
import { offeredFacts } from './facts.ts'
import { ask } from './tasks.ts'
import { type Advice, declaredOf, type Form, offersAttoNotorio } from './visit.ts'

const writing = (form: Form): Writing => ({
  write: (visit, services) => services.writeForm(visit.frame, form, declaredOf(visit, form)),
  printed: ({ frame }, services) => services.declared(frame),
})

const toggled = (facts: readonly DeclaredFact[], fact: DeclaredFact): DeclaredFact[] =>
  facts.includes(fact) ? facts.filter((other) => other !== fact) : [...facts, fact]

const isInstead = ({ declaration }: Visit, advice: string) => declaration.instead && declaration.advice === advice

/** `cameFrom`: the ids to which a declaration in place of a certificate leads back. */
export const states = (cameFrom: Record<Advice, string>) => ({
  declaration: chart.createStateConfig({
    id: 'declaration',
    initial: 'asking',
    // A person who came for it alone is not on the way to a certificate.
    entry: {
      type: 'set',
      params: ({ context: { visit } }) => ({ frame: { stepped: visit.declaration.instead } }),
    },
    states: {
      asking: working(ask, { shown: 'shown' }),
      shown: {
        on: {
          printDeclaration: {
            guard: ({ context, event }) => event.form === 'declaration' || offersAttoNotorio(context.visit),
            target: '#printingWritten',
            actions: {
              type: 'set',
              params: ({ event: { form } }) => ({
                paper: { ...fromFirstPage, document: form, writing: writing(form), written: null },
              }),
            },
          },
          chooseFactTheme: {
            target: 'facts',
            actions: { type: 'set', params: ({ event: { theme } }) => ({ declaration: { theme } }) },
          },
        },
      },
      facts: {
        on: {
          toggleFact: {
            guard: ({ context: { visit }, event }) => offeredFacts(visit).includes(event.fact),
            actions: {
              type: 'set',
              params: ({ context: { visit }, event }) => ({
                declaration: { declares: toggled(visit.declaration.declares, event.fact) },
              }),
            },
          },
          back: 'shown',
        },
      },
    },
    on: {
      back: [
        ...Object.entries(cameFrom).map(([advice, target]) => ({
          guard: ({ context }: { context: Context }) => isInstead(context.visit, advice),
          target,
        })),
        { target: 'menu' },
      ],
      'card.removed': pulled,
    },
  }),
})
