import { createHash, X509Certificate } from 'node:crypto'

/** As printed on the card: CA00000AA. */
const DOCUMENT_NUMBER = /\b[A-Z0-9]{9}\b/g

/**
 * The document number that a certificate names, if EF.SOD holds its hash: then EF.Seriale says the same, and need not be
 * read. Null: not to be known this way (how the subject names it differs between issues, cards.md §9).
 */
export function documentNumberIn(certificate: Uint8Array, sod: Uint8Array): string | null {
  const hashes = Buffer.from(sod)
  const holdsHashOf = (text: string) =>
    ['sha256', 'sha512'].some((algorithm) => hashes.includes(createHash(algorithm).update(text).digest()))
  return subjectOf(certificate).match(DOCUMENT_NUMBER)?.find(holdsHashOf) ?? null
}

function subjectOf(certificate: Uint8Array): string {
  try {
    return new X509Certificate(certificate).subject
  } catch {
    // Whether it is one at all is for those to say who trust it.
    return ''
  }
}
