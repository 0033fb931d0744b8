import { createHash, createPrivateKey, sign } from 'node:crypto'

/** What a TPM's statement is about. */
export const digestOf = (transcript: string): Buffer => createHash('sha256').update(transcript).digest()

/** The proof of a machine without a TPM: it has the key for TLS (PEM). */
export const signed = (transcript: string, tlsKey: string): string =>
  sign('sha256', Buffer.from(transcript), createPrivateKey(tlsKey)).toString('base64')
