import type { Answer } from '../../contract/journeys/index.ts'
import { type AnswersIn, press } from './answers.ts'

export interface DeclarationWish {
  form: Extract<Answer, { type: 'printDeclaration' }>['form']
}
export const usual: DeclarationWish = { form: 'declaration' }

export const declaration: AnswersIn<'declaration', DeclarationWish> = {
  // In place of a certificate the declaration is the main action, and only the atto notorio is a card.
  declaration: (seen, { form }) =>
    press(seen.for !== 'anybody' && form === 'declaration' ? 'declaration.print' : `declaration.form.${form}`),
}
