import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { ordersMade } from '../../contract/operators.ts'
import { createEnrolmentClient } from '../../main/enrolment/client.ts'
import { askRegistrar } from '../../main/enrolment/enrol.ts'
import { keysInMemory } from '../../main/enrolment/keys.ts'
import type { BenchGateway } from '../../simulator/bench/gateway.ts'
import { fleetTotem } from '../../simulator/fleet/plan.ts'

/** Machines that are enrolled at the same time; the registrar answers them on a few connections. */
const AT_ONCE = 16
/** As many as an operator orders in one question. */
const ORDERED = 500

/**
 * Makes the totems 1 to `count` of a fleet as a technician does, each by the code of its own order, with software keys.
 * Leaves `<id>.{cert,key}.pem` and `<id>.outcome.jwk.json` in `folder`; answers the seconds that it took.
 */
export async function enrolFleet(
  registrar: NonNullable<BenchGateway['registrar']>,
  folder: string,
  count: number,
): Promise<number> {
  const started = performance.now()
  const ids = Array.from({ length: count }, (_, index) => fleetTotem(index + 1))
  const codes: [totem: string, code: string][] = []
  for (let from = 0; from < count; from += ORDERED)
    codes.push(...(await order(registrar, ids.slice(from, from + ORDERED))))
  const ca = registrar.ca.toString()
  const work = codes.values()
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, count) }, async () => {
      const client = createEnrolmentClient({ url: registrar.door, ca, version: '0.0.0' })
      for (const [totem, code] of work) {
        const keys = await keysInMemory(Date.now())
        const now = () => new Date()
        const told = await askRegistrar(keys, { code, client, ca, version: '0.0.0', now, onStep: () => undefined })
        if (!told.ok) throw new Error(`${totem} was not enrolled: ${JSON.stringify(told.error)}`)
        const secret = { mode: 0o600 }
        await writeFile(join(folder, `${totem}.key.pem`), keys.tls, secret)
        await writeFile(join(folder, `${totem}.outcome.jwk.json`), JSON.stringify(keys.outcome), secret)
        await writeFile(join(folder, `${totem}.cert.pem`), told.value.certificate)
      }
      client.close()
    }),
  )
  return (performance.now() - started) / 1_000
}

async function order(
  { operators, ca, authorization }: NonNullable<BenchGateway['registrar']>,
  totems: readonly string[],
): Promise<[string, string][]> {
  const dispatcher = new Agent({ connect: { ca } })
  const orders = totems.map((totem) => ({
    totem,
    office: { name: 'Ufficio postale di Spello', comune: 'Spello', province: 'PG' },
    printer: { profile: 'a4-kiosk' },
    softwareKey: true,
  }))
  const answer = await request(`${operators}/v1/operator/orders`, {
    ...{ method: 'POST' as const, dispatcher },
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ orders }),
  })
  const made = ordersMade.parse(await answer.body.json()).orders
  await dispatcher.close()
  return made.map((each) => {
    if (each.state === 'refused') throw new Error(`${each.totem} was not ordered: ${each.reason}`)
    return [each.totem, each.code]
  })
}
