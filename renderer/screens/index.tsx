import type { Screen } from '../../contract/journeys/index.ts'
import type { View } from '../../contract/visit.ts'
import { Attract } from './attract.tsx'
import { Can, CanChecking, CardExpiry } from './can.tsx'
import { CardLost, CardReading, InsertCard } from './card.tsx'
import { ChooseCertificate } from './certificate.tsx'
import { Collect } from './collect.tsx'
import { Confirm } from './confirm.tsx'
import { Done, Goodbye, Refused } from './ending.tsx'
import { ChooseLanguage } from './language.tsx'
import { Menu } from './menu.tsx'
import { ChoosePerson } from './person.tsx'
import { LastTry, Pin, PinChecking } from './pin.tsx'
import { Preview } from './preview.tsx'
import { PrintFault, Printing } from './printing.tsx'
import { ChoosePurpose, Declaration } from './purpose.tsx'
import { Visura, VisuraUnavailable } from './visura.tsx'
import { Issuing, OutOfService, Recognised, Starting } from './waits.tsx'

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
