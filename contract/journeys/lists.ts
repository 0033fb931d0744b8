import { z } from 'zod'

// Lists that one journey shows and others fill: a journey adds its names here.

/** What a recognised person can come for; main's state with this id is the journey's entrance. */
export const service = z.enum(['certificate', 'visura', 'declaration'])

/** What a person takes home. */
export const takenHome = z.enum(['certificate', 'declaration', 'atto-notorio', 'visura'])
export type TakenHome = z.infer<typeof takenHome>

/** Everything that comes out of the printer: also what says that something was printed, or will be. */
export const printed = z.enum([...takenHome.options, 'receipt', 'slip'])
export type Printed = z.infer<typeof printed>
