import type { JourneyName } from '../../contract/journeys/index.ts'
import type { Show } from '../visit/chart.ts'
import { againTrunk, type Change, freshTrunk, partedTrunk, type Visit } from '../visit/visit.ts'
import * as arrive from './arrive/index.ts'
import * as certificate from './certificate/index.ts'
import * as collect from './collect/index.ts'
import * as contrassegno from './contrassegno/index.ts'
import * as declaration from './declaration/index.ts'
import * as domicilio from './domicilio/index.ts'
import * as email from './email/index.ts'
import * as family from './family/index.ts'
import * as identify from './identify/index.ts'
import * as leave from './leave/index.ts'
import * as menu from './menu/index.ts'
import * as pagopa from './pagopa/index.ts'
import * as paper from './paper/index.ts'
import * as phone from './phone/index.ts'
import * as requests from './requests/index.ts'
import * as visura from './visura/index.ts'

// The list of the journeys. A new journey is written here, in services.ts and in its own folder.

const { insteadFor } = declaration

/** The states of a visit, by journey. */
export const states = {
  arrive: arrive.states,
  identify: identify.states,
  menu: menu.states,
  collect: collect.states,
  certificate: certificate.states(
    { publicBody: insteadFor('publicBody'), privateParty: contrassegno.way },
    { pay: '#pagopa', page: '#member' },
  ),
  contrassegno: contrassegno.states(insteadFor('privateParty'), pagopa.way),
  pagopa: pagopa.states('#contrassegno'),
  visura: visura.states,
  requests: requests.states,
  family: family.states(certificate.wayFromPage),
  declaration: declaration.states({ publicBody: '#certificate', privateParty: '#contrassegno' }),
  paper: paper.states,
  phone: phone.states,
  email: email.states,
  domicilio: domicilio.states,
  leave: leave.states,
} satisfies Record<JourneyName, object>

/** The states of all journeys, as one machine holds them. */
export const visitStates = Object.assign({}, ...Object.values(states)) as Joined<typeof states>
type Joined<Parts> = (
  Parts[keyof Parts] extends infer Part
    ? Part extends Part
      ? (part: Part) => void
      : never
    : never
) extends (all: infer All) => void
  ? All
  : never

/** The screen of each state, by journey and by the state's name. */
export const screens = {
  arrive: arrive.screens,
  identify: identify.screens,
  menu: menu.screens,
  collect: collect.screens,
  certificate: certificate.screens,
  contrassegno: contrassegno.screens,
  pagopa: pagopa.screens,
  visura: visura.screens,
  requests: requests.screens,
  family: family.screens(certificate.wayFromPage),
  declaration: declaration.screens,
  paper: paper.screens,
  phone: phone.screens,
  email: email.screens,
  domicilio: domicilio.screens,
  leave: leave.screens,
} satisfies Record<JourneyName, Record<string, Show>>

/** The totem between two visits. */
export const { attract } = arrive

/** A new visit, which knows nothing yet. */
export const freshVisit = (session: string): Visit => ({
  ...freshTrunk(session),
  ...identify.fresh(),
  ...certificate.fresh(),
  ...contrassegno.fresh(),
  ...pagopa.fresh(),
  ...declaration.fresh(),
  ...phone.fresh(),
  ...email.fresh(),
  ...domicilio.fresh(),
  ...requests.fresh(),
  ...family.fresh(),
})

/** What stays of a visit whose person has left with the card. */
export const parted = (visit: Visit): Change => ({
  ...partedTrunk(visit),
  ...certificate.parted(visit),
  ...contrassegno.fresh(),
  ...pagopa.fresh(),
  ...declaration.fresh(),
  ...phone.fresh(),
  ...email.fresh(),
  ...domicilio.fresh(),
  ...requests.fresh(),
  ...family.fresh(),
})

/** The parts that begin anew when the same person asks for something else. */
export const again = (): Change => ({
  ...againTrunk(),
  ...certificate.fresh(),
  ...contrassegno.fresh(),
  ...pagopa.fresh(),
  ...declaration.fresh(),
  ...phone.fresh(),
  ...email.fresh(),
  ...domicilio.fresh(),
  ...requests.fresh(),
  ...family.fresh(),
})
