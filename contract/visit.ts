import { z } from 'zod'
import { screen } from './journeys/index.ts'
import { language } from './language.ts'
import { nearbyTotem, officeHours } from './office.ts'
import { pad } from './pad.ts'
import { preferences } from './preferences.ts'
import { serviceScreen } from './service-screen.ts'
import { steps } from './steps.ts'

/**
 * The picture that the renderer shows. Main owns the visit's truth and pushes one `View` after each change. A view
 * holds the facts that its screen needs and nothing else; the texts are the renderer's (assets/locales).
 */
export const view = z.strictObject({
  /** Grows with each push, so that a late message is never shown over a newer one. */
  revision: z.number(),
  language,
  preferences,
  screen,
  /** Null where there is no progress to show. */
  step: z.enum(steps).nullable(),
  canGoBack: z.boolean(),
  canLeave: z.boolean(),
  /** Set while the idle warning is up; the visit ends when it reaches 0 unless the person says they are here. */
  idle: z.strictObject({ secondsLeft: z.number() }).nullable(),
  /**
   * A contactless card has left the field and is asked back within this time; the screen is covered meanwhile. Null
   * while no card is missing.
   */
  cardLost: z.strictObject({ secondsLeft: z.number() }).nullable(),
  /** The card of this visit lies, or lay last, on the contactless reader, so the screen draws that reader. */
  contactless: z.boolean(),
  /** What a technician sees, over everything else; null: nobody is at work. */
  service: serviceScreen.nullable(),
  /** Whether the screen is spoken, and where: into the room, or into a headset alone. */
  speech: z.enum(['off', 'aloud', 'headset']),
  totem: z.strictObject({
    id: z.string(),
    office: z.string(),
    comune: z.string(),
    /** Whom to call, when the counter is open, and where else a totem stands, as far as they are provisioned. */
    phone: z.string().nullable(),
    hours: officeHours,
    nearest: z.array(nearbyTotem),
    mmPerPixel: z.number(),
    /** How much of the glass, from its lower edge, somebody who sits can touch. */
    reachMm: z.number(),
    pad,
    /** The totem can speak. */
    voice: z.boolean(),
    /** In the order in which this place offers them. */
    languages: z.array(language).min(1),
  }),
})
export type View = z.infer<typeof view>
