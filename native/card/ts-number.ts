/**
 * The twenty digits on the back of a Tessera Sanitaria, from its EF.ID_Carta (16 digits, "6" first); null on other
 * cards. The last digit follows the only public reader: Luhn, but the right-most digit is not doubled. No printed card
 * has confirmed it, so nothing may depend on it.
 */
export function tsCardNumber(cardId: string): string | null {
  if (!/^6\d{15}$/.test(cardId)) return null
  const stem = `${PREFIX}${cardId.slice(1, 13)}`
  const sum = [...stem]
    .reverse()
    .reduce((total, digit, place) => total + (place % 2 === 1 ? doubled(digit) : Number(digit)), 0)
  return `${stem}${(10 - (sum % 10)) % 10}`
}

/** 80 health, 380 Italy, 00 the Ministry of Economy. */
const PREFIX = '8038000'

const doubled = (digit: string) => (2 * Number(digit) > 9 ? 2 * Number(digit) - 9 : 2 * Number(digit))
