import { z } from 'zod'

/** Languages that the screen speaks. */
export const language = z.enum(['it', 'en'])
export type Language = z.infer<typeof language>
