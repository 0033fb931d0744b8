import type { Drawings, ScreensOf } from '../journey.ts'
import { ChooseDelivery } from './delivery.tsx'
import { Issuing } from './issuing.tsx'
import { ChoosePerson } from './person.tsx'
import { Preview } from './preview.tsx'
import { ChoosePurpose } from './purpose.tsx'
import { Summary } from './sheet.tsx'
import { ChooseCertificates, ChooseTheme } from './themes.tsx'
import './certificate.css'

export const screens: Drawings<ScreensOf<'certificate'>> = {
  purpose: ChoosePurpose,
  sheet: Summary,
  person: ChoosePerson,
  themes: ChooseTheme,
  certificates: ChooseCertificates,
  delivery: ChooseDelivery,
  preview: Preview,
  issuing: Issuing,
}
