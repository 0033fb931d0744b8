import { type Codes, codesFrom, household } from './household.ts'
import { known } from './known.ts'
import type { Scheda } from './model.ts'
import { chanceFrom } from './random.ts'
import type { Draft } from './scheda.ts'
import { COMMON, RARE, type Shape } from './shapes.ts'

/** Each fourth household is the next of the rare ones, so that a thousand people hold each of them. */
const RARE_EVERY = 4
const ALONE = COMMON[0] as Shape

/**
 * `size` people from a seed, family after family, the same on every machine. The hand-made ones are not among them, and
 * nobody shares a code with one of them or with another. A date of today plays no part: identity cards that are valid
 * last until 2034.
 */
export function* generated(seed: number, size: number): Generator<Draft> {
  const codes = codesFrom(seed, takenByKnown())
  for (let number = 1, left = size; left > 0; number++) {
    let made = shaped(number, seed, codes)
    // The last family must not be cut.
    if (made.schede.length > left) made = alone(number, seed, codes)
    left -= made.schede.length
    yield made
  }
}

function takenByKnown() {
  const schede = known().flatMap(({ schede }) => schede)
  return {
    codes: schede.flatMap(({ generalita }) => generalita.codiceFiscale?.codFiscale ?? []),
    ids: schede.map(({ identificativi }) => identificativi.idANPR.slice(0, 8)),
  }
}

function shaped(number: number, seed: number, codes: Codes): Draft {
  const chance = chanceFrom(Math.imul(seed, 0x9e3779b1) ^ number)
  const rare = RARE[Math.floor(number / RARE_EVERY) % RARE.length]
  const shape = number % RARE_EVERY === 0 && rare ? rare : chance.pick(COMMON)
  return shape((tipoLegame, options) => household(chance, codes, idOf(number), tipoLegame, options)).draft
}

function alone(number: number, seed: number, codes: Codes): Draft {
  const chance = chanceFrom(Math.imul(seed, 0x9e3779b1) ^ number)
  return ALONE((tipoLegame, options) => household(chance, codes, idOf(number), tipoLegame, options)).draft
}

const idOf = (number: number) => `g${String(number).padStart(6, '0')}`

/** One line of JSON for each person, with what is said of the family. */
export function* lines(seed: number, size: number): Generator<string> {
  for (const { gruppo, schede } of generated(seed, size)) {
    for (const scheda of schede) yield `${JSON.stringify(lineOf(scheda, gruppo))}\n`
  }
}

const lineOf = (scheda: Scheda, { famigliaConvivenza, residenza, stato }: Draft['gruppo']) => ({
  ...scheda,
  datiFamigliaConvivenza: { residenza, famigliaConvivenza },
  ...(stato && { statoFamiglia: stato }),
})
