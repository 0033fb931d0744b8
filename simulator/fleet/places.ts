import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { randomFrom } from '../population/random.ts'

const COMUNI = fileURLToPath(new URL('../../assets/comuni/comuni.csv', import.meta.url))
/** Post offices with a totem, each in a comune of fewer inhabitants than this. */
const OFFICES = 6_933
const SMALL_TOWN = 15_000
const SEED = 1
const FIRST_DAY = Date.UTC(2026, 0, 12)
const DAY_MS = 86_400_000

interface Town {
  istat: string
  region: string
}

function towns(): Town[] {
  return readFileSync(COMUNI, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(';'))
    .filter(([, , , , , people]) => people !== '' && Number(people) < SMALL_TOWN)
    .slice(0, OFFICES)
    .map(([istat = '', , , region = '']) => ({ istat, region }))
}

const dayOf = (days: number) => new Date(FIRST_DAY + days * DAY_MS).toISOString().slice(0, 10)

/** A rollout over two years, region by region as far as chance lets it; `today` splits what has happened from what will. */
export function fleetPlan(today = new Date()): Record<string, { from: string; to: string; counter: string | null }> {
  const random = randomFrom(SEED)
  const day = today.toISOString().slice(0, 10)
  return Object.fromEntries(
    towns().map(({ istat, region }) => {
      const begins = Math.floor(Number(region) * 22 + random() * 180)
      const opens = dayOf(begins + Math.floor(random() * 90))
      return [istat, { from: dayOf(begins), to: dayOf(begins + 120), counter: opens <= day ? opens : null }]
    }),
  )
}
