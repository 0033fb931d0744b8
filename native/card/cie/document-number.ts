import { createHash, X509Certificate } from 'node:crypto'

/** As printed on the card: CA00000AA. */
const DOCUMENT_NUMBER = /\b[A-Z0-9]{9}\b/g

/**
 * The document number that a certificate names, if EF.SOD holds its hash. EF.Seriale then says the same and need not be
 * read. Null: the certificate does not give the number, because issues differ in how the subject names it.
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
    // Trust in the certificate decides later whether it is one at all.
    return ''
  }
}
