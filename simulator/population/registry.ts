import { generated } from './generate.ts'
import { known } from './known.ts'
import type { Gruppo, Scheda } from './model.ts'
import type { Draft } from './scheda.ts'

/** The population as a registry is asked about it: each question is one look. */
export interface Registry {
  byCodiceFiscale(code: string): Scheda | undefined
  byIdAnpr(id: string): Scheda | undefined
  /** By the simulator's own key. */
  byId(id: string): Scheda | undefined
  /** The family or convivenza of a person, and its members in the order of the sheet. */
  familyOf(person: Scheda): { gruppo: Gruppo; membri: Scheda[] }
  /** How many are not hand-made. */
  readonly size: number
  /** Everybody, the hand-made people first. */
  all(): Iterable<Scheda>
}

/**
 * The hand-made people, and `size` more from a seed. Those are made when somebody is asked for who is not hand-made, so
 * that a bench starts at once.
 */
export function registry(seed = 1, size = 3_000): Registry {
  const byId = new Map<string, Scheda>()
  const byIdAnpr = new Map<string, Scheda>()
  const byCode = new Map<string, Scheda>()
  const gruppi = new Map<string, Gruppo>()
  let whole = false

  function hold(drafts: Iterable<Draft>): void {
    for (const { gruppo, schede } of drafts) {
      gruppi.set(gruppo.id, gruppo)
      for (const scheda of schede) {
        byId.set(scheda.id, scheda)
        byIdAnpr.set(scheda.identificativi.idANPR, scheda)
        const code = scheda.generalita.codiceFiscale?.codFiscale
        if (code) byCode.set(code, scheda)
      }
    }
  }
  function holdAll(): void {
    if (!whole) hold(generated(seed, size))
    whole = true
  }
  function found(index: Map<string, Scheda>, key: string): Scheda | undefined {
    if (!index.has(key)) holdAll()
    return index.get(key)
  }

  hold(known())
  return {
    size,
    byCodiceFiscale: (code) => found(byCode, code),
    byIdAnpr: (id) => found(byIdAnpr, id),
    byId: (id) => found(byId, id),
    familyOf({ id, gruppo: key }) {
      const gruppo = gruppi.get(key)
      if (!gruppo) throw new Error(`${id} has no family`)
      return { gruppo, membri: gruppo.membri.flatMap((member) => byId.get(member) ?? []) }
    },
    all() {
      holdAll()
      return byId.values()
    },
  }
}

/** The people of a bench: its dock, its cards and its ANPR mean the same. */
export const population = registry()
