import { z } from 'zod'
import type { Luogo, Scheda } from '../../population/model.ts'
import { inRegistry } from '../grant.ts'

const text = z.string()

/** `RichiestaE002`: what the Ministry's files require; `casoUso` is compared with the service's own code. */
export const richiesta = z.looseObject({
  idOperazioneClient: text.min(1).max(30),
  criteriRicerca: z.looseObject({
    codiceFiscale: text.optional(),
    idANPR: text.optional(),
    cognome: text.optional(),
    senzaCognome: text.optional(),
    nome: text.optional(),
    senzaNome: text.optional(),
    sesso: text.optional(),
    datiNascita: z.looseObject({ dataEvento: text.optional(), luogoNascita: z.looseObject({}).optional() }).optional(),
  }),
  verifica: z.looseObject({}).optional(),
  datiRichiesta: z.looseObject({ dataRiferimentoRichiesta: text, motivoRichiesta: text, casoUso: text }),
})
export type Richiesta = z.infer<typeof richiesta>
type Criteria = Richiesta['criteriRicerca']

/** The one person that the criteria name; nobody when they name none, or several. */
export function find(criteria: Criteria): Scheda | undefined {
  const people = inRegistry()
  if (criteria.idANPR !== undefined) return people.byIdAnpr(criteria.idANPR)
  if (criteria.codiceFiscale !== undefined) return people.byCodiceFiscale(criteria.codiceFiscale)
  const { dataEvento, luogoNascita } = criteria.datiNascita ?? {}
  if (dataEvento === undefined) return undefined
  const declared = {
    ...pick(criteria, 'cognome', 'senzaCognome', 'nome', 'senzaNome', 'sesso'),
    dataNascita: dataEvento,
    ...(luogoNascita && { luogoNascita: luogoNascita as Luogo }),
  }
  const found = [...people.all()].filter(({ generalita }) => agrees(declared, generalita))
  return found.length === 1 ? found[0] : undefined
}

const pick = <T extends object, K extends keyof T>(from: T, ...keys: K[]) =>
  Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])))

const folded = (told: string) => told.normalize('NFC').toUpperCase().trim()

/** Whether all that is declared stands in the register so. Of a list, one element must hold it. */
export function agrees(declared: unknown, held: unknown): boolean {
  if (Array.isArray(held) && !Array.isArray(declared)) return held.some((one) => agrees(declared, one))
  if (Array.isArray(declared))
    return Array.isArray(held) && declared.length === held.length && declared.every((one) => agrees(one, held))
  if (typeof declared === 'string') return typeof held === 'string' && folded(declared) === folded(held)
  if (typeof declared !== 'object' || declared === null || typeof held !== 'object' || held === null) return false
  return Object.entries(declared).every(([key, value]) => agrees(value, (held as Record<string, unknown>)[key]))
}
