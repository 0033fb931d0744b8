import type { LineFault } from '../../contract/line.ts'
import type { GatewayFailure } from './client.ts'

/** The reason for operators, and the code that it was made from, of the system, TLS or HTTP. */
export interface WhyDown {
  reason: LineFault
  detail: string
}

/** A code counts for the first pattern that it matches. */
const BY_CODE: readonly (readonly [RegExp, LineFault])[] = [
  [/^CERT_HAS_EXPIRED$/, 'certificate-expired'],
  [/^CERT_NOT_YET_VALID$/, 'certificate-not-yet-valid'],
  [/^(ERR_TLS_CERT_ALTNAME_|HOSTNAME_MISMATCH)/, 'certificate-wrong-name'],
  // verify(1): what is not signed, in the end, by the only authority that counts.
  [/^(UNABLE_TO_(GET|VERIFY|DECODE|DECRYPT)_|DEPTH_ZERO_|SELF_SIGNED_|CERT_UNTRUSTED$)/, 'certificate-other-ca'],
  [/^(INVALID_CA|CERT_SIGNATURE_FAILURE|CERT_CHAIN_TOO_LONG|PATH_LENGTH_EXCEEDED)$/, 'certificate-other-ca'],
  [/^(CERT_|CRL_|INVALID_PURPOSE|ERROR_IN_CERT_|CA_MD_|EE_KEY_|CA_KEY_)/, 'certificate-refused'],
  // An alert about certificates can only be about the totem's own (RFC 8446 §6.2).
  [/ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|ACCESS_DENIED)/, 'own-certificate-refused'],
  [/^(ERR_SSL_|EPROTO$)/, 'not-tls'],
  [/^(ENOTFOUND|EAI_)/, 'name-not-found'],
  [/^(ENETUNREACH|EHOSTUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL|ENONET)$/, 'no-network'],
  [/^ECONNREFUSED$/, 'connection-refused'],
  [/^(timeout|ETIMEDOUT|ESOCKETTIMEDOUT)$/, 'timed-out'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE)$/, 'connection-cut'],
  // What came was no HTTP, or an answer longer than any of the gateway's.
  [/^(HPE_|answer-too-long$)/, 'not-our-gateway'],
]

/** Why `GET /v1/status` had no good answer. */
export function whyDown(failure: GatewayFailure): WhyDown {
  switch (failure.kind) {
    case 'line-down':
      return { reason: BY_CODE.find(([code]) => code.test(failure.reason))?.[1] ?? 'unknown', detail: failure.reason }
    case 'answer-malformed':
      return { reason: 'not-our-gateway', detail: failure.kind }
    case 'gateway-unavailable':
      return {
        reason: failure.httpStatus >= 500 ? 'gateway-unavailable' : 'gateway-busy',
        detail: `http-${failure.httpStatus}`,
      }
    case 'refused': {
      // The question has no body that could be malformed: so the gateway's door refuses the totem itself (403).
      const { kind } = failure.problem
      return { reason: kind === 'request-malformed' ? 'totem-unknown' : 'gateway-refused', detail: kind }
    }
  }
}
