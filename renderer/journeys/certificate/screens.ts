import type { Drawings, ScreensOf } from '../journey.ts'
import { Confirm } from './confirm.tsx'
import { Issuing } from './issuing.tsx'
import { ChoosePerson } from './person.tsx'
import { Preview } from './preview.tsx'
import { ChoosePurpose } from './purpose.tsx'
import { ChooseCertificate } from './types.tsx'
import './certificate.css'

export const screens: Drawings<ScreensOf<'certificate'>> = {
  person: ChoosePerson,
  certificate: ChooseCertificate,
  purpose: ChoosePurpose,
  preview: Preview,
  confirm: Confirm,
  issuing: Issuing,
}
