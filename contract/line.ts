import { z } from 'zod'
import { isoInstant } from './identity.ts'
import type { StaffLanguage } from './language.ts'

/**
 * Why the totem does not reach its gateway, and what to do, for operators and technicians. The list is closed; the
 * code of the system or of TLS (ECONNREFUSED, CERT_HAS_EXPIRED) stands beside it in the sync log.
 */
export const LINE_FAULTS = {
  'certificate-expired': {
    it: 'il certificato TLS del gateway è scaduto per l’orologio del totem: rinnovarlo, o regolare l’orologio',
    en: "by the totem's clock the gateway's TLS certificate has expired: renew it, or set the clock",
  },
  'certificate-not-yet-valid': {
    it: 'il certificato TLS del gateway non è ancora valido per l’orologio del totem: regolare l’orologio',
    en: "by the totem's clock the gateway's TLS certificate is not yet valid: set the clock",
  },
  'certificate-other-ca': {
    it: 'chi risponde ha un certificato di un’altra autorità: un altro servizio, un proxy, o `gateway.ca` non aggiornato',
    en: 'whoever answers has a certificate of another authority: another service, a proxy, or an outdated `gateway.ca`',
  },
  'certificate-wrong-name': {
    it: 'il certificato di chi risponde non contiene il nome in `gateway.url`',
    en: 'the certificate of whoever answers does not hold the name in `gateway.url`',
  },
  'certificate-refused': {
    it: 'il certificato di chi risponde è revocato o difettoso',
    en: 'the certificate of whoever answers is revoked or faulty',
  },
  'own-certificate-refused': {
    it: 'il gateway non accetta il certificato del totem: scaduto, revocato o di un’altra autorità',
    en: "the gateway does not accept the totem's certificate: expired, revoked or of another authority",
  },
  'name-not-found': {
    it: 'il nome in `gateway.url` non si risolve: rete o DNS dell’ufficio',
    en: 'the name in `gateway.url` does not resolve: network or DNS of the office',
  },
  'no-network': {
    it: 'nessuna rete porta al gateway: cavo, router o instradamento dell’ufficio',
    en: 'no network leads to the gateway: cable, router or routing of the office',
  },
  'connection-refused': {
    it: 'all’indirizzo del gateway non ascolta nessuno: gateway fermo, porta sbagliata o firewall',
    en: "nobody listens at the gateway's address: gateway stopped, wrong port or firewall",
  },
  'timed-out': {
    it: 'nessuna risposta in tempo: linea interrotta o lenta, firewall, o gateway sovraccarico',
    en: 'no answer in time: line broken or slow, firewall, or gateway overloaded',
  },
  'connection-cut': {
    it: 'connessione interrotta: linea instabile, oppure il gateway non accetta il certificato del totem',
    en: "connection cut: unstable line, or the gateway does not accept the totem's certificate",
  },
  'not-tls': {
    it: 'chi risponde non parla TLS 1.3: un altro servizio o un proxy',
    en: 'whoever answers does not speak TLS 1.3: another service or a proxy',
  },
  'not-our-gateway': {
    it: 'risponde una pagina, un rinvio o un altro servizio, non il gateway: portale di accesso o proxy',
    en: 'a page, a redirect or another service answers, and not the gateway: captive portal or proxy',
  },
  'totem-unknown': {
    it: 'il gateway non conosce questo totem o il suo certificato (403)',
    en: 'the gateway does not know this totem or its certificate (403)',
  },
  'gateway-refused': {
    it: 'il gateway rifiuta la domanda: versioni diverse',
    en: 'the gateway refuses the question: different versions',
  },
  'gateway-busy': {
    it: 'il gateway chiede di tornare più tardi (408, 425, 429)',
    en: 'the gateway asks to come again later (408, 425, 429)',
  },
  'gateway-unavailable': {
    it: 'il gateway, o ciò che gli sta davanti, non è in grado di rispondere (5xx)',
    en: 'the gateway, or what stands before it, cannot answer (5xx)',
  },
  unknown: { it: 'altra causa: si veda il codice', en: 'another cause: see the code' },
} as const satisfies Record<string, Record<StaffLanguage, string>>

export type LineFault = keyof typeof LINE_FAULTS
export const lineFault = z.enum(Object.keys(LINE_FAULTS) as [LineFault, ...LineFault[]])

/** Why and when the line was last down, for as long as main runs. */
export const lastOutage = z.strictObject({ from: isoInstant, seconds: z.number().int().min(0), reason: lineFault })
export type LastOutage = z.infer<typeof lastOutage>
