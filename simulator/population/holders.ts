import { familyOf, type Person, people, personOf } from './people.ts'
import { homes } from './places.ts'
import { population } from './registry.ts'

/** Anybody of a bench's population, as a card carries them. */
export function holderById(id: string): Person {
  const own = people.find((person) => person.id === id)
  if (own) return own
  const scheda = population.byId(id)
  if (!scheda) throw new Error(`no such synthetic person: ${id}`)
  return personOf(scheda)
}

/** Where a holder lives, as cards have it; undefined for somebody who lives abroad. */
export function homeOf({ id }: Person): { belfiore: string; lines: string[] } | undefined {
  const family = familyOf(id)
  if (family) {
    const { address, comune } = family
    return { belfiore: comune.belfiore, lines: [`${address.toponimo} ${address.civico}`, comune.name, comune.province] }
  }
  const indirizzo = population.byId(id)?.residenza[0]?.indirizzo
  if (!indirizzo) return undefined
  const { comune, toponimo, numeroCivico } = indirizzo
  const civico = numeroCivico.metrico ? `KM ${numeroCivico.metrico}` : (numeroCivico.numero ?? '')
  return {
    belfiore: homes.find((home) => home.comune.codiceIstat === comune.codiceIstat)?.belfiore ?? '',
    lines: [
      `${toponimo.specie} ${toponimo.denominazioneToponimo} ${civico}`,
      comune.nomeComune,
      comune.siglaProvinciaIstat,
    ],
  }
}
