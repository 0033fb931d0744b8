/** Certificate policies under which a card certificate may identify its holder at a totem. */
export const IDENTIFYING_POLICIES: readonly string[] = [
  // CNS, autenticazione (AgID, "Linee guida per l'emissione e l'utilizzo della CNS"; cards.md §9).
  '1.3.76.16.2.1',
]

/** id-kp-clientAuth, RFC 5280 §4.2.1.12. */
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
