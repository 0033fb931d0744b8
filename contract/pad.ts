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

/** What the five keys of a tactile pad do. `help` says the screen again, or starts speech. */
export const padActions = ['previous', 'next', 'back', 'choose', 'help'] as const
export type PadAction = (typeof padActions)[number]

/** Which keys do it: those of the totem's pad or switches, as its maker programmed them. */
export const padKeys = z
  .strictObject({
    previous: z.array(code).default(['ArrowUp', 'ArrowLeft']),
    next: z.array(code).default(['ArrowDown', 'ArrowRight']),
    back: z.array(code).default(['Escape']),
    choose: z.array(code).default(['Enter', 'NumpadEnter']),
    help: z.array(code).default(['F13', 'Home']),
  })
  .superRefine((keys, context) => {
    const all = Object.values(keys).flat()
    const twice = all.find((one, at) => all.indexOf(one) !== at)
    if (twice) context.addIssue({ code: 'custom', message: `${twice} has two meanings` })
  })
export type PadKeys = z.infer<typeof padKeys>
