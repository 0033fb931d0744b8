// More than 400 lines: the console’s whole wire is one list, in which no route stands without its action.
import type { z } from 'zod'
import { refundDone } from '../operators.ts'
import { alarmAssign, alarmList, alarmNote, alarmParams, alarmPeople, alarmQuery } from './alarms.ts'
import { auditExport, auditPage, auditQuery, auditVerdict } from './audit.ts'
import {
  bulkEstimate,
  bulkFileQuery,
  bulkFileTaken,
  bulkQuery,
  bulkReason,
  bulkRefusal,
  bulkRequest,
  bulkRequests,
  bulkRows,
  bulkRowsQuery,
  bulkSend,
  bulkTerms,
  bulkText,
  bulkWish,
  requestNamed,
} from './bulk.ts'
import { downloadLink, downloadNamed, downloadWish, resultFiles } from './bulk-file.ts'
import { cardNamed, operatorCards } from './cards.ts'
import { orderMade, orderNamed, orders, ordersQuery, orderWish } from './commands.ts'
import {
  counterAbandoned,
  counterAccesses,
  counterCollectWish,
  counterDay,
  counterDeclaration,
  counterIssued,
  counterIssueWish,
  counterNow,
  counterOpened,
  counterPreview,
  counterPreviewWish,
  counterPrinted,
  counterWaiting,
  dayNamed,
  identification,
  identified,
  visitNamed,
} from './counter.ts'
import {
  fleetMap,
  fleetPage,
  fleetQuery,
  logPage,
  logQuery,
  mapQuery,
  noteText,
  totemHours,
  totemPage,
  totemParams,
} from './fleet.ts'
import { accessesFound, accessSearch, accounts, accountsQuery, anomalies, anomalyClose } from './history.ts'
import { logFileQuery, logFound, logRange, logSearch, logVerdict } from './log.ts'
import { maintenanceList, maintenanceMade, maintenanceNamed, maintenanceQuery, maintenanceWish } from './maintenance.ts'
import { objectivesPage } from './objectives.ts'
import { consoleOperations, operationsQuery, operationsRedriven } from './operations.ts'
import { consolePayments } from './payments.ts'
import {
  type Action,
  done,
  grantMade,
  grantNamed,
  grants,
  grantWish,
  knownPeople,
  me,
  ownSessions,
  sessionNamed,
} from './people.ts'
import { profileEnd, profileNamed, profiles, profileWish } from './profiles.ts'
import { agreementEnd, agreementNamed, agreements, agreementWish, ente, enti, ufficioEnte } from './registry.ts'
import {
  broughtAnswer,
  broughtFile,
  ciePage,
  cieQuery,
  closureEnd,
  closureWish,
  crossPage,
  crossQuery,
  officesPage,
  officesQuery,
  productsPage,
  productsQuery,
  regimeEnd,
  regimeWish,
} from './statistics.ts'
import { savedView, savedViews, viewNamed } from './views.ts'

interface Route {
  method: 'GET' | 'POST'
  path: `/${string}`
  /** What the matrix judges; null: of one's own session, which everybody has who signed in. */
  action: Action | null
  /** Needs a log-in of the last five minutes. */
  fresh?: true
  /** A look that stands in the audit. */
  told?: true
  params?: z.ZodType
  query?: z.ZodType
  /** `file`: what somebody uploads, as CSV, instead of JSON. */
  body?: z.ZodType | 'file'
  /** `file`: a download, line by line, instead of one JSON. `events`: one that goes on, of server-sent events. */
  answer: z.ZodType | 'file' | 'events'
}

