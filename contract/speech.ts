import { z } from 'zod'
import { language } from './language.ts'

/**
 * One thing that the screen says. `clock` counts by itself: it is read with the screen, and not each time it changes.
 * `step`: how far the request has come, which is news only where the screen before said another.
 * `personal`: it may name or describe the person, so it goes to a headset and never to a loudspeaker.
 */
export const spoken = z.strictObject({
  kind: z.enum(['title', 'step', 'sentence', 'button', 'notice', 'clock']),
  text: z.string().min(1).max(1_000),
  /** A term of the law is spoken in Italian on any screen. */
  lang: language,
  personal: z.boolean(),
})
export type Spoken = z.infer<typeof spoken>

/** What a person does about speech without a screen. `help`: says the screen again, or starts speech where it is off. */
export const speechKey = z.enum(['start', 'help', 'repeat', 'slower', 'faster', 'softer', 'louder'])
export type SpeechKey = z.infer<typeof speechKey>

/** The renderer tells what stands on the screen, where the focus is and what the person does; main speaks or is silent. */
export const toSpeech = z.discriminatedUnion('about', [
  z.strictObject({ about: z.literal('screen'), says: z.array(spoken).max(300) }),
  z.strictObject({ about: z.literal('focus'), says: z.array(spoken).max(10) }),
  /** A touch or a key: speech stops at once (EN 301 549, 5.1.3.5). */
  z.strictObject({ about: z.literal('touch') }),
  z.strictObject({ about: z.literal('key'), key: speechKey }),
  /** The person wants to hear what stands on the sheet before them: the preview's, or the paper that came out last. */
  z.strictObject({ about: z.literal('paper') }),
  /** One more digit of a PIN is typed: a click, and never which. */
  z.strictObject({ about: z.literal('digit') }),
])
export type ToSpeech = z.infer<typeof toSpeech>
