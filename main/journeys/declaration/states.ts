import { type Context, chart, pulled } from '../../visit/chart.ts'
import { fromFirstPage } from '../../visit/printing.ts'
import type { Visit, Writing } from '../../visit/visit.ts'
import { type Advice, declaredOf, type Form, offersAttoNotorio } from './visit.ts'

const writing = (form: Form): Writing => ({
  write: (visit, services) => services.writeForm(visit.frame, form, declaredOf(visit, form)),
  printed: ({ frame }, services) => services.declared(frame),
})

const isInstead = ({ declaration }: Visit, advice: string) => declaration.instead && declaration.advice === advice

/** `cameFrom`: the ids to which a declaration in place of a certificate leads back. */
export const states = (cameFrom: Record<Advice, string>) => ({
  declaration: chart.createStateConfig({
    id: 'declaration',
    // A person who came for it alone is not on the way to a certificate.
    entry: {
      type: 'set',
      params: ({ context: { visit } }) => ({ frame: { stepped: visit.declaration.instead } }),
    },
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
