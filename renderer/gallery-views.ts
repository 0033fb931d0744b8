import { type Screen, stepOf } from '../contract/journeys/index.ts'
import { language as known, type Language } from '../contract/language.ts'
import { pad } from '../contract/pad.ts'
import { usual } from '../contract/preferences.ts'
import type { View } from '../contract/visit.ts'
import { samples as arrive } from './journeys/arrive/samples.ts'
import { samples as certificate } from './journeys/certificate/samples.ts'
import { samples as collect } from './journeys/collect/samples.ts'
import { samples as contrassegno } from './journeys/contrassegno/samples.ts'
import { samples as declaration } from './journeys/declaration/samples.ts'
import { samples as domicilio } from './journeys/domicilio/samples.ts'
import { samples as email } from './journeys/email/samples.ts'
import { samples as family } from './journeys/family/samples.ts'
import { samples as identify } from './journeys/identify/samples.ts'
import type { Sampled, ScreenName } from './journeys/journey.ts'
import { samples as leave } from './journeys/leave/samples.ts'
import { samples as menu } from './journeys/menu/samples.ts'
import { samples as pagopa } from './journeys/pagopa/samples.ts'
import { samples as paper } from './journeys/paper/samples.ts'
import { samples as phone } from './journeys/phone/samples.ts'
import { samples as requests } from './journeys/requests/samples.ts'
import { samples as visura } from './journeys/visura/samples.ts'

/** Samples of every screen. A journey that is not listed here does not compile. */
const samples: { [Name in ScreenName]: Sampled<Name> } = {
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

/** Views in which something stands over the screen of a sample: the idle warning, the cover while a card is away. */
const covered: Record<string, { sample: string } & Partial<View>> = {
  idle: { sample: 'person', idle: { secondsLeft: 27 } },
  'card-lost-cie': { sample: 'person', cardLost: { secondsLeft: 24 }, contactless: true },
  'done-printed-headset': { sample: 'done-printed', speech: 'headset' },
  'preview-headset': { sample: 'preview', speech: 'headset' },
  'card-lost-checking-cie': { sample: 'pin-checking-cie', cardLost: { secondsLeft: 7 } },
}

/** One or more views of every screen, by name. */
export function galleryViews(language: Language): Record<string, View> {
  const views = new Map<string, View>()
  for (const { canGoBack = false, canLeave = true, shown, withoutSteps = {} } of Object.values(samples)) {
    const add = (name: string, screen: Screen, step: View['step']) =>
      views.set(name, {
        ...{ revision: 1, language, screen, step, canGoBack, canLeave, idle: null, cardLost: null },
        ...{ preferences: usual, speech: 'off', service: null },
        contactless: name.endsWith('-cie') || ('card' in screen && screen.card === 'cie'),
        totem: {
          ...{ id: 'TT-0001', office: 'Ufficio postale di Spello', comune: 'Spello', mmPerPixel: 0.31, reachMm: 420 },
          phone: '800 000 000',
          hours: [
            { from: 'mon', to: 'fri', opens: '08:20', closes: '19:05' },
            { from: 'sat', to: 'sat', opens: '08:20', closes: '12:35' },
          ],
          nearest: [{ name: 'Ufficio postale di Foligno', address: 'via Piave 4, Foligno', distance: 5_200 }],
          languages: known.options,
          pad: pad.parse({}),
          voice: true,
        },
      })
    for (const [name, screen] of Object.entries<Screen>(shown)) add(name, screen, stepOf[screen.screen])
    for (const [name, screen] of Object.entries<Screen>(withoutSteps)) add(name, screen, null)
  }
  for (const [name, { sample, ...over }] of Object.entries(covered)) {
    const below = views.get(sample)
    if (!below) throw new Error(`no sample ${sample}`)
    views.set(name, { ...below, ...over })
  }
  return Object.fromEntries(views)
}
