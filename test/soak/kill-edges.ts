/**
 * Where a payment or a delivery goes from one state to the next, as the totem says it: it asks for the notice, the notice
 * is open and the telephone pays, the totem has heard of the money, the request that spends it is on the disk, the
 * certificate has come; the document is on its way to the telephone, and shown to it; a mail is on its way to the gateway,
 * and the person knows of it; a PEC, and the person knows of that.
 */
export const edges = [
  'opening',
  'open',
  'paid',
  'requested',
  'issued',
  'handing-over',
  'handed-over',
  'mailing',
  'mailed',
  'pec-sending',
  'pec-sent',
] as const
export type Edge = (typeof edges)[number]

/** Whether one comes there by a mail or a PEC, and not by a payment. */
export const isMail = (edge: Edge): boolean => /^(?:mail|pec-)/.test(edge)
