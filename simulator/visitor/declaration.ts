import type { Answer } from '../../contract/journeys/index.ts'
import { type AnswersIn, press } from './answers.ts'

export interface DeclarationWish {
  form: Extract<Answer, { type: 'printDeclaration' }>['form']
}
export const usual: DeclarationWish = { form: 'declaration' }

export const declaration: AnswersIn<'declaration', DeclarationWish> = {
  declaration: ({ asking }, { form }) =>
    asking ? null : press(form === 'declaration' ? 'declaration.print' : 'declaration.form.atto-notorio'),
  'declared-facts': () => press('themes.done'),
}
