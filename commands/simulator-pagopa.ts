import { once } from 'node:events'
import type { PagopaAccess } from '../simulator/pagopa/index.ts'
import { startPagopa } from '../simulator/pagopa/index.ts'
import { makePki } from '../simulator/pki/make.ts'
import { CONFIG, Failure, options, portOf } from './command.ts'

const HELP = `totem simulator pagopa [--port N] [--control-port N] [--station URL --station-ca FILE] [--json]

Runs pagoPA's platform for any creditor, until Ctrl+C: payment positions (GPD), receipts to be fetched, Checkout with the
page that a phone opens. Prints addresses, CA, subscription key and the creditor whom it knows. No money moves.
  --port N           of the platform (HTTPS); without it a free one
  --control-port N   of the simulator's own door (plain HTTP), where notices are paid and faults switched on:
                       curl -X POST -H content-type:application/json -d '{"times":2}' http://127.0.0.1:N/simulator/pay
                       curl -X PUT -H content-type:application/json -d '{"kind":"cut","times":1}' \\
                         http://127.0.0.1:N/simulator/fault
  --station URL      where receipts are sent (paSendRTV2, mutual TLS); without it they wait to be fetched
  --station-ca FILE  PEM of the CA that vouches for the station
  --json             prints all of that in one JSON line`

/** `totem simulator pagopa`: for any creditor. Resolves to the exit code when it is interrupted. */
export async function simulatorPagopa(args: string[], pki: string): Promise<number> {
  const given = options(HELP, args, {
    port: { type: 'string', default: '0' },
    'control-port': { type: 'string', default: '0' },
    station: { type: 'string' },
    'station-ca': { type: 'string' },
    json: { type: 'boolean', default: false },
  })
  const { station, 'station-ca': stationCa } = given
  if ((station === undefined) !== (stationCa === undefined))
    throw new Failure(CONFIG, { kind: 'station-incomplete' }, '--station and --station-ca go together')
  await makePki(pki)
  const pagopa = await startPagopa({
    port: portOf(HELP, '--port', given.port),
    controlPort: portOf(HELP, '--control-port', given['control-port']),
    pki,
  })
  if (station !== undefined && stationCa !== undefined) pagopa.sendReceiptsTo(() => ({ url: station, ca: stationCa }))
  const told = { ...pagopa.access, control: pagopa.controlUrl }
  console.log(given.json ? JSON.stringify(told) : textOf(told))
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  await pagopa.stop()
  return 0
}

const textOf = ({ creditor, control, ...access }: PagopaAccess & { control: string }): string =>
  [
    `positions         ${access.positionsUrl}`,
    `receipts          ${access.receiptsUrl}`,
    `Checkout          ${access.checkoutUrl}`,
    `CA                ${access.ca}`,
    `subscription key  ${access.subscriptionKey}`,
    `creditor          ${creditor.codiceFiscale}, ${creditor.name}`,
    `  IBAN            ${creditor.iban}`,
    `  segregation     ${creditor.segregationCode}`,
    `control           ${control}/simulator`,
    'Ctrl+C ends it',
  ].join('\n')
