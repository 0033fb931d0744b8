import type { Comune } from '../../catalogue/languages.ts'
import type { DatiAnagrafici } from '../../contract/anpr.ts'

export type Residence = NonNullable<DatiAnagrafici['residenza']>[number]

/**
 * Kinds of address (table 25) that say where somebody lives, the surest first: residence, a street that was renamed, a
 * residence that was put right, one without a kind, a residence abroad, habitual abode, temporary residence, care of,
 * other. An elected domicile (3) and the last residence in Italy (7) say it of nobody.
 */
const LIVES_AT: readonly (string | undefined)[] = ['1', '10', '11', undefined, '4', '2', '8', '5', '6', '9']

/** The addresses that say where the person lives, the surest first; of several of one kind, the last. */
export const homesOf = (addresses: readonly Residence[]): readonly Residence[] =>
  addresses
    .filter(({ tipoIndirizzo }) => LIVES_AT.includes(tipoIndirizzo))
    .map((told) => ({ told, rank: LIVES_AT.indexOf(told.tipoIndirizzo), since: told.dataDecorrenzaResidenza ?? '' }))
    .toSorted((one, other) => one.rank - other.rank || (one.since < other.since ? 1 : one.since > other.since ? -1 : 0))
    .map(({ told }) => told)

/** The ISTAT code of the comune where the person lives; null: abroad, or not told. */
export const istatOf = ({ residenza = [] }: DatiAnagrafici): string | null =>
  homesOf(residenza)[0]?.indirizzo?.comune?.codiceIstat ?? null

/** The comune of Italy where the person lives; null: abroad, or not told. */
export function comuneOf({ residenza = [] }: DatiAnagrafici): Comune | null {
  const { nomeComune: comune, siglaProvinciaIstat: province } = homesOf(residenza)[0]?.indirizzo?.comune ?? {}
  return comune === undefined || province === undefined ? null : { comune, province: province.toUpperCase() }
}
