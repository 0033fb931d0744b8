import { createElement, type ReactNode } from 'react'
import type { ScreenOf } from '../../contract/journeys/index.ts'
import type { View } from '../../contract/visit.ts'
import { CardLost } from '../components/card-lost.tsx'
import { screens as arrive } from './arrive/screens.ts'
import { screens as certificate } from './certificate/screens.ts'
import { screens as collect } from './collect/screens.ts'
import { screens as contrassegno } from './contrassegno/screens.ts'
import { screens as declaration } from './declaration/screens.ts'
import { screens as domicilio } from './domicilio/screens.ts'
import { screens as email } from './email/screens.ts'
import { screens as family } from './family/screens.ts'
import { screens as identify } from './identify/screens.ts'
import type { Drawings, ScreenName } from './journey.ts'
import { screens as leave } from './leave/screens.ts'
import { screens as menu } from './menu/screens.ts'
import { screens as pagopa } from './pagopa/screens.ts'
import { screens as paper } from './paper/screens.ts'
import { screens as phone } from './phone/screens.ts'
import { screens as requests } from './requests/screens.ts'
import { screens as visura } from './visura/screens.ts'

/** Every screen of the contract. A journey that is not listed here does not compile. */
const drawings: Drawings<ScreenName> = {
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

/** The screen of a view, or what covers it while its card is away. */
export function ShownScreen({ view: { screen, cardLost } }: { view: View }) {
  return cardLost ? <CardLost secondsLeft={cardLost.secondsLeft} /> : drawn(screen.screen, screen)
}

function drawn<S extends ScreenName>(name: S, screen: ScreenOf<S>): ReactNode {
  return createElement(drawings[name], { screen })
}