/** The console's whole wire, under `/console/v1`. A route cannot be here without the action that it asks for. */
export const consoleApi = {
  me: { method: 'GET', path: '/me', action: null, answer: me },
  sessions: { method: 'GET', path: '/sessions', action: null, answer: ownSessions },
  endSession: { method: 'POST', path: '/sessions/end', action: null, body: sessionNamed, answer: done },
  leave: { method: 'POST', path: '/leave', action: null, answer: done },

  fleet: { method: 'GET', path: '/totems', action: 'fleet.see', query: fleetQuery, answer: fleetPage },
  fleetMap: { method: 'GET', path: '/totems/map', action: 'fleet.see', query: mapQuery, answer: fleetMap },
  totem: {
    ...{ method: 'GET', path: '/totems/:totem', action: 'fleet.see', told: true },
    ...{ params: totemParams, answer: totemPage },
  },
  totemHours: {
    ...{ method: 'GET', path: '/totems/:totem/hours', action: 'fleet.see' },
    ...{ params: totemParams, answer: totemHours },
  },
  totemLog: {
    ...{ method: 'GET', path: '/totems/:totem/log', action: 'fleet.see' },
    ...{ params: totemParams, query: logQuery, answer: logPage },
  },
  addNote: {
    ...{ method: 'POST', path: '/totems/:totem/notes', action: 'fleet.note' },
    ...{ params: totemParams, body: noteText, answer: done },
  },

  log: { method: 'GET', path: '/log', action: 'fleet.see', told: true, query: logSearch, answer: logFound },
  logFile: {
    ...{ method: 'GET', path: '/log/file', action: 'log.export', told: true },
    ...{ query: logFileQuery, answer: 'file' },
  },
  verifyLog: {
    ...{ method: 'GET', path: '/totems/:totem/log/verdict', action: 'fleet.see', told: true },
    ...{ params: totemParams, query: logRange, answer: logVerdict },
  },
  logProof: {
    ...{ method: 'GET', path: '/totems/:totem/log/proof', action: 'log.export', told: true },
    ...{ params: totemParams, query: logRange, answer: 'file' },
  },

  views: { method: 'GET', path: '/views', action: 'fleet.see', answer: savedViews },
  saveView: { method: 'POST', path: '/views', action: 'fleet.see', body: savedView, answer: done },
  dropView: { method: 'POST', path: '/views/drop', action: 'fleet.see', body: viewNamed, answer: done },

  alarms: { method: 'GET', path: '/alarms', action: 'fleet.see', query: alarmQuery, answer: alarmList },
  takeAlarm: {
    ...{ method: 'POST', path: '/alarms/:alarm/take', action: 'alarms.handle' },
    ...{ params: alarmParams, answer: done },
  },
  alarmPeople: {
    ...{ method: 'GET', path: '/alarms/:alarm/people', action: 'alarms.handle' },
    ...{ params: alarmParams, answer: alarmPeople },
  },
  assignAlarm: {
    ...{ method: 'POST', path: '/alarms/:alarm/assign', action: 'alarms.handle' },
    ...{ params: alarmParams, body: alarmAssign, answer: done },
  },
  noteAlarm: {
    ...{ method: 'POST', path: '/alarms/:alarm/notes', action: 'alarms.handle' },
    ...{ params: alarmParams, body: alarmNote, answer: done },
  },
  closeAlarm: {
    ...{ method: 'POST', path: '/alarms/:alarm/close', action: 'alarms.handle' },
    ...{ params: alarmParams, body: alarmNote, answer: done },
  },

  maintenance: {
    ...{ method: 'GET', path: '/maintenance', action: 'fleet.see' },
    ...{ query: maintenanceQuery, answer: maintenanceList },
  },
  planMaintenance: {
    ...{ method: 'POST', path: '/maintenance', action: 'maintenance.plan' },
    ...{ body: maintenanceWish, answer: maintenanceMade },
  },
  approveMaintenance: {
    ...{ method: 'POST', path: '/maintenance/approve', action: 'maintenance.plan' },
    ...{ body: maintenanceNamed, answer: done },
  },
  endMaintenance: {
    ...{ method: 'POST', path: '/maintenance/end', action: 'maintenance.plan' },
    ...{ body: maintenanceNamed, answer: done },
  },

  operations: {
    ...{ method: 'GET', path: '/operations', action: 'operations.see' },
    ...{ query: operationsQuery, answer: consoleOperations },
  },
  redrive: { method: 'POST', path: '/operations/redrive', action: 'operations.redrive', answer: operationsRedriven },

  orders: { method: 'GET', path: '/commands', action: 'fleet.see', query: ordersQuery, answer: orders },
  orderCommand: {
    ...{ method: 'POST', path: '/commands', action: 'commands.order', fresh: true },
    ...{ body: orderWish, answer: orderMade },
  },
  approveOrder: {
    ...{ method: 'POST', path: '/commands/approve', action: 'commands.approve', fresh: true },
    ...{ body: orderNamed, answer: done },
  },
  stopOrder: {
    ...{ method: 'POST', path: '/commands/stop', action: 'commands.order' },
    ...{ body: orderNamed, answer: done },
  },

  payments: { method: 'GET', path: '/payments', action: 'operations.see', answer: consolePayments },
  refunded: {
    ...{ method: 'POST', path: '/payments/refunded', action: 'payments.refunded', fresh: true },
    ...{ body: refundDone, answer: done },
  },
  objectives: { method: 'GET', path: '/objectives', action: 'operations.see', answer: objectivesPage },

  people: { method: 'GET', path: '/people', action: 'grants.decide', answer: knownPeople },
  grants: { method: 'GET', path: '/grants', action: 'grants.see', answer: grants },
  proposeGrant: {
    ...{ method: 'POST', path: '/grants', action: 'grants.decide', fresh: true },
    ...{ body: grantWish, answer: grantMade },
  },
  approveGrant: {
    ...{ method: 'POST', path: '/grants/approve', action: 'grants.decide', fresh: true },
    ...{ body: grantNamed, answer: done },
  },
  confirmGrant: {
    ...{ method: 'POST', path: '/grants/confirm', action: 'grants.decide', fresh: true },
    ...{ body: grantNamed, answer: done },
  },
  revokeGrant: {
    ...{ method: 'POST', path: '/grants/revoke', action: 'grants.decide', fresh: true },
    ...{ body: grantNamed, answer: done },
  },

  cards: { method: 'GET', path: '/cards', action: 'cards.see', answer: operatorCards },
  approveCard: {
    ...{ method: 'POST', path: '/cards/approve', action: 'cards.decide', fresh: true },
    ...{ body: cardNamed, answer: done },
  },
  revokeCard: {
    ...{ method: 'POST', path: '/cards/revoke', action: 'cards.decide', fresh: true },
    ...{ body: cardNamed, answer: done },
  },

  counter: { method: 'GET', path: '/counter', action: 'counter.serve', answer: counterNow },
  openCounter: {
    ...{ method: 'POST', path: '/counter/open', action: 'counter.serve' },
    ...{ body: counterOpened, answer: done },
  },
  identify: {
    ...{ method: 'POST', path: '/counter/identify', action: 'counter.serve' },
    ...{ body: identification, answer: identified },
  },
  endVisit: {
    ...{ method: 'POST', path: '/counter/end', action: 'counter.serve' },
    ...{ body: visitNamed, answer: done },
  },
  counterPreview: {
    ...{ method: 'POST', path: '/counter/preview', action: 'counter.serve' },
    ...{ body: counterPreviewWish, answer: counterPreview },
  },
  counterIssue: {
    ...{ method: 'POST', path: '/counter/issue', action: 'counter.serve' },
    ...{ body: counterIssueWish, answer: counterIssued },
  },
  counterDeclaration: {
    ...{ method: 'POST', path: '/counter/declaration', action: 'counter.serve' },
    ...{ body: visitNamed, answer: counterDeclaration },
  },
  counterAccesses: {
    ...{ method: 'POST', path: '/counter/accesses', action: 'counter.serve' },
    ...{ body: visitNamed, answer: counterAccesses },
  },
  counterWaiting: {
    ...{ method: 'POST', path: '/counter/waiting', action: 'counter.serve' },
    ...{ body: visitNamed, answer: counterWaiting },
  },
  counterCollect: {
    ...{ method: 'POST', path: '/counter/collect', action: 'counter.serve' },
    ...{ body: counterCollectWish, answer: counterIssued },
  },
  counterPrinted: {
    ...{ method: 'POST', path: '/counter/printed', action: 'counter.serve' },
    ...{ body: counterPrinted, answer: done },
  },
  counterAbandoned: {
    ...{ method: 'POST', path: '/counter/abandoned', action: 'counter.serve' },
    ...{ body: counterAbandoned, answer: done },
  },
  counterDay: {
    ...{ method: 'GET', path: '/counter/day', action: 'counter.serve' },
    ...{ query: dayNamed, answer: counterDay },
  },

  enti: { method: 'GET', path: '/enti', action: 'enti.see', answer: enti },
  registerEnte: { method: 'POST', path: '/enti', action: 'enti.register', fresh: true, body: ente, answer: done },
  registerUfficio: {
    ...{ method: 'POST', path: '/enti/uffici', action: 'enti.register', fresh: true },
    ...{ body: ufficioEnte, answer: done },
  },
  profiles: { method: 'GET', path: '/profiles', action: 'profiles.see', answer: profiles },
  proposeProfile: {
    ...{ method: 'POST', path: '/profiles', action: 'profiles.decide' },
    ...{ body: profileWish, answer: profileNamed },
  },
  approveProfile: {
    ...{ method: 'POST', path: '/profiles/approve', action: 'profiles.decide', fresh: true },
    ...{ body: profileNamed, answer: done },
  },
  endProfile: {
    ...{ method: 'POST', path: '/profiles/end', action: 'profiles.decide', fresh: true },
    ...{ body: profileEnd, answer: done },
  },
  agreements: { method: 'GET', path: '/agreements', action: 'profiles.see', answer: agreements },
  proposeAgreement: {
    ...{ method: 'POST', path: '/agreements', action: 'profiles.decide' },
    ...{ body: agreementWish, answer: agreementNamed },
  },
  approveAgreement: {
    ...{ method: 'POST', path: '/agreements/approve', action: 'profiles.decide', fresh: true },
    ...{ body: agreementNamed, answer: done },
  },
  endAgreement: {
    ...{ method: 'POST', path: '/agreements/end', action: 'profiles.decide', fresh: true },
    ...{ body: agreementEnd, answer: done },
  },

  bulkTerms: { method: 'GET', path: '/bulk/terms', action: 'bulk.make', answer: bulkTerms },
  makeBulk: { method: 'POST', path: '/bulk', action: 'bulk.make', body: bulkWish, answer: requestNamed },
  bulkRequests: { method: 'GET', path: '/bulk', action: 'bulk.see', query: bulkQuery, answer: bulkRequests },
  bulkChanges: { method: 'GET', path: '/bulk/changes', action: 'bulk.see', answer: 'events' },
  bulkRequest: {
    ...{ method: 'GET', path: '/bulk/:request', action: 'bulk.see' },
    ...{ params: requestNamed, answer: bulkRequest },
  },
  bulkRows: {
    ...{ method: 'GET', path: '/bulk/:request/rows', action: 'bulk.see', told: true },
    ...{ params: requestNamed, query: bulkRowsQuery, answer: bulkRows },
  },
  bulkFile: {
    ...{ method: 'POST', path: '/bulk/:request/file', action: 'bulk.make' },
    ...{ params: requestNamed, query: bulkFileQuery, body: 'file', answer: bulkFileTaken },
  },
  bulkEstimate: {
    ...{ method: 'GET', path: '/bulk/:request/estimate', action: 'bulk.make' },
    ...{ params: requestNamed, answer: bulkEstimate },
  },
  sendBulk: {
    ...{ method: 'POST', path: '/bulk/:request/send', action: 'bulk.make' },
    ...{ params: requestNamed, body: bulkSend, answer: done },
  },
  validateBulk: {
    ...{ method: 'POST', path: '/bulk/:request/validate', action: 'bulk.validate', fresh: true },
    ...{ params: requestNamed, body: bulkReason, answer: done },
  },
  refuseBulk: {
    ...{ method: 'POST', path: '/bulk/:request/refuse', action: 'bulk.validate', fresh: true },
    ...{ params: requestNamed, body: bulkRefusal, answer: done },
  },
  clarifyBulk: {
    ...{ method: 'POST', path: '/bulk/:request/clarify', action: 'bulk.validate' },
    ...{ params: requestNamed, body: bulkText, answer: done },
  },
  answerBulk: {
    ...{ method: 'POST', path: '/bulk/:request/answer', action: 'bulk.make' },
    ...{ params: requestNamed, body: bulkText, answer: done },
  },
  resultFiles: {
    ...{ method: 'GET', path: '/bulk/:request/files', action: 'bulk.results' },
    ...{ params: requestNamed, answer: resultFiles },
  },
  makeDownload: {
    ...{ method: 'POST', path: '/bulk/:request/downloads', action: 'bulk.results', fresh: true },
    ...{ params: requestNamed, body: downloadWish, answer: downloadLink },
  },
  download: {
    ...{ method: 'GET', path: '/downloads/:download', action: 'bulk.results' },
    ...{ params: downloadNamed, answer: 'file' },
  },
  cancelBulk: {
    ...{ method: 'POST', path: '/bulk/:request/cancel', action: 'bulk.make' },
    ...{ params: requestNamed, answer: done },
  },

  searchAccesses: {
    ...{ method: 'POST', path: '/accesses/search', action: 'history.search' },
    ...{ body: accessSearch, answer: accessesFound },
  },
  accounts: { method: 'GET', path: '/accounts', action: 'accounts.see', query: accountsQuery, answer: accounts },
  accountsFile: {
    ...{ method: 'GET', path: '/accounts/file', action: 'accounts.see', told: true },
    ...{ query: accountsQuery, answer: 'file' },
  },
  anomalies: { method: 'GET', path: '/anomalies', action: 'anomalies.see', answer: anomalies },
  closeAnomaly: {
    ...{ method: 'POST', path: '/anomalies/close', action: 'anomalies.close' },
    ...{ body: anomalyClose, answer: done },
  },

  products: {
    ...{ method: 'GET', path: '/statistics/products', action: 'statistics.see' },
    ...{ query: productsQuery, answer: productsPage },
  },
  productsFile: {
    ...{ method: 'GET', path: '/statistics/products/file', action: 'statistics.see', told: true },
    ...{ query: productsQuery, answer: 'file' },
  },
  productsCross: {
    ...{ method: 'GET', path: '/statistics/products/channels', action: 'statistics.see' },
    ...{ query: crossQuery, answer: crossPage },
  },
  productsCrossFile: {
    ...{ method: 'GET', path: '/statistics/products/channels/file', action: 'statistics.see', told: true },
    ...{ query: crossQuery, answer: 'file' },
  },
  cie: { method: 'GET', path: '/statistics/cie', action: 'statistics.see', query: cieQuery, answer: ciePage },
  cieFile: {
    ...{ method: 'GET', path: '/statistics/cie/file', action: 'statistics.see', told: true },
    ...{ query: cieQuery, answer: 'file' },
  },
  consultations: {
    ...{ method: 'GET', path: '/statistics/consultations', action: 'statistics.see' },
    ...{ query: crossQuery, answer: crossPage },
  },
  consultationsFile: {
    ...{ method: 'GET', path: '/statistics/consultations/file', action: 'statistics.see', told: true },
    ...{ query: crossQuery, answer: 'file' },
  },
  offices: {
    ...{ method: 'GET', path: '/statistics/offices', action: 'statistics.see' },
    ...{ query: officesQuery, answer: officesPage },
  },
  officesFile: {
    ...{ method: 'GET', path: '/statistics/offices/file', action: 'statistics.see', told: true },
    ...{ query: officesQuery, answer: 'file' },
  },
  closeOffice: {
    ...{ method: 'POST', path: '/statistics/closures', action: 'statistics.write' },
    ...{ body: closureWish, answer: done },
  },
  reopenOffice: {
    ...{ method: 'POST', path: '/statistics/closures/end', action: 'statistics.write' },
    ...{ body: closureEnd, answer: done },
  },
  declareRegime: {
    ...{ method: 'POST', path: '/statistics/regimes', action: 'statistics.write' },
    ...{ body: regimeWish, answer: done },
  },
  endRegime: {
    ...{ method: 'POST', path: '/statistics/regimes/end', action: 'statistics.write' },
    ...{ body: regimeEnd, answer: done },
  },
  bringFigures: {
    ...{ method: 'POST', path: '/statistics/brought', action: 'statistics.write' },
    ...{ body: broughtFile, answer: broughtAnswer },
  },

  audit: { method: 'GET', path: '/audit', action: 'audit.see', told: true, query: auditQuery, answer: auditPage },
  verifyAudit: { method: 'GET', path: '/audit/verdict', action: 'audit.export', told: true, answer: auditVerdict },
  exportAudit: {
    ...{ method: 'POST', path: '/audit/export', action: 'audit.export', fresh: true, answer: auditExport },
  },
} as const satisfies Record<string, Route>

type Api = typeof consoleApi
export type RouteName = keyof Api
type Parsed<N extends RouteName, K extends 'params' | 'query' | 'body'> =
  Api[N] extends Record<K, infer S> ? (S extends z.ZodType ? z.output<S> : undefined) : undefined
export type Params<N extends RouteName> = Parsed<N, 'params'>
export type Query<N extends RouteName> = Parsed<N, 'query'>
export type Body<N extends RouteName> = Api[N] extends { body: 'file' } ? Uint8Array : Parsed<N, 'body'>
export type Answer<N extends RouteName> = Api[N]['answer'] extends infer A
  ? A extends z.ZodType
    ? z.output<A>
    : never
  : never
/** Routes whose answer is sent as it is made. */
export type FileRoute = { [N in RouteName]: Api[N]['answer'] extends 'file' | 'events' ? N : never }[RouteName]
/** Routes that take a file. */
export type UploadRoute = { [N in RouteName]: Api[N] extends { body: 'file' } ? N : never }[RouteName]
