import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate } from '@tanstack/react-router'
import { z } from 'zod'
import { alarmQuery } from '../contract/console/alarms.ts'
import { auditQuery } from '../contract/console/audit.ts'
import { ordersQuery } from '../contract/console/commands.ts'
import { fleetQuery, logQuery } from '../contract/console/fleet.ts'
import { accountsQuery } from '../contract/console/history.ts'
import { logFilter } from '../contract/console/log.ts'
import { maintenanceQuery } from '../contract/console/maintenance.ts'
import { operationsQuery } from '../contract/console/operations.ts'
import { cieQuery, crossQuery, officesQuery, productsQuery } from '../contract/console/statistics.ts'
import { operationId } from '../contract/identity.ts'
import { Frame } from './parts/frame.tsx'
import { useMe } from './parts/who.ts'
import { AccountsScreen } from './screens/accounts.tsx'
import { AlarmsScreen } from './screens/alarms.tsx'
import { AnomaliesScreen } from './screens/anomalies.tsx'
import { AuditScreen } from './screens/audit.tsx'
import { CardsScreen } from './screens/cards.tsx'
import { CitizenScreen } from './screens/citizen.tsx'
import { CommandsScreen } from './screens/commands.tsx'
import { FleetScreen } from './screens/fleet.tsx'
import { GrantsScreen } from './screens/grants.tsx'
import { LogScreen } from './screens/log.tsx'
import { MaintenanceScreen } from './screens/maintenance.tsx'
import { NewRequestScreen } from './screens/new-request.tsx'
import { OperationsScreen } from './screens/operations.tsx'
import { AllRequestsScreen, OwnRequestsScreen, RequestScreen, WaitingRequestsScreen } from './screens/requests.tsx'
import { RunbooksScreen } from './screens/runbooks.tsx'
import { SessionsScreen } from './screens/sessions.tsx'
import { TotemScreen } from './screens/totem.tsx'
import { SCREENS } from './words.ts'

// The address is the view: filter, order and range stand in it. What an address has that no filter is, is left out.
/** What of an address is good: one wrong part does not cost the others. */
const keptOf = <S extends z.ZodRawShape>(shape: S, search: Record<string, unknown>): z.output<z.ZodObject<S>> =>
  Object.fromEntries(
    Object.entries(shape).flatMap(([key, type]) => {
      const read = (type as z.ZodType).safeParse(search[key])
      return read.success && read.data !== undefined ? [[key, read.data]] : []
    }),
  ) as z.output<z.ZodObject<S>>

