import { z } from 'zod'
import { noticeArgs } from '../command.ts'
import { language } from '../language.ts'
import { closed } from '../offers.ts'
import { preferenceChange } from '../preferences.ts'

/** The totem waits for a person, who begins and chooses a language. */

/**
 * `technician`: somebody works on the totem (main/technician.ts). `never-online`: the gateway has given this totem no challenge to sign, or none for weeks. `lists-ended`: trust list or
 * gateway's keys have ended, and no newer list came for weeks (contract/signed-list.ts). `withdrawn`: an operator has asked it (contract/command.ts).
 */
export const outOfService = z.enum([
  'technician',
  'withdrawn',
  'storage-full',
  'reader-unavailable',
  'device-unavailable',
  'never-online',
  'lists-ended',
])
export type OutOfService = z.infer<typeof outOfService>

export const screens = [
  z.strictObject({ screen: z.literal('starting') }),
  /** No visit can begin; said before anything is asked of a person. `since`: from when on. */
  z.strictObject({ screen: z.literal('out-of-service'), reason: outOfService, since: z.iso.datetime() }),
  z.strictObject({
    screen: z.literal('attract'),
    printing: z.boolean(),
    online: z.boolean(),
    /** False: this totem reads the health card alone. */
    cie: z.boolean(),
    closed: closed.nullable(),
    notice: noticeArgs.nullable(),
  }),
  /** `cardSeen`: the person has laid the card down already, and it waits for the language. */
  z.strictObject({ screen: z.literal('language'), cardSeen: z.boolean() }),
] as const

export const steps = { starting: null, 'out-of-service': null, attract: null, language: null } as const

export const answers = [
  /** The first screen has a button in each language, so that nobody has to read another one to begin. */
  z.strictObject({ type: z.literal('start'), language }),
  z.strictObject({ type: z.literal('chooseLanguage'), language }),
  /** On any screen. */
  z.strictObject({ type: z.literal('prefer'), change: preferenceChange }),
] as const
