import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { DAY_MS } from '../basics/time.ts'
import { orderWish } from '../contract/enrolment.ts'
import { operatedEnrolled, operatedOrders, ordersMade, orderWithdrawn, totemWithdrawn } from '../contract/operators.ts'
import { argumentsOf, runProgram, USAGE } from './command.ts'
import { type AskedAs, openOperatorsDoor } from './operators-door.ts'
import { CONFIG, jsonIn, Unusable } from './settings/unusable.ts'

/** As long as a totem works, and its papers are looked at after it. */
const VERIFICATION_DAYS = 3_650
const AT_ONCE = 500

const HELP = `OPERATOR_TOKEN=… node gateway/orders.ts make FILE        orders places for new totems and prints the code of each, once
                       node gateway/orders.ts list             the orders, and what became of each
                       node gateway/orders.ts withdraw ORDER   takes an order back that waits for its machine
                       node gateway/orders.ts enrolled         the totems that were enrolled, with the kind of their keys
                       node gateway/orders.ts revoke TOTEM     lets a totem in no more, from now on
                       node gateway/orders.ts keys DIR         the keys by which the totems' papers are checked, as parts
                                                               for \`npx totem list sign --kind verification-keys\`

  FILE           JSON: an order or a list of them (contract/enrolment.ts \`orderWish\`), such as
                 { "totem": "PG-0002", "office": { "name": …, "comune": …, "province": … }, "printer": { "profile": "a4-kiosk" } }
  --url URL      the operators' door; without it GATEWAY_CONFIG says where that is
  --ca FILE      the authority of the gateway's certificate; without it that of GATEWAY_CONFIG's enrolment.gatewayCa
  --json         the answer as one line of JSON

The token is an operator's who may \`write\` (for list, enrolled and keys: \`read\`). make ends with ${CONFIG} when an order was refused.`

const OPTIONS = { url: { type: 'string' }, ca: { type: 'string' }, json: { type: 'boolean', default: false } } as const

async function run(): Promise<void> {
  const { positionals, values } = argumentsOf(HELP, OPTIONS)
  const [what = '', named, ...more] = positionals
  const needs = { make: true, list: false, withdraw: true, enrolled: false, revoke: true, keys: true }[what]
  if (needs === undefined || (named !== undefined) !== needs || more.length > 0) throw new Unusable(USAGE, HELP)
  const door = await openOperatorsDoor(values, HELP)
  const tell = (answer: object, lines: string[]) =>
    process.stdout.write(`${values.json ? JSON.stringify(answer) : lines.join('\n')}\n`)
  try {
    if (what === 'make') await make(door, named ?? '', tell)
    if (what === 'list') {
      const { orders } = await door.get('/orders', operatedOrders)
      const line = ({ order, totem, state, expiresAt, office }: (typeof orders)[number]) =>
        `${order}  ${totem}  ${state.padEnd(9)}  ${expiresAt}  ${office}`
      tell({ orders }, orders.map(line))
    }
    if (what === 'withdraw') {
      const { withdrawn } = await door.post('/orders/withdraw', { order: named }, orderWithdrawn)
      if (!withdrawn) throw new Unusable(CONFIG, `${named} is no order that waits for its machine`)
      tell({ withdrawn }, [`${named} is withdrawn`])
    }
    if (what === 'revoke') {
      const { withdrawn } = await door.post('/enrolled/withdraw', { totem: named }, totemWithdrawn)
      if (!withdrawn) throw new Unusable(CONFIG, `${named} is no enrolled totem that is let in`)
      tell({ withdrawn }, [`${named} is let in no more`])
    }
    if (what === 'enrolled' || what === 'keys') {
      const { totems } = await door.get('/enrolled', operatedEnrolled)
      if (what === 'keys') return parts(totems, named ?? '')
      const line = ({ totem, key, certificateEnds, withdrawnAt, machine }: (typeof totems)[number]) =>
        [
          ...[totem, key === 'file' ? 'SOFTWARE KEY' : 'TPM         ', `until ${certificateEnds ?? '–'}`],
          ...[machine.slice(0, 16), withdrawnAt ? `withdrawn ${withdrawnAt}` : ''],
        ].join('  ')
      tell({ totems }, totems.map(line))
    }
  } finally {
    await door.close()
  }
}

async function make(door: AskedAs, file: string, tell: (answer: object, lines: string[]) => void): Promise<void> {
  const read = [await jsonIn('FILE', file)].flat()
  const wishes = read.map((wish, place) => {
    const parsed = orderWish.safeParse(wish)
    if (parsed.success) return parsed.data
    const faults = parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))
    throw new Unusable(CONFIG, `${file}, order ${place + 1}: ${faults.join('; ')}`)
  })
  const orders: z.output<typeof ordersMade>['orders'] = []
  for (let from = 0; from < wishes.length; from += AT_ONCE)
    orders.push(...(await door.post('/orders', { orders: wishes.slice(from, from + AT_ONCE) }, ordersMade)).orders)
  tell(
    { orders },
    orders.map((order) =>
      order.state === 'made'
        ? `${order.totem}  ${order.code}  until ${order.expiresAt}  order ${order.order}`
        : `${order.totem}  refused: ${order.reason}`,
    ),
  )
  if (orders.some(({ state }) => state === 'refused')) process.exitCode = CONFIG
}

/** A part of the list for each totem that may still write papers. */
function parts(totems: z.output<typeof operatedEnrolled>['totems'], folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const { totem, verification, enrolledAt } of totems) {
    const [notBefore, notAfter] = [0, VERIFICATION_DAYS].map((days) =>
      new Date(Date.parse(enrolledAt) + days * DAY_MS).toISOString(),
    )
    const file = join(folder, `${totem}-${verification.kid}.verification-keys.json`)
    writeFileSync(file, `${JSON.stringify({ keys: [{ ...verification, totem, notBefore, notAfter }] })}\n`)
    process.stdout.write(`${file}\n`)
  }
}

await runProgram(run)