const root = createRootRoute({ component: Frame })
/** The first screen that this person may use. */
function Home() {
  const { may } = useMe()
  const first = SCREENS.find(({ action }) => may.includes(action))
  return first ? <Navigate to={first.to} replace /> : null
}
const home = createRoute({
  ...{ getParentRoute: () => root, path: '/', component: Home },
})
/** `view`: the map in place of the table, by the same filter. */
const fleetSearch = fleetQuery.omit({ after: true }).extend({ view: z.enum(['mappa']).optional() })
const fleet = createRoute({
  ...{ getParentRoute: () => root, path: '/flotta', component: FleetScreen },
  validateSearch: (search) => fleetSearch.safeParse(search).data ?? {},
})
const totemSearch = logQuery.omit({ before: true })
const totem = createRoute({
  ...{ getParentRoute: () => root, path: '/flotta/$totem', component: TotemScreen },
  validateSearch: (search) => totemSearch.safeParse(search).data ?? {},
})
const alarms = createRoute({
  ...{ getParentRoute: () => root, path: '/allarmi', component: AlarmsScreen },
  validateSearch: (search) => alarmQuery.safeParse(search).data ?? {},
})
const maintenance = createRoute({
  ...{ getParentRoute: () => root, path: '/manutenzione', component: MaintenanceScreen },
  validateSearch: (search) => maintenanceQuery.safeParse(search).data ?? {},
})
const runbooks = createRoute({ getParentRoute: () => root, path: '/procedure', component: RunbooksScreen })
const log = createRoute({
  ...{ getParentRoute: () => root, path: '/voci', component: LogScreen },
  validateSearch: (search) => keptOf(logFilter.shape, search),
})
const commandsRoute = createRoute({
  ...{ getParentRoute: () => root, path: '/comandi', component: CommandsScreen },
  validateSearch: (search) => ordersQuery.safeParse(search).data ?? {},
})
const operations = createRoute({
  ...{ getParentRoute: () => root, path: '/operazioni', component: OperationsScreen },
  validateSearch: (search) => operationsQuery.safeParse(search).data ?? {},
})
const newRequest = createRoute({
  ...{ getParentRoute: () => root, path: '/richieste/nuova', component: NewRequestScreen },
  validateSearch: (search) => keptOf({ request: operationId.optional() }, search),
})
const ownRequests = createRoute({ getParentRoute: () => root, path: '/richieste/mie', component: OwnRequestsScreen })
const waitingRequests = createRoute({
  ...{ getParentRoute: () => root, path: '/richieste/da-convalidare', component: WaitingRequestsScreen },
})
const allRequests = createRoute({ getParentRoute: () => root, path: '/richieste/tutte', component: AllRequestsScreen })
const requestRoute = createRoute({ getParentRoute: () => root, path: '/richieste/$request', component: RequestScreen })
const accounts = createRoute({
  ...{ getParentRoute: () => root, path: '/rendiconto', component: AccountsScreen },
  validateSearch: (search) => accountsQuery.safeParse(search).data ?? {},
})
const anomalies = createRoute({ getParentRoute: () => root, path: '/anomalie', component: AnomaliesScreen })
const citizen = createRoute({ getParentRoute: () => root, path: '/cittadino', component: CitizenScreen })
const grants = createRoute({ getParentRoute: () => root, path: '/incarichi', component: GrantsScreen })
const auditSearch = auditQuery.omit({ before: true })
const audit = createRoute({
  ...{ getParentRoute: () => root, path: '/registro', component: AuditScreen },
  validateSearch: (search) => auditSearch.safeParse(search).data ?? {},
})
const objectives = createRoute({
  ...{ getParentRoute: () => root, path: '/obiettivi' },
  component: lazyRouteComponent(() => import('./screens/objectives.tsx'), 'ObjectivesScreen'),
})
const polis = createRoute({
  ...{ getParentRoute: () => root, path: '/diffusione' },
  component: lazyRouteComponent(() => import('./polis/figures.tsx'), 'PolisFigures'),
})
const counter = createRoute({
  ...{ getParentRoute: () => root, path: '/sportello' },
  component: lazyRouteComponent(() => import('./screens/counter.tsx'), 'CounterScreen'),
})
const cards = createRoute({ getParentRoute: () => root, path: '/carte', component: CardsScreen })
const products = createRoute({
  ...{ getParentRoute: () => root, path: '/statistiche' },
  validateSearch: (search) => keptOf(productsQuery.shape, search),
  component: lazyRouteComponent(() => import('./screens/statistics/products.tsx'), 'ProductsScreen'),
})
const cie = createRoute({
  ...{ getParentRoute: () => root, path: '/statistiche/cie' },
  validateSearch: (search) => keptOf(cieQuery.shape, search),
  component: lazyRouteComponent(() => import('./screens/statistics/cie.tsx'), 'CieScreen'),
})
const offices = createRoute({
  ...{ getParentRoute: () => root, path: '/statistiche/uffici' },
  validateSearch: (search) => keptOf(officesQuery.shape, search),
  component: lazyRouteComponent(() => import('./screens/statistics/offices.tsx'), 'OfficesScreen'),
})
const consultations = createRoute({
  ...{ getParentRoute: () => root, path: '/statistiche/consultazioni' },
  validateSearch: (search) => keptOf(crossQuery.shape, search),
  component: lazyRouteComponent(() => import('./screens/statistics/consultations.tsx'), 'ConsultationsScreen'),
})
const sessions = createRoute({ getParentRoute: () => root, path: '/sessioni', component: SessionsScreen })

export const router = createRouter({
  routeTree: root.addChildren([
    ...([home, fleet, totem, log, alarms, maintenance, runbooks] as const),
    ...([newRequest, ownRequests, waitingRequests, allRequests, requestRoute] as const),
    ...([accounts, anomalies, citizen] as const),
    ...([commandsRoute, operations, grants, audit, objectives, polis, counter, cards, sessions] as const),
    ...([products, cie, offices, consultations] as const),
  ]),
  // Plain words in the address: no JSON, so that a person can read and write it.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const set = Object.entries(search).filter(([, value]) => value !== undefined && value !== '')
    const text = new URLSearchParams(set.map(([key, value]) => [key, String(value)])).toString()
    return text && `?${text}`
  },
})
declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
