import { z } from 'zod'

/** What a person writes for others to read: one paragraph, without control characters. */
export const prose = (most: number) =>
  z
    .string()
    .trim()
    .regex(/^[^\p{C}]+$/u)
    .max(most)
export const reason = prose(300)
