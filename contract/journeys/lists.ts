import { z } from 'zod'

// Lists that one journey shows and others fill: a journey adds its names here.

/** Services that a recognised person can choose; main's state with this id is the journey's entrance. */
export const service = z.enum([
  ...['declaration', 'certificate', 'visura', 'family', 'collect', 'pagopa', 'requests', 'accesses'],
] as const)

/** How a person takes a document home. */
export const way = z.enum(['paper', 'phone', 'email', 'domicilio'])
export type Way = z.infer<typeof way>
/** The ways of a document that is ready, in place of its paper or beside it. */
export const elsewhere = way.exclude(['paper'])
export type Elsewhere = z.infer<typeof elsewhere>

/** Papers that a person takes home. */
export const takenHome = z.enum(['certificate', 'declaration', 'atto-notorio', 'visura'])
export type TakenHome = z.infer<typeof takenHome>

/** Every paper that comes out of the printer; a receipt and a slip tell of a certificate printed now or later. */
export const printed = z.enum([...takenHome.options, 'receipt', 'slip', 'code', 'withdrawal'])
export type Printed = z.infer<typeof printed>
