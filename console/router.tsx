import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router'
import { alarmQuery } from '../contract/console/alarms.ts'
import { auditQuery } from '../contract/console/audit.ts'
import { fleetQuery, logQuery } from '../contract/console/fleet.ts'
import { maintenanceQuery } from '../contract/console/maintenance.ts'
import { operationsQuery } from '../contract/console/operations.ts'
import { Frame } from './parts/frame.tsx'
import { AlarmsScreen } from './screens/alarms.tsx'
import { AuditScreen } from './screens/audit.tsx'
import { FleetScreen } from './screens/fleet.tsx'
import { GrantsScreen } from './screens/grants.tsx'
import { MaintenanceScreen } from './screens/maintenance.tsx'
import { OperationsScreen } from './screens/operations.tsx'
import { RunbooksScreen } from './screens/runbooks.tsx'
import { SessionsScreen } from './screens/sessions.tsx'
import { TotemScreen } from './screens/totem.tsx'

// The address is the view: filter, order and range stand in it. What an address has that no filter is, is left out.
const root = createRootRoute({ component: Frame })
const home = createRoute({
  ...{ getParentRoute: () => root, path: '/' },
  beforeLoad: ({ search }) => {
    if (!('log-in' in search)) throw redirect({ to: '/flotta' })
  },
})
const fleetSearch = fleetQuery.omit({ after: true })
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
const operations = createRoute({
  ...{ getParentRoute: () => root, path: '/operazioni', component: OperationsScreen },
  validateSearch: (search) => operationsQuery.safeParse(search).data ?? {},
})
const grants = createRoute({ getParentRoute: () => root, path: '/incarichi', component: GrantsScreen })
const auditSearch = auditQuery.omit({ before: true })
const audit = createRoute({
  ...{ getParentRoute: () => root, path: '/registro', component: AuditScreen },
  validateSearch: (search) => auditSearch.safeParse(search).data ?? {},
})
const sessions = createRoute({ getParentRoute: () => root, path: '/sessioni', component: SessionsScreen })

export const router = createRouter({
  routeTree: root.addChildren([home, fleet, totem, alarms, maintenance, runbooks, operations, grants, audit, sessions]),
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
