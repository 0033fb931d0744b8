import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { lines } from '../simulator/population/generate.ts'
import { CANT_CREATE, Failure, options, usage } from './command.ts'

const MOST_PEOPLE = 10_000_000
const LARGEST_SEED = 2 ** 32 - 1

const HELP = `totem simulator population [--people N] [--seed N]

Writes synthetic people, none of whom exists, to standard output: a JSON line each, the members of a family one after
another, with ANPR's own field names. "forme" says what is special about a person, "datiFamigliaConvivenza" what is said
of the family. The same numbers give the same bytes on every machine.
  --people N   how many, 1 to ${MOST_PEOPLE}; default 1000. A thousand hold every kind of family and every condition that
               blocks a certificate
  --seed N     0 to ${LARGEST_SEED}; default 1`

/** `totem simulator population`. A reader that has enough (`| head`) ends it without a complaint. */
export async function simulatorPopulation(args: string[]): Promise<number> {
  const given = options(HELP, args, {
    people: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  })
  const people = whole('--people', given.people, 1, MOST_PEOPLE)
  const seed = whole('--seed', given.seed, 0, LARGEST_SEED)
  try {
    await pipeline(Readable.from(lines(seed, people)), process.stdout, { end: false })
  } catch (reason) {
    const { code = '' } = reason as NodeJS.ErrnoException
    if (code === '') throw reason
    if (code !== 'EPIPE') {
      throw new Failure(CANT_CREATE, { kind: 'output-not-written' }, `standard output cannot be written (${code})`)
    }
  }
  return 0
}

function whole(option: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  return value >= least && value <= most ? value : usage(HELP, `${option} is a whole number from ${least} to ${most}`)
}
