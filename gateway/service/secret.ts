/**
 * The secret of a totem's codes of the day, of which the registrar tells the totem and the operator's answer makes a code. It hangs
 * on the order by which the totem came: a machine that takes its place has other codes.
 */
export const serviceSecret = (reference: (text: string) => string, totem: string, order: string): Buffer =>
  Buffer.from(reference(`totem-polis/service-secret ${totem} ${order}`), 'base64url')
