import { z } from 'zod'
import { codeIn } from './enrolment-code.ts'

// What a technician sees and does. A screen of a visit names facts, and the renderer has the words in five languages; here main
// sends the words too, which are Italian alone and the same as at the command line (main/service/words.ts).

const id = z.string().regex(/^[a-z][a-z0-9-]{0,40}$/)
/** `running`: it is being tried. */
const outcome = z.enum(['ok', 'attention', 'failed', 'not-tried', 'running'])

const row = z.strictObject({ label: z.string(), detail: z.string(), outcome: outcome.nullable() })
export type ServiceRow = z.infer<typeof row>
const button = z.strictObject({ id, label: z.string() })
const tile = button.extend({ outcome: outcome.nullable() })

const head = { title: z.string(), lead: z.string().nullable() }
/** `back`: what the button on the left does; null: there is none. `main`: the one on the right. */
const foot = { back: button.nullable(), aside: button.nullable(), main: button.nullable() }

export const serviceScreen = z.discriminatedUnion('kind', [
  /** What was found, or what to do. `busy`: the totem works, and there is nothing to press. */
  z.strictObject({
    kind: z.literal('page'),
    ...head,
    tone: z.enum(['success', 'warning', 'danger']).nullable(),
    rows: z.array(row),
    /** Further things to do, above the row of actions. */
    choices: z.array(button),
    busy: z.boolean(),
    ...foot,
  }),
  z.strictObject({ kind: z.literal('menu'), ...head, tiles: z.array(tile), ...foot }),
  /** Lines of the sync log, the newest last. */
  z.strictObject({ kind: z.literal('log'), ...head, lines: z.array(z.string()), ...foot }),
  /** The PIN goes by `enterPin`. */
  z.strictObject({ kind: z.literal('pin'), ...head, back: button.nullable() }),
  /** A code of twelve symbols: of an order, or of the day. */
  z.strictObject({ kind: z.literal('code'), ...head, mistyped: z.string(), main: button, back: button.nullable() }),
  /** Targets in the corners and in the middle, to be touched one after the other. */
  z.strictObject({ kind: z.literal('touch'), ...head, back: button.nullable() }),
  /** The keys of the pad, each marked when it was seen. */
  z.strictObject({
    kind: z.literal('keys'),
    ...head,
    keys: z.array(z.strictObject({ code: z.string(), label: z.string() })),
    ...foot,
  }),
])
export type ServiceScreen = z.infer<typeof serviceScreen>

export const serviceAnswer = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('press'), id }),
  z.strictObject({
    type: z.literal('code'),
    code: z
      .string()
      .max(40)
      .refine((code) => codeIn(code) === code, 'not a code'),
  }),
  /** How many of the targets were met; how far off the middle of each, at most, in mm. */
  z.strictObject({ type: z.literal('touched'), met: z.int().min(0).max(20), offMm: z.number().min(0).max(2_000) }),
  /** Which keys were seen, by their place. */
  z.strictObject({ type: z.literal('keys'), seen: z.array(z.int().min(0).max(40)).max(41) }),
])
export type ServiceAnswer = z.infer<typeof serviceAnswer>
