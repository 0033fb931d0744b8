import { z } from 'zod'
import { italianMidnight } from '../basics/time.ts'
import { grantChanged, grantProposed, grantWish, operatedGrants, serviceCode } from '../contract/operators.ts'
import { argumentsOf, runProgram, USAGE } from './command.ts'
import { openOperatorsDoor } from './operators-door.ts'
import { CONFIG, Unusable } from './settings/unusable.ts'

const HELP = `OPERATOR_TOKEN=… node gateway/technicians.ts list              the grants, newest first
                       node gateway/technicians.ts propose CARD      that a technician's card may work on a totem; CARD: SHA-256
                                                                     of its certificate (\`npx totem card read\` prints it)
                       node gateway/technicians.ts approve NUMBER    another operator's proposal: from now on it counts
                       node gateway/technicians.ts revoke NUMBER     at once, at each totem that has a line
                       node gateway/technicians.ts code TOTEM        today's code of a totem without a line, to be told on the
                                                                     telephone to a technician whom you know

  --totem ID     propose: at this totem alone; without it at every one
  --from DAY     propose: not before this day (YYYY-MM-DD); without it from now on
  --hours N      propose: for so long, default 12
  --day DAY      code: of the day that the totem shows, where its clock is behind
  --url URL      the operators' door; without it GATEWAY_CONFIG says where that is
  --ca FILE      the authority of the gateway's certificate; without it that of GATEWAY_CONFIG's enrolment.gatewayCa
  --json         the answer as one line of JSON

The token is an operator's who may \`write\` (for list: \`read\`).`

const OPTIONS = {
  totem: { type: 'string' },
  from: { type: 'string' },
  hours: { type: 'string', default: '12' },
  day: { type: 'string' },
  url: { type: 'string' },
  ca: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

async function run(): Promise<void> {
  const { positionals, values } = argumentsOf(HELP, OPTIONS)
  const [what = '', named = '', ...more] = positionals
  const needs = { list: false, propose: true, approve: true, revoke: true, code: true }[what]
  if (needs === undefined || (named !== '') !== needs || more.length > 0) throw new Unusable(USAGE, HELP)
  const wish = what === 'propose' ? wished(named, values) : null
  const door = await openOperatorsDoor(values, HELP)
  const tell = (answer: object, line: string) =>
    process.stdout.write(`${values.json ? JSON.stringify(answer) : line}\n`)
  try {
    if (what === 'list') {
      const { grants } = await door.get('/service/grants', operatedGrants)
      tell({ grants }, grants.map(line).join('\n'))
    }
    if (wish) {
      const { number } = await door.post('/service/grants', wish, grantProposed)
      tell({ number }, `grant ${number} is proposed: another operator approves it`)
    }
    if (what === 'approve' || what === 'revoke') {
      const { done } = await door.post(`/service/grants/${what}`, { number: Number(named) }, grantChanged)
      if (!done) throw new Unusable(CONFIG, `grant ${named} is not there to ${what}, or is your own proposal`)
      tell({ done }, `grant ${named}: ${what}d`)
    }
    if (what === 'code') {
      const told = await door.post('/service/code', { totem: named, day: values.day ?? null }, serviceCode)
      if (told.code === null) throw new Unusable(CONFIG, `${named} has no codes: it was not enrolled by an order`)
      tell(told, `${told.code}  of ${named}, on ${told.day} alone`)
    }
  } finally {
    await door.close()
  }
}

/** The grant that is asked for, in Italy's days. */
function wished(card: string, { totem, from, hours }: { totem?: string; from?: string; hours: string }) {
  const day = z.iso.date().optional().safeParse(from)
  if (!day.success) throw new Unusable(USAGE, '--from: a day as YYYY-MM-DD')
  const begins = day.data === undefined ? null : italianMidnight(day.data).toISOString()
  const read = grantWish.safeParse({ card, totem: totem ?? null, from: begins, hours: Number(hours) })
  if (read.success) return read.data
  throw new Unusable(USAGE, WRONG[String(read.error.issues[0]?.path[0])] ?? HELP)
}
const WRONG: Record<string, string> = {
  card: 'CARD: 64 hexadecimal digits in small letters, as `npx totem card read` prints them',
  totem: '--totem: the id of a totem, such as PG-0002',
  hours: '--hours: a whole number, from 1 to a year',
}

function line(grant: z.output<typeof operatedGrants>['grants'][number]): string {
  const { number, totem, card, from, until, proposedBy, approvedBy, revokedBy } = grant
  const state = revokedBy
    ? `revoked by ${revokedBy}`
    : approvedBy
      ? `approved by ${approvedBy}`
      : 'WAITS for another operator'
  return `${number}  ${totem ?? 'every totem'}  ${card.slice(0, 16)}…  ${from} to ${until}  by ${proposedBy}, ${state}`
}

await runProgram(run)
