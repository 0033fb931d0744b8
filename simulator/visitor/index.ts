import { setTimeout as wait } from 'node:timers/promises'
import type { Screen, ScreenOf } from '../../contract/journeys/index.ts'
import type { Act, Answers } from './answers.ts'
import { arrive } from './arrive.ts'
import { type CertificateWish, certificate, isAsWished, usual as usualCertificate } from './certificate.ts'
import { collect } from './collect.ts'
import { type ContrassegnoWish, contrassegno, usual as usualContrassegno } from './contrassegno.ts'
import { type DeclarationWish, declaration, usual as usualDeclaration } from './declaration.ts'
import { domicilio } from './domicilio.ts'
import { type EmailWish, email, usual as usualEmail } from './email.ts'
import { family } from './family.ts'
import { type IdentifyWish, identify, usual as usualIdentify } from './identify.ts'
import { type LeaveWish, leave, usual as usualLeave } from './leave.ts'
import { type MenuWish, menu, usual as usualMenu } from './menu.ts'
import { type PagopaWish, pagopa, usual as usualPagopa } from './pagopa.ts'
import { paper } from './paper.ts'
import { phone } from './phone.ts'
import { requests } from './requests.ts'
import { isOneOf, LOOK_MS, type Person } from './visitor.ts'
import { visura } from './visura.ts'

/** What a person wants of a visit. */
export type Wish = IdentifyWish &
  MenuWish &
  CertificateWish &
  ContrassegnoWish &
  PagopaWish &
  DeclarationWish &
  EmailWish &
  LeaveWish

const usual: Wish = {
  ...usualIdentify,
  ...usualMenu,
  ...usualCertificate,
  ...usualContrassegno,
  ...usualPagopa,
  ...usualDeclaration,
  ...usualEmail,
  ...usualLeave,
}

/** What a person does on every screen. A journey that is not listed here does not compile. */
const answers: Answers<Screen['screen'], Wish> = {
  ...arrive,
  ...identify,
  ...menu,
  ...collect,
  ...certificate,
  ...contrassegno,
  ...pagopa,
  ...visura,
  ...requests,
  ...family,
  ...declaration,
  ...paper,
  ...phone,
  ...email,
  ...domicilio,
  ...leave,
}

/** What a person with this wish does on this screen; null: they wait. A wish that is left out is the usual one. */
export function answerTo(seen: Screen, wish: Partial<Wish> = {}): Act | null {
  return answerOn(seen.screen, seen, { ...usual, ...wish })
}

function answerOn<S extends Screen['screen']>(name: S, seen: ScreenOf<S>, wish: Wish): Act | null {
  return answers[name](seen, wish)
}

/** Goes on until the summary is as this person wants it, and ANPR has said what it says of it. */
export const walksToSummary = (person: Person, wish: Partial<Wish> = {}): Promise<ScreenOf<'sheet'>> =>
  walksTo(person, 'sheet', wish, (seen) => seen.anpr !== 'asked' && isAsWished(seen, { ...usual, ...wish }))

/** A walk that comes to one of these on its way would begin a new visit and never arrive. */
const DEAD_ENDS: readonly Screen['screen'][] = ['last-try', 'print-fault', 'done', 'refused']

/** Goes on as a person with this wish would, until the totem shows this screen, and shows it so if that is asked for. */
export async function walksTo<S extends Screen['screen']>(
  person: Person,
  name: S,
  wish: Partial<Wish> = {},
  so: (seen: ScreenOf<S>) => boolean = () => true,
): Promise<ScreenOf<S>> {
  let answered = ''
  for (let until = Date.now() + person.patienceMs; ; ) {
    const seen = await person.screen()
    if (isOneOf(seen, [name]) && so(seen)) return seen
    const shown = JSON.stringify(seen)
    if (DEAD_ENDS.includes(seen.screen) || Date.now() > until) throw new Error(`expected ${name}, seen ${shown}`)
    const act = shown === answered ? null : answerTo(seen, wish)
    if (act) {
      await act(person)
      answered = shown
      until = Date.now() + person.patienceMs
    } else await wait(LOOK_MS)
  }
}
