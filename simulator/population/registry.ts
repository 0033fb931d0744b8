import { generated } from './generate.ts'
import { known } from './known.ts'
import type { Gruppo, Scheda } from './model.ts'

/** The population as a registry is asked about it: each question is one look. */
export interface Registry {
  byCodiceFiscale(code: string): Scheda | undefined
  byIdAnpr(id: string): Scheda | undefined
  /** By the simulator's own key. */
  byId(id: string): Scheda | undefined
  /** The family or convivenza of a person, and its members in the order of the sheet. */
  familyOf(person: Scheda): { gruppo: Gruppo; membri: Scheda[] }
  /** Everybody, the hand-made people first. */
  all(): Iterable<Scheda>
}

/** The hand-made people, and `size` more from a seed. */
export function registry(seed = 1, size = 0): Registry {
  const byId = new Map<string, Scheda>()
  const byIdAnpr = new Map<string, Scheda>()
  const byCode = new Map<string, Scheda>()
  const gruppi = new Map<string, Gruppo>()
  for (const { gruppo, schede } of [...known(), ...generated(seed, size)]) {
    gruppi.set(gruppo.id, gruppo)
    for (const scheda of schede) {
      byId.set(scheda.id, scheda)
      byIdAnpr.set(scheda.identificativi.idANPR, scheda)
      const code = scheda.generalita.codiceFiscale?.codFiscale
      if (code) byCode.set(code, scheda)
    }
  }
  return {
    byCodiceFiscale: (code) => byCode.get(code),
    byIdAnpr: (id) => byIdAnpr.get(id),
    byId: (id) => byId.get(id),
    familyOf({ id, gruppo: key }) {
      const gruppo = gruppi.get(key)
      if (!gruppo) throw new Error(`${id} has no family`)
      return { gruppo, membri: gruppo.membri.flatMap((member) => byId.get(member) ?? []) }
    },
    all: () => byId.values(),
  }
}
