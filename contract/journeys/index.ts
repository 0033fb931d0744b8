import { z } from 'zod'
import type { Step } from '../steps.ts'
import * as arrive from './arrive.ts'
import * as certificate from './certificate.ts'
import * as collect from './collect.ts'
import * as contrassegno from './contrassegno.ts'
import * as declaration from './declaration.ts'
import * as domicilio from './domicilio.ts'
import * as email from './email.ts'
import * as family from './family.ts'
import * as identify from './identify.ts'
import * as leave from './leave.ts'
import * as menu from './menu.ts'
import * as pagopa from './pagopa.ts'
import * as paper from './paper.ts'
import * as phone from './phone.ts'
import * as requests from './requests.ts'
import * as visura from './visura.ts'

export type { OutOfService } from './arrive.ts'

/**
 * The journeys of a visit. Each adds its screens and answers to the contract; main and renderer list the same names.
 */
export const journeys = {
  arrive,
  identify,
  menu,
  collect,
  certificate,
  contrassegno,
  pagopa,
  visura,
  requests,
  family,
  declaration,
  paper,
  phone,
  email,
  domicilio,
  leave,
}
export type JourneyName = keyof typeof journeys

/** Everything that the renderer can be asked to show. */
export const screen = z.discriminatedUnion('screen', [
  ...arrive.screens,
  ...identify.screens,
  ...menu.screens,
  ...collect.screens,
  ...certificate.screens,
  ...contrassegno.screens,
  ...pagopa.screens,
  ...visura.screens,
  ...requests.screens,
  ...family.screens,
  ...declaration.screens,
  ...paper.screens,
  ...phone.screens,
  ...email.screens,
  ...domicilio.screens,
  ...leave.screens,
])
export type Screen = z.infer<typeof screen>
export type ScreenOf<S extends Screen['screen']> = Extract<Screen, { screen: S }>

/**
 * Everything that a person can answer on a screen. A type that two journeys name is refused here at once (zod throws).
 */
export const answer = z.discriminatedUnion('type', [
  ...arrive.answers,
  ...identify.answers,
  ...menu.answers,
  ...collect.answers,
  ...certificate.answers,
  ...contrassegno.answers,
  ...pagopa.answers,
  ...visura.answers,
  ...requests.answers,
  ...family.answers,
  ...declaration.answers,
  ...paper.answers,
  ...phone.answers,
  ...email.answers,
  ...domicilio.answers,
  ...leave.answers,
])
export type Answer = z.infer<typeof answer>

/** The step that a screen belongs to; null where there is no progress to show. */
export const stepOf: Record<Screen['screen'], Step | null> = {
  ...arrive.steps,
  ...identify.steps,
  ...menu.steps,
  ...collect.steps,
  ...certificate.steps,
  ...contrassegno.steps,
  ...pagopa.steps,
  ...visura.steps,
  ...requests.steps,
  ...family.steps,
  ...declaration.steps,
  ...paper.steps,
  ...phone.steps,
  ...email.steps,
  ...domicilio.steps,
  ...leave.steps,
}
