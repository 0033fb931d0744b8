import type { Answer } from '../../contract/console/api.ts'
import type { CounterRefusal } from '../../contract/console/counter.ts'

export type Served = Extract<Answer<'identify'>, { became: 'identified' }>
export type Issued = Extract<Answer<'counterIssue'>, { became: 'issued' }>
export type Declared = Extract<Answer<'counterDeclaration'>, { became: 'shown' }>
export type Use = Served['uses'][number]
export type Refusal = { kind: CounterRefusal; anpr: string | null }
