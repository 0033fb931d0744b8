/**
 * Everything for which token server and gate refuse, by name: PDND's inward codes, and the gate's own words. Nothing
 * refuses for another reason (the type holds it), and the tests of each list end with a look whether a request that
 * breaks this rule and no other was refused for it: a check without its request fails there.
 */
export const CAUSES = {
  /** Of assertions (pdnd/token-server.test.ts). */
  token: [
    ...(['0002', '0003', '0004', '0005', '0006', '0008', '0009', '0010', '0011', '0012', '0013', '0014'] as const),
    ...(['0015', '0016', '0017', '0018', '0020', '0021', '0022', '0023', '0024', '0025', '0026', '0027'] as const),
    ...(['0028', '0029', '0030', '0031', '0032', 'unknown-key', 'rate'] as const),
  ],
  /** Of DPoP proofs, and of vouchers that are bound to a key (pdnd/dpop.test.ts). */
  proof: [
    ...(['dpop-format', 'dpop-typ', 'dpop-alg', 'dpop-no-jwk', 'dpop-private', 'dpop-key', 'dpop-signature'] as const),
    ...([
      'dpop-unlisted',
      'dpop-htm',
      'dpop-htu',
      'dpop-iat',
      'dpop-future',
      'dpop-old',
      'dpop-jti',
      'dpop-ath',
    ] as const),
    ...(['dpop-reused', 'voucher-binding', 'voucher-unbound', 'voucher-scheme'] as const),
  ],
  /** Of what comes to the gate (gate/gate.test.ts). */
  gate: [
    ...(['request', 'undefined-operation', 'header-twice'] as const),
    ...(['voucher-absent', 'voucher-format', 'voucher-kid', 'voucher-signature', 'voucher-typ'] as const),
    ...(['voucher-times', 'voucher-iat-future', 'voucher-nbf-future', 'voucher-expired', 'voucher-old'] as const),
    ...(['voucher-digest', 'voucher-scheme'] as const),
    ...(['foreign-audience', 'foreign-e-service', 'foreign-purpose'] as const),
    ...(['digest-absent', 'digest-format', 'digest-wrong'] as const),
    ...(['evidence-absent', 'evidence-format', 'evidence-kid', 'evidence-signature', 'evidence-aud'] as const),
    ...(['evidence-times', 'evidence-iat-future', 'evidence-nbf-future', 'evidence-expired', 'evidence-old'] as const),
    ...(['evidence-purpose', 'evidence-digest', 'evidence-userID', 'evidence-userLocation', 'evidence-LoA'] as const),
    ...(['signature-absent', 'signature-format', 'signature-kid', 'signature-signature', 'signature-aud'] as const),
    ...(['signature-times', 'signature-iat-future', 'signature-nbf-future', 'signature-expired'] as const),
    ...(['signature-old', 'signature-jti', 'signature-reused'] as const),
    ...(['signed-headers-format', 'signed-headers-digest', 'signed-headers-content-type'] as const),
    ...(['signed-headers-content-encoding', 'signed-headers-differ'] as const),
    ...(['content-type', 'content-json', 'content-null', 'content-value', 'content-schema'] as const),
  ],
  /** Of a purpose's calls (gate/limits.test.ts). */
  quota: ['daily-limit', 'rate-limit'],
  /** Refused by nobody: the published servers let it pass. */
  warning: ['typ', 'iss', 'iat', 'exp', 'digest', 'jti', 'evidence-dnonce'],
  good: ['accepted', 'voucher'],
} as const

export type Cause = (typeof CAUSES)[keyof typeof CAUSES][number]

/** For tests: those of a list for which nothing was refused. */
export const unmet = (
  list: readonly Cause[],
  entries: readonly { outcome: string; cause: string }[],
): readonly Cause[] =>
  list.filter((one) => !entries.some(({ outcome, cause }) => outcome === 'refused' && cause === one))
