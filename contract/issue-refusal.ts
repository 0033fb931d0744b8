import { z } from 'zod'

/**
 * Why the register gives no certificate, by what the citizen can do about it. Several of ANPR's codes share one kind;
 * catalogue/anpr-codes.ts says which.
 */
export const issueRefusal = z.enum([
  /** The comune is changing something about the person. */
  'procedure-open',
  /** The register knows no valid identity document of the requester. */
  'document-not-valid',
  /** The register has the person, or the requester, as dead or removed. */
  'person-removed',
  /** Enrolled among Italians abroad (AIRE), and the certificate is for residents. */
  'enrolled-abroad',
  'not-enrolled-abroad',
  /** Only residence and stato di famiglia may be certified. */
  'certifiable-in-part',
  'not-free-to-marry',
  'not-italian',
  /** There is no kinship to certify. */
  'lives-alone',
  /** The certificate is of a famiglia anagrafica, and the person lives in an institution (convivenza). */
  'lives-in-convivenza',
  'not-in-convivenza',
  /** Only the two whom the cohabitation contract binds may ask for its certificate. */
  'not-a-partner',
  'not-on-one-sheet',
  /** A fact that the certificate states is missing in the register, or contradicts another. */
  'register-incomplete',
  /** One of the five types that no self-service gives: only the ufficio anagrafe. */
  'only-at-the-office',
  /** Art. 40 DPR 445/2000: a public body may not take a certificate. */
  'for-a-public-body',
  'certificate-not-issuable',
])
