import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ownFolder } from '../../../basics/temporary.ts'
import type { GatewayConfig } from '../../../gateway/index.ts'
import { emptyPage, firstGrants, throughConsole } from '../../../simulator/bench/console.ts'
import { Browser } from '../../../simulator/issuer/browser.ts'
import { startIssuer } from '../../../simulator/issuer/issuer.ts'
import { makePki } from '../../../simulator/pki/make.ts'
import { issueCrls } from '../../../simulator/pki/trust-list.ts'
import { type Centre, openCentre } from '../gateway/centre.ts'
import { publicDoorIn } from '../gateway/public-page.ts'
import { TotemClient } from '../gateway/totem-client.ts'
import { PKI } from '../pki.ts'

/** TT-0001 stands in Umbria (10), TT-0002 in Lazio (12); others are places without a totem. */
const PLACES = {
  'TT-0001': {
    ...{ name: 'Ufficio postale di Spello', office: 'PG-101', comune: 'Spello', region: '10' },
    ...{ address: 'Via Garibaldi 4', hours: [{ from: 'mon', to: 'sun', opens: '00:00', closes: '23:59' }] },
  },
  'TT-0002': {
    name: 'Ufficio postale di Città Sant’Angelo',
    office: 'RI-201',
    comune: 'Città Sant’Angelo',
    region: '12',
  },
  'RC-0003': { name: 'Ufficio postale di Scilla', office: 'RC-301', comune: 'Scilla', region: '18' },
}

export interface ConsoleCentre extends Centre {
  /** A browser in which this employee (simulator/issuer) has signed in. */
  signedIn(who: string): Promise<Browser>
  browser(): Browser
  /** A totem as the gateway sees it. */
  totem(id: string): TotemClient
}

/** A gateway with its console, its issuer, and grants for each employee. `page`: the built console, where a test needs it. */
export async function openConsoleCentre(
  databaseUrl: string | null = null,
  {
    consoleDatabaseUrl,
    page,
    places = PLACES,
    more = {},
    alertmanager,
    polis,
  }: {
    consoleDatabaseUrl?: string
    page?: string
    places?: object
    /** Other settings of the gateway. */
    more?: Partial<GatewayConfig>
    /** The address of an Alertmanager. */
    alertmanager?: string
    /** The plan of the rollout (gateway/polis/plan.ts); with it anybody may see the figures at a public door. */
    polis?: { plan: object; page?: string }
  } = {},
): Promise<ConsoleCentre> {
  const folder = ownFolder('totem-console')
  mkdirSync(folder, { recursive: true })
  await makePki(PKI)
  const issuer = await startIssuer({ pki: PKI })
  const crls = join(folder, 'operator-crls')
  await issueCrls(PKI, crls, { nextUpdate: new Date(Date.now() + 100 * 86_400_000) })
  writeFileSync(join(folder, 'offices.json'), JSON.stringify(places))
  if (polis) writeFileSync(join(folder, 'polis.json'), JSON.stringify(polis.plan))
  const console = {
    ...throughConsole(issuer, { pki: PKI, page: page ?? emptyPage(folder), folder, crls }),
    // As behind a load balancer: everybody comes from one address here, and each session is counted for itself.
    ...{ host: '127.0.0.1', port: 0, connections: { perAddress: null } },
    ...(alertmanager && { alertmanager: { url: alertmanager } }),
  }
  const centre = await openCentre(
    databaseUrl,
    {
      ...{ console, offices: join(folder, 'offices.json'), ...(consoleDatabaseUrl && { consoleDatabaseUrl }) },
      ...(polis && {
        polis: { plan: join(folder, 'polis.json'), page: polis.page ?? emptyPage(folder) },
        public: await publicDoorIn(folder),
      }),
      ...more,
    },
    {
      async prepare({ databaseUrl: _, consoleDatabaseUrl: __, ...config }) {
        const file = join(folder, 'gateway.json')
        writeFileSync(file, JSON.stringify(config))
        await firstGrants(file, databaseUrl ?? undefined)
      },
    },
  )
  // The grants began while the installation was made.
  centre.clock.now = new Date()
  const open: (Browser | TotemClient)[] = []
  const browser = () => {
    const made = new Browser(centre.gateway.consoleUrl ?? '', PKI)
    open.push(made)
    return made
  }
  return Object.assign(Object.create(centre, Object.getOwnPropertyDescriptors(centre)), {
    browser,
    async signedIn(who: string) {
      const made = browser()
      await made.logIn(who)
      return made
    },
    totem(id: string) {
      const made = new TotemClient(centre.gateway.url, id)
      open.push(made)
      return made
    },
    async stop() {
      await Promise.all(open.map((each) => each.close()))
      await centre.stop()
      await issuer.stop()
      rmSync(folder, { recursive: true })
    },
  })
}
