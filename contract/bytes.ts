import { z } from 'zod'

/** Bytes cross by structured clone and stay a Uint8Array (a Buffer becomes one). */
export const bytes: z.ZodType<Uint8Array> = z.instanceof(Uint8Array)
