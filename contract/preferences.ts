import { z } from 'zod'
import { scanning } from './pad.ts'

/** Sizes of the text, as factors of the usual one. */
export const textSizes = [1, 1.3, 1.6] as const
export type TextSize = (typeof textSizes)[number]

/** `usual` has the colours of Italian public services; `soft` is of low contrast, for eyes that white hurts. */
export const colourModes = ['usual', 'black-on-white', 'white-on-black', 'soft'] as const
export type ColourMode = (typeof colourModes)[number]

/**
 * What a person has set for eyes, hands and head. Main holds it in the visit, so it ends with the visit and with a first
 * screen that nobody touches; no file and no log has it.
 */
export const preferences = z.strictObject({
  text: z.literal(textSizes),
  colours: z.enum(colourModes),
  /** A second touch of the same key within half a second does not count. */
  oneTouch: z.boolean(),
  /** One sentence and two answers a screen, where the screen allows it. */
  simple: z.boolean(),
  /** Every time that the totem gives is longer. */
  slow: z.boolean(),
  /** Dots stand in place of the person's data. */
  hidden: z.boolean(),
  /** Null: as the totem's own pad or switches are. */
  scanning: scanning.nullable(),
  /** The screen is hidden while a headset is in. */
  curtain: z.boolean(),
})
export type Preferences = z.infer<typeof preferences>

/** What a person changes; the rest stays as it is. */
export const preferenceChange = preferences.exactPartial()
export type PreferenceChange = z.infer<typeof preferenceChange>

/** How each visit begins. */
export const usual: Preferences = {
  ...{ text: 1, colours: 'usual', oneTouch: false, simple: false, slow: false, hidden: false },
  ...{ scanning: null, curtain: false },
}

/** By how much the totem's times grow for a person who wants more. */
export const paceOf = ({ slow }: Preferences): number => (slow ? 3 : 1)
