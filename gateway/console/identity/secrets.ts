import { createHash, randomBytes } from 'node:crypto'

const TOKEN_BYTES = 32

/** What opens something is kept by its SHA-256 alone, so that who reads the table signs nobody in. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url')
