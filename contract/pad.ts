import { z } from 'zod'

/**
 * A key of a pad or of a switch, by its place on a keyboard (`KeyboardEvent.code`). Chromium and the window manager keep
 * F1 to F12 for themselves; makers of tactile pads use F13 to F24. Digits and the signs around them are a numeric pad's.
 */
const code = z
  .string()
  .regex(
    /^(?:Arrow(?:Up|Down|Left|Right)|Enter|NumpadEnter|Space|Tab|Escape|Backspace|Insert|Home|End|PageUp|PageDown|F(?:1[3-9]|2[0-4]))$/,
  )

/** What the five keys of a tactile pad do. `help` says the screen again, or starts speech; held, it hides the screen. */
export const padActions = ['previous', 'next', 'back', 'choose', 'help'] as const
export type PadAction = (typeof padActions)[number]

/** How many switches a person has who can use no pad: two (step, choose), or one that chooses while the focus steps by itself. */
export const waysToScan = ['off', 'two', 'one'] as const
export const scanning = z.enum(waysToScan)
export type Scanning = z.infer<typeof scanning>

const keys = z
  .strictObject({
    previous: z.array(code).default(['ArrowUp', 'ArrowLeft']),
    next: z.array(code).default(['ArrowDown', 'ArrowRight']),
    back: z.array(code).default(['Escape']),
    choose: z.array(code).default(['Enter', 'NumpadEnter']),
    help: z.array(code).default(['F13', 'Home']),
    /** Steps where there are two switches and chooses where there is one; without scanning it is no key of the pad. */
    switch: z.array(code).default(['Space']),
  })
  .superRefine((given, context) => {
    const all = Object.values(given).flat()
    const twice = all.find((one, at) => all.indexOf(one) !== at)
    if (twice) context.addIssue({ code: 'custom', message: `${twice} has two meanings` })
  })

/** The totem's tactile pad or switches, as their maker programmed them. */
export const pad = z.strictObject({
  keys: keys.prefault({}),
  /** How each visit begins; a person can change it. */
  scanning: scanning.default('off'),
  /** With one switch the focus stays this long at each place. */
  stepSeconds: z.number().min(0.5).max(20).default(2),
})
