/** Shows enough of the codice fiscale for people to recognise it: others stand behind them at the screen. */
export function masked<P extends { codiceFiscale: string | null }>(person: P): P {
  const { codiceFiscale } = person
  if (codiceFiscale === null) return person
  const hidden = '•'.repeat(Math.max(0, codiceFiscale.length - 5))
  return { ...person, codiceFiscale: `${codiceFiscale.slice(0, 3)}${hidden}${codiceFiscale.slice(-2)}` }
}
