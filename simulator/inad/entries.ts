import { population } from '../population/registry.ts'

/** One address of the public index of digital domiciles, with the names of its OpenAPI file. */
export interface DigitalAddress {
  digitalAddress: string
  /** Of a professional: what they practise (art. 6-bis CAD). */
  practicedProfession?: string
  /** The address ends, or has ended. */
  usageInfo?: { motivation: 'CESSAZIONE_UFFICIO' | 'CESSAZIONE_VOLONTARIA'; dateEndValidity: string }
}
export interface Entry {
  codiceFiscale: string
  since: string
  digitalAddress: DigitalAddress[]
}

/** What the index says of people of the bench, by their id: one address, two, one that has ended. */
const KNOWN: Record<string, DigitalAddress[]> = {
  'anna-bianchi': [{ digitalAddress: 'anna.bianchi@pec.example' }],
  'elena-ferrari': [
    { digitalAddress: 'elena.ferrari@pec.example' },
    { digitalAddress: 'studio.ferrari@avvocati.pec.example', practicedProfession: 'AVVOCATO' },
  ],
  'mario-rossi': [
    {
      digitalAddress: 'mario.rossi@pec.example',
      usageInfo: { motivation: 'CESSAZIONE_VOLONTARIA', dateEndValidity: '2025-12-31T23:59:59.000Z' },
    },
  ],
  // The mail server of the bench takes no mail for this name.
  'luca-verdi': [{ digitalAddress: 'refused@pec.example' }],
  // The box of this one is full: what is accepted for it comes back.
  'marija-kos': [{ digitalAddress: 'full@pec.example' }],
}
const SINCE = '2023-07-06T08:00:00.000Z'

/** By codice fiscale; null: no digital domicile. */
export function entryOf(codiceFiscale: string): Entry | null {
  for (const { id, generalita, domicilioDigitale } of population.all()) {
    if (generalita.codiceFiscale?.codFiscale !== codiceFiscale) continue
    const digitalAddress =
      KNOWN[id] ?? (domicilioDigitale ? [{ digitalAddress: domicilioDigitale.indirizzoDigitale }] : null)
    return digitalAddress && { codiceFiscale, since: SINCE, digitalAddress }
  }
  return null
}
