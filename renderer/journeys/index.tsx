import type { Screen } from '../../contract/journeys/index.ts'
import type { View } from '../../contract/visit.ts'
import { Attract } from './arrive/attract.tsx'
import { ChooseLanguage } from './arrive/language.tsx'
import { Issuing, OutOfService, Recognised, Starting } from './arrive/waits.tsx'
import { Confirm } from './certificate/confirm.tsx'
import { ChoosePerson } from './certificate/person.tsx'
import { Preview } from './certificate/preview.tsx'
import { ChoosePurpose, Declaration } from './certificate/purpose.tsx'
import { ChooseCertificate } from './certificate/types.tsx'
import { Collect } from './collect/collect.tsx'
import { Can, CanChecking, CardExpiry } from './identify/can.tsx'
import { CardLost, CardReading, InsertCard } from './identify/card.tsx'
import { LastTry, Pin, PinChecking } from './identify/pin.tsx'
import { Done, Goodbye, Refused } from './leave/ending.tsx'
import { Menu } from './menu/menu.tsx'
import { PrintFault, Printing } from './paper/printing.tsx'
import { Visura, VisuraUnavailable } from './visura/visura.tsx'

/** Every screen of the contract, exhaustively: a new one in the contract doesn't compile until it is drawn here. */
export function ShownScreen({ view: { screen, cardLost } }: { view: View }) {
  return cardLost ? <CardLost /> : <Drawn screen={screen} />
}

function Drawn({ screen }: { screen: Screen }) {
  switch (screen.screen) {
    case 'starting':
      return <Starting />
    case 'out-of-service':
      return <OutOfService screen={screen} />
    case 'attract':
      return <Attract screen={screen} />
    case 'language':
      return <ChooseLanguage />
    case 'card':
      return <InsertCard />
    case 'card-reading':
      return <CardReading />
    case 'pin':
      return <Pin screen={screen} />
    case 'last-try':
      return <LastTry />
    case 'pin-checking':
      return <PinChecking screen={screen} />
    case 'can':
      return <Can screen={screen} />
    case 'can-checking':
      return <CanChecking />
    case 'card-expiry':
      return <CardExpiry screen={screen} />
    case 'recognised':
      return <Recognised screen={screen} />
    case 'collect':
      return <Collect screen={screen} />
    case 'menu':
      return <Menu screen={screen} />
    case 'visura':
      return <Visura screen={screen} />
    case 'visura-unavailable':
      return <VisuraUnavailable />
    case 'person':
      return <ChoosePerson screen={screen} />
    case 'certificate':
      return <ChooseCertificate screen={screen} />
    case 'purpose':
      return <ChoosePurpose screen={screen} />
    case 'declaration':
      return <Declaration screen={screen} />
    case 'preview':
      return <Preview screen={screen} />
    case 'confirm':
      return <Confirm screen={screen} />
    case 'issuing':
      return <Issuing />
    case 'printing':
      return <Printing screen={screen} />
    case 'print-fault':
      return <PrintFault screen={screen} />
    case 'done':
      return <Done screen={screen} />
    case 'refused':
      return <Refused screen={screen} />
    case 'goodbye':
      return <Goodbye screen={screen} />
    default:
      return screen satisfies never
  }
}
