// More than 400 lines: one gateway with its console, issuer and log-ins serves them all; each of its own would take half a minute.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { consoleApi, type RouteName } from '../../contract/console/api.ts'
import { type OrderKind, orderKinds } from '../../contract/console/commands.ts'
import type { Role } from '../../contract/console/people.ts'
import { checkLetter } from '../../contract/identity.ts'
import { exportedLine } from '../../contract/journal.ts'
import { ownPath } from '../../gateway/console/log-in.ts'
import { matrix, mayApprove } from '../../gateway/console/permissions/matrix.ts'
import type { Browser } from '../../simulator/issuer/browser.ts'
import { verifyAudit } from '../../trust/audit-chain.ts'
import { type KnownCommand, openCommand } from '../../trust/command.ts'
import { openAnchor } from '../../trust/journal-anchor.ts'
import { checkLog } from '../../trust/sync-log.ts'
import { type ConsoleCentre, openConsoleCentre } from '../support/console/console-centre.ts'
import { outsider } from '../support/gateway/public-page.ts'
import { chainOf } from '../support/journal/chain.ts'
import { PKI } from '../support/pki.ts'
import { HEALTHY as HEARTBEAT } from '../support/sync/syncing-totem.ts'

// Who may do what at the console, against a gateway with its wire, its issuer and its database.

let centre: ConsoleCentre
const people: Record<string, Browser> = {}
const at = (who: string) => people[who] as Browser
const anchorKeys = () => {
  const payload = readFileSync(join(PKI, 'gateway-keys.jws'), 'utf8').split('.')[1] ?? ''
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).anchor
}

beforeAll(async () => {
  centre = await openConsoleCentre(null, { polis: { plan: { '080085': { from: '2027-01-11', to: '2027-06-30' } } } })
  for (const totem of ['TT-0001', 'TT-0002']) await centre.totem(totem).post('/v1/heartbeat', HEARTBEAT)
  for (const who of [
    ...ROLES.map(([, who]) => who),
    'piattaforma2',
    'nuovo',
    'piattaforma-bis',
    'top2',
    'altro-top',
    'altro-admin',
    'altro-standard',
    'revisore',
  ])
    people[who] = await centre.signedIn(who)
})
afterAll(() => centre?.stop())

const NO_ID = '01KB0000000000000000000001'
const NO_REQUEST = '01KB0000000000000000000001'
/** A good call of each route, about a totem where it is about one. A route without one does not compile. */
const CALLS: Record<RouteName, (totem: string) => { path: string; body?: object | string }> = {
  me: () => ({ path: '/me' }),
  sessions: () => ({ path: '/sessions' }),
  endSession: () => ({ path: '/sessions/end', body: { session: '01KB0000000000000000000001' } }),
  leave: () => ({ path: '/leave', body: {} }),
  fleet: () => ({ path: '/totems' }),
  fleetMap: () => ({ path: '/totems/map' }),
  totem: (totem) => ({ path: `/totems/${totem}` }),
  totemHours: (totem) => ({ path: `/totems/${totem}/hours` }),
  totemLog: (totem) => ({ path: `/totems/${totem}/log` }),
  addNote: (totem) => ({ path: `/totems/${totem}/notes`, body: { text: 'Chiamato l’ufficio' } }),
  views: () => ({ path: '/views' }),
  saveView: () => ({ path: '/views', body: { screen: '/voci', name: 'Allarmi', search: 'severity=alarm' } }),
  dropView: () => ({ path: '/views/drop', body: { screen: '/voci', name: 'Allarmi' } }),
  log: () => ({ path: '/log' }),
  logFile: () => ({ path: '/log/file?format=csv' }),
  verifyLog: (totem) => ({ path: `/totems/${totem}/log/verdict` }),
  logProof: (totem) => ({ path: `/totems/${totem}/log/proof` }),
  alarms: () => ({ path: '/alarms' }),
  takeAlarm: () => ({ path: '/alarms/01KB0000000000000000000001/take', body: {} }),
  alarmPeople: () => ({ path: '/alarms/01KB0000000000000000000001/people' }),
  assignAlarm: () => ({ path: '/alarms/01KB0000000000000000000001/assign', body: { person: 'A'.repeat(43) } }),
  noteAlarm: () => ({ path: '/alarms/01KB0000000000000000000001/notes', body: { text: 'nota' } }),
  closeAlarm: () => ({ path: '/alarms/01KB0000000000000000000001/close', body: { text: 'nota' } }),
  maintenance: () => ({ path: '/maintenance' }),
  planMaintenance: () => ({ path: '/maintenance', body: {} }),
  approveMaintenance: () => ({ path: '/maintenance/approve', body: { window: '01KB0000000000000000000001' } }),
  endMaintenance: () => ({ path: '/maintenance/end', body: { window: '01KB0000000000000000000001' } }),
  operations: () => ({ path: '/operations' }),
  redrive: () => ({ path: '/operations/redrive', body: {} }),
  orders: () => ({ path: '/commands?totem=TT-0001' }),
  orderCommand: (totem) => ({
    path: '/commands',
    body: { kind: 'send-log', totems: [totem || 'TT-0001'], reason: 'prova' },
  }),
  approveOrder: () => ({ path: '/commands/approve', body: { order: '01KB0000000000000000000001' } }),
  stopOrder: () => ({ path: '/commands/stop', body: { order: '01KB0000000000000000000001' } }),
  payments: () => ({ path: '/payments' }),
  refunded: () => ({ path: '/payments/refunded', body: { receipt: 'none' } }),
  objectives: () => ({ path: '/objectives' }),
  people: () => ({ path: '/people' }),
  grants: () => ({ path: '/grants' }),
  proposeGrant: () => ({ path: '/grants', body: {} }),
  approveGrant: () => ({ path: '/grants/approve', body: { grant: '01KB0000000000000000000001' } }),
  confirmGrant: () => ({ path: '/grants/confirm', body: { grant: '01KB0000000000000000000001' } }),
  revokeGrant: () => ({ path: '/grants/revoke', body: { grant: '01KB0000000000000000000001' } }),
  counter: () => ({ path: '/counter' }),
  openCounter: () => ({ path: '/counter/open', body: { office: 'PG-101', desk: 1 } }),
  identify: () => ({ path: '/counter/identify', body: {} }),
  endVisit: () => ({ path: '/counter/end', body: { visit: 'x' } }),
  counterPreview: () => ({ path: '/counter/preview', body: {} }),
  counterIssue: () => ({ path: '/counter/issue', body: {} }),
  counterDeclaration: () => ({ path: '/counter/declaration', body: { visit: 'x' } }),
  counterAccesses: () => ({ path: '/counter/accesses', body: { visit: 'x' } }),
  counterWaiting: () => ({ path: '/counter/waiting', body: { visit: 'x' } }),
  counterCollect: () => ({ path: '/counter/collect', body: {} }),
  counterPrinted: () => ({ path: '/counter/printed', body: { operation: '01KB0000000000000000000001', good: true } }),
  counterAbandoned: () => ({ path: '/counter/abandoned', body: { operation: '01KB0000000000000000000001' } }),
  counterDay: () => ({ path: '/counter/day?day=2026-11-30' }),
  cards: () => ({ path: '/cards' }),
  approveCard: () => ({ path: '/cards/approve', body: { card: '01KB0000000000000000000001' } }),
  revokeCard: () => ({ path: '/cards/revoke', body: { card: '01KB0000000000000000000001' } }),
  enti: () => ({ path: '/enti' }),
  registerEnte: () => ({ path: '/enti', body: {} }),
  registerUfficio: () => ({ path: '/enti/uffici', body: {} }),
  proposeProfile: () => ({ path: '/profiles', body: {} }),
  approveProfile: () => ({ path: '/profiles/approve', body: { profilo: NO_ID, versione: 1 } }),
  endProfile: () => ({ path: '/profiles/end', body: { profilo: NO_ID, versione: 1, why: 'prova' } }),
  proposeAgreement: () => ({ path: '/agreements', body: {} }),
  approveAgreement: () => ({ path: '/agreements/approve', body: { agreement: NO_ID } }),
  endAgreement: () => ({ path: '/agreements/end', body: { agreement: NO_ID, why: 'prova' } }),
  profiles: () => ({ path: '/profiles' }),
  agreements: () => ({ path: '/agreements' }),
  bulkTerms: () => ({ path: '/bulk/terms' }),
  makeBulk: () => ({ path: '/bulk', body: {} }),
  bulkRequests: () => ({ path: '/bulk' }),
  bulkChanges: () => ({ path: '/bulk/changes' }),
  bulkRequest: () => ({ path: `/bulk/${NO_REQUEST}` }),
  bulkRows: () => ({ path: `/bulk/${NO_REQUEST}/rows` }),
  bulkFile: () => ({ path: `/bulk/${NO_REQUEST}/file`, body: 'codFiscale\n' }),
  bulkEstimate: () => ({ path: `/bulk/${NO_REQUEST}/estimate` }),
  sendBulk: () => ({ path: `/bulk/${NO_REQUEST}/send`, body: { way: 'singole', days: 1 } }),
  validateBulk: () => ({ path: `/bulk/${NO_REQUEST}/validate`, body: { reason: 'va bene' } }),
  refuseBulk: () => ({ path: `/bulk/${NO_REQUEST}/refuse`, body: { cause: 'altro', text: 'no' } }),
  clarifyBulk: () => ({ path: `/bulk/${NO_REQUEST}/clarify`, body: { text: 'perché?' } }),
  answerBulk: () => ({ path: `/bulk/${NO_REQUEST}/answer`, body: { text: 'perciò' } }),
  cancelBulk: () => ({ path: `/bulk/${NO_REQUEST}/cancel`, body: {} }),
  resultFiles: () => ({ path: `/bulk/${NO_REQUEST}/files` }),
  makeDownload: () => ({ path: `/bulk/${NO_REQUEST}/downloads`, body: { form: 'csv', part: 1 } }),
  download: () => ({ path: `/downloads/${'A'.repeat(43)}` }),
  searchAccesses: () => ({
    path: '/accesses/search',
    body: { codiceFiscale: 'RSSMRA80A01H501U', idAnpr: null, reason: 'reclamo' },
  }),
  accounts: () => ({ path: '/accounts' }),
  accountsFile: () => ({ path: '/accounts/file?month=2026-11' }),
  anomalies: () => ({ path: '/anomalies' }),
  closeAnomaly: () => ({ path: '/anomalies/close', body: { anomaly: NO_REQUEST, text: 'sentito' } }),
  products: () => ({ path: '/statistics/products' }),
  productsFile: () => ({ path: '/statistics/products/file' }),
  productsCross: () => ({ path: '/statistics/products/channels' }),
  productsCrossFile: () => ({ path: '/statistics/products/channels/file' }),
  cie: () => ({ path: '/statistics/cie' }),
  cieFile: () => ({ path: '/statistics/cie/file' }),
  consultations: () => ({ path: '/statistics/consultations' }),
  consultationsFile: () => ({ path: '/statistics/consultations/file' }),
  offices: () => ({ path: '/statistics/offices' }),
  officesFile: () => ({ path: '/statistics/offices/file' }),
  closeOffice: () => ({ path: '/statistics/closures', body: {} }),
  reopenOffice: () => ({ path: '/statistics/closures/end', body: {} }),
  declareRegime: () => ({ path: '/statistics/regimes', body: {} }),
  endRegime: () => ({ path: '/statistics/regimes/end', body: {} }),
  bringFigures: () => ({ path: '/statistics/brought', body: {} }),
  audit: () => ({ path: '/audit' }),
  verifyAudit: () => ({ path: '/audit/verdict' }),
  exportAudit: () => ({ path: '/audit/export', body: {} }),
}
const call = (browser: Browser, name: RouteName, totem: string) => {
  const { path, body } = CALLS[name](totem)
  if (consoleApi[name].answer === 'events') return browser.listen(path)
  if (typeof body === 'string') return browser.post(path, body, { 'content-type': 'text/csv' })
  return body ? browser.post(path, body) : browser.get(path)
}
const ROUTES = (Object.keys(consoleApi) as RouteName[]).filter((name) => name !== 'leave')
const ROLES: [Role, string][] = [
  ['OPERATORE', 'operatore'],
  ['CAMPO', 'campo'],
  ['PIATTAFORMA', 'piattaforma'],
  ['AUDITOR', 'auditor'],
  ['TOP', 'top'],
  ['ADMIN', 'admin'],
  ['STANDARD', 'standard'],
  ['SPORTELLO', 'sportello'],
]

describe.each(ROLES)('%s', (role, who) => {
  test.each(ROUTES)('%s: the wire does as the matrix says', async (name) => {
    const { action } = consoleApi[name]
    const reach = action === null ? 'own' : matrix[action][role]
    const isAbout = CALLS[name]('').path !== CALLS[name]('X').path
    const own = await call(at(who), name, 'TT-0001')
    if (reach === '-') expect([own.status, own.body.kind]).toEqual([403, 'forbidden'])
    else expect([401, 403]).not.toContain(own.status)
    if (reach === '-' || !isAbout) return
    expect(own.status).toBe(200)
    // CAMPO is Umbria's alone; the others have the fleet. A totem of another region is as unknown as one that is nowhere.
    const [other, nowhere] = [await call(at(who), name, 'TT-0002'), await call(at(who), name, 'ZZ-9999')]
    expect(nowhere.status).toBe(404)
    expect(other.status).toBe(role === 'CAMPO' ? 404 : 200)
    if (role === 'CAMPO') expect(other.body).toEqual(nowhere.body)
  })
})

test('who has no grant sees who they are, and nothing else', async () => {
  expect((await at('nuovo').get('/me')).body).toMatchObject({ name: 'n.costa', grants: [], may: [] })
  for (const name of ROUTES.filter((each) => consoleApi[each].action !== null))
    expect((await call(at('nuovo'), name, 'TT-0001')).body).toEqual({ kind: 'forbidden', field: null })
})

describe('totems', () => {
  test('are counted and listed in sight alone', async () => {
    const { body } = await at('campo').get('/totems')
    expect(body.totems.map(({ totem }: { totem: string }) => totem)).toEqual(['TT-0001'])
    expect(Object.values<number>(body.counts).reduce((sum, each) => sum + each, 0)).toBe(1)
    expect((await at('operatore').get('/totems?sort=totem')).body.totems).toMatchObject([
      { totem: 'RC-0003', state: 'mai-visto', heard: false, at: null },
      { totem: 'TT-0001', state: 'in-servizio', heard: true, ready: true },
      { totem: 'TT-0002', state: 'in-servizio' },
    ])
  })

  test('lie on the map where their comune does, those in sight alone', async () => {
    const { body } = await at('campo').get('/totems/map')
    expect(body.points).toEqual([{ totem: 'TT-0001', state: 'in-servizio', at: [12.666, 42.992] }])
    expect(body.nowhere).toEqual({})
    // No comune of Lazio is called as this office's.
    const { points, nowhere } = (await at('operatore').get('/totems/map')).body
    expect(points.map(({ totem }: { totem: string }) => totem)).toEqual(['RC-0003', 'TT-0001'])
    expect(nowhere).toEqual({ 'in-servizio': 1 })
    expect((await at('operatore').get('/totems/map?state=mai-visto')).body.points).toMatchObject([{ totem: 'RC-0003' }])
    expect((await at('operatore').get('/totems/map?sort=totem')).body.kind).toBe('malformed')
  })

  test.each([
    ['citta sant angelo', ['TT-0002']],
    ['spello', ['TT-0001']],
    ['postale di', ['RC-0003', 'TT-0001', 'TT-0002']],
    ['%', []],
    ['_', []],
    ["' or '1'='1", []],
    ["'; drop table heartbeat; --", []],
    ['<script>alert(1)</script>', []],
    ['=1+1', []],
    ['\\', []],
  ])('found by %s', async (q, found) => {
    const { status, body } = await at('operatore').get(`/totems?sort=totem&q=${encodeURIComponent(q)}`)
    expect(status).toBe(200)
    expect(body.totems.map(({ totem }: { totem: string }) => totem)).toEqual(found)
  })

  test.each([
    '?state=tutti',
    '?sort=hash',
    '?region=99',
    '?after=e30',
    '?after=WyIxIixcIng',
    '?totale=1',
    '?region=10&region=12',
  ])('a filter that is none: %s', async (query) =>
    expect((await at('operatore').get(`/totems${query}`)).body.kind).toBe('malformed'),
  )

  test('a paper out is seen: reduced, heard and not ready', async () => {
    const devices = { ...HEARTBEAT.devices, printer: 'paperOut' }
    await centre.totem('TT-0001').post('/v1/heartbeat', { ...HEARTBEAT, devices })
    const { body } = await at('campo').get('/totems/TT-0001')
    expect(body.totem).toMatchObject({ state: 'ridotto', heard: true, ready: false, printer: 'paperOut' })
    expect((await at('campo').get('/totems/TT-0001/hours')).body.hours).toMatchObject([{ heard: 1 }])
    await centre.totem('TT-0001').post('/v1/heartbeat', HEARTBEAT)
  })

  test('its newest readiness report is on its page; what is none is refused, and harms nothing', async () => {
    const row = { key: 'reader', outcome: 'ok', detail: 'empty' }
    const sheet = { at: new Date().toISOString(), by: 'technician', grant: 7, version: '0.1.0', checks: [row] }
    const tell = async (body: object) => (await centre.totem('TT-0001').post('/v1/readiness', body)).status
    const shown = async () => (await at('campo').get('/totems/TT-0001')).body.readiness
    expect(await shown()).toBeNull()
    expect(await tell(sheet)).toBe(200)
    // A later version tries what this one has no name for.
    const newer = { ...sheet, by: 'command', grant: null, checks: [row, { ...row, key: 'camera', outcome: 'failed' }] }
    expect(await tell(newer)).toBe(200)
    for (const bad of [
      { ...sheet, name: 'RICCI' },
      { ...sheet, checks: [] },
      { ...sheet, by: 'citizen' },
      { ...sheet, checks: [{ ...row, detail: 'two\nlines' }] },
      { ...sheet, checks: [{ ...row, detail: 'x'.repeat(301) }] },
      { ...sheet, checks: Array.from({ length: 61 }, () => row) },
    ])
      expect(await tell(bad)).toBe(400)
    expect(await shown()).toEqual({ ...newer, receivedAt: expect.stringMatching(/^20/) })
    expect((await at('operatore').get('/totems/TT-0002')).body.readiness).toBeNull()
  })

  test('a note is kept as it was written', async () => {
    const text = '<img src=x onerror=alert(1)> =HYPERLINK("x")'
    await at('campo').post('/totems/TT-0001/notes', { text })
    const { body } = await at('operatore').get('/totems/TT-0001')
    expect(body.notes).toContainEqual(expect.objectContaining({ by: 'c.testa', text }))
  })
})

test('a view that somebody has named is theirs alone, and another’s is not there to be dropped', async () => {
  const own = { screen: '/flotta', name: 'Umbria <b>carta</b>', search: 'region=10&printer=paperOut' }
  expect((await at('operatore').post('/views', { ...own, search: 'region=12' })).status).toBe(200)
  expect((await at('operatore').post('/views', own)).status).toBe(200)
  expect((await at('operatore').get('/views')).body.views).toEqual([own])
  expect((await at('campo').get('/views')).body.views).toEqual([])
  const named = { screen: own.screen, name: own.name }
  expect((await at('campo').post('/views/drop', named)).body.kind).toBe('not-found')
  for (const wrong of [{ search: 'a b' }, { screen: '//evil.example' }, { name: ' ' }, { name: 'x'.repeat(61) }])
    expect((await at('operatore').post('/views', { ...own, ...wrong })).body.kind).toBe('malformed')
  expect((await at('operatore').post('/views/drop', named)).status).toBe(200)
})

describe('the sync logs of all totems', () => {
  const found = async (who: string, query = '') => (await at(who).get(`/log${query}`)).body.entries
  beforeAll(async () => {
    // A totem whose clock is ten years behind sends a day late.
    const old = '2016-11-22T10:00:00.000Z'
    await centre.totem('TT-0001').post('/v1/journal', { entries: chainOf('TT-0001', 3, { at: old }), base: null })
    await centre.totem('TT-0002').post('/v1/journal', { entries: chainOf('TT-0002', 2), base: null })
  })

  test('show whoever asks their own scope alone, whatever they name', async () => {
    const totems = (entries: { totem: string }[]) => [...new Set(entries.map(({ totem }) => totem))].sort()
    expect(totems(await found('operatore'))).toEqual(['TT-0001', 'TT-0002'])
    expect(totems(await found('campo'))).toEqual(['TT-0001'])
    for (const query of ['?totem=TT-0002', '?region=12', '?office=RI-201'])
      expect(await found('campo', query)).toEqual([])
    const { body } = await at('campo').get('/log/file?format=csv')
    expect([body.includes('TT-0001'), body.includes('TT-0002')]).toEqual([true, false])
  })

  test('an entry of a clock ten years off stands at the time at which the gateway received it, with both', async () => {
    const today = new Date(+centre.clock.now - 3_600_000).toISOString()
    const [newest] = await found('campo', `?from=${today}&event=line.changed`)
    expect(newest).toMatchObject({ totem: 'TT-0001', at: '2016-11-22T10:00:00.000Z' })
    expect(newest.receivedAt > today).toBe(true)
    expect(await found('campo', '?until=2017-01-01T00:00:00.000Z')).toEqual([])
  })

  test.each([
    "?event='%20or%20'1'='1",
    '?totem=%3Cscript%3E',
    '?office==1%2B1',
    '?operation=01KB',
    '?from=ieri',
    '?from=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z',
    '?before=e30',
    '?severity=info',
    '?testo=x',
  ])('a filter that is none is refused by name: %s', async (query) => {
    expect((await at('operatore').get(`/log${query}`)).body.kind).toBe('malformed')
    expect((await at('operatore').get(`/log/file${query}&format=csv`)).body.kind).toBe('malformed')
  })

  test('the proof of a totem is what its own export is; the gateway has signed its end', async () => {
    expect((await at('campo').get('/totems/TT-0001/log/verdict')).body).toMatchObject({ kind: 'sound', entries: 3 })
    const { body, headers } = await at('campo').get('/totems/TT-0001/log/proof')
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="registro-TT-0001-[\d-]+\.jsonl"$/)
    const lines: string[] = body.trimEnd().split('\n')
    const checked = checkLog(lines.map((line) => exportedLine.parse(JSON.parse(line))))
    expect(checked).toMatchObject({
      count: 3,
      faults: [],
      chains: [{ totem: 'TT-0001', from: 1, upTo: 3, anchored: 3 }],
    })
    expect(await openAnchor(checked.anchors[0] ?? '', anchorKeys())).toMatchObject({ totem: 'TT-0001', seq: 3 })
    const told = (await at('auditor').get('/audit?object=TT-0001')).body.entries
    expect(told.map(({ deed }: { deed: string }) => deed)).toEqual(
      expect.arrayContaining(['seen.log-proof', 'seen.verify-log']),
    )
  })
})

describe('sessions', () => {
  test('no cookie, a made-up one, and one of another browser’s log-in', async () => {
    const stranger = centre.browser()
    expect((await stranger.get('/me')).status).toBe(401)
    stranger.cookies = `__Host-console=${'A'.repeat(43)}`
    expect((await stranger.get('/totems')).body).toEqual({ kind: 'signed-out', field: null })
    // Somebody's log-in that was begun elsewhere: the state is good, and this browser did not begin it.
    const begun = await fetchLocation(stranger)
    const callback = new URL(begun.searchParams.get('redirect_uri') ?? '')
    callback.search = `?code=x&state=${begun.searchParams.get('state')}`
    const other = centre.browser()
    expect(await other.location(callback.href)).toBe('/?log-in=again')
    expect(begun.searchParams.get('code_challenge_method')).toBe('S256')
  })

  test('cookie and page are as strict as they can be', async () => {
    const browser = centre.browser()
    const answer = await browser.raw('/flotta')
    const csp = answer.headers.get('content-security-policy') ?? ''
    expect(csp).toContain("default-src 'none'")
    expect(csp).toContain("frame-ancestors 'none'")
    expect(csp).not.toContain('unsafe')
    expect((await browser.get('/me')).headers.get('cache-control')).toBe('no-store')
  })

  test('one is ended from another browser, and counts no more', async () => {
    const [here, there] = [await centre.signedIn('campo'), await centre.signedIn('campo')]
    const { sessions } = (await here.get('/sessions')).body
    const mine = (await there.get('/sessions')).body.sessions.find((each: { isThis: boolean }) => each.isThis)
    expect(sessions.length).toBeGreaterThan(2)
    // Another person's session is none.
    expect((await at('operatore').post('/sessions/end', { session: mine.session })).status).toBe(404)
    expect((await here.post('/sessions/end', { session: mine.session })).status).toBe(200)
    expect((await there.get('/me')).status).toBe(401)
    expect((await here.get('/me')).status).toBe(200)
    const stolen = here.cookies
    await here.post('/leave')
    here.cookies = stolen
    expect((await here.get('/me')).status).toBe(401)
  })

  test('a log-in goes back to a path of the console’s own', () => {
    expect(ownPath('/flotta?q=a')).toBe('/flotta?q=a')
    for (const to of [undefined, '//evil.example', '/\\evil.example', 'https://evil.example', '/a b', '']) {
      expect(ownPath(to)).toBe('/')
    }
  })

  test.each([
    ['of another site', { 'sec-fetch-site': 'cross-site' }],
    ['of another origin', { origin: 'https://evil.example' }],
    ['by a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['without the token', { 'x-csrf': '' }],
    ['with another’s token', { 'x-csrf': 'B'.repeat(43) }],
  ])('a deed %s is none', async (_, headers) => {
    const answer = await at('campo').post('/totems/TT-0001/notes', { text: 'da altrove' }, headers)
    expect(answer.status).not.toBe(200)
    const { notes } = (await at('campo').get('/totems/TT-0001')).body
    expect(notes.some(({ text }: { text: string }) => text === 'da altrove')).toBe(false)
  })
})

describe('commands', () => {
  const order = (who: string, kind: OrderKind, more: object = {}) =>
    at(who).post('/commands', { kind, totems: ['TT-0001'], reason: 'prova', ...more })
  const listOf = async (who: string, totem = 'TT-0001') => (await at(who).get(`/commands?totem=${totem}`)).body.orders
  const commandKeys = () => {
    const payload = readFileSync(join(PKI, 'gateway-keys.jws'), 'utf8').split('.')[1] ?? ''
    return JSON.parse(Buffer.from(payload, 'base64url').toString()).command
  }
  /** As the totem fetches and judges what waits for it. */
  async function fetched(totem: string) {
    const all: Awaited<ReturnType<typeof openCommand>>[] = []
    for (let after = 0; ; ) {
      const { commands } = (await centre.totem(totem).get(`/v1/commands?after=${after}`)).body
      if (commands.length === 0) return all.map((each) => (each.ok ? each.value : each.error))
      for (const { command } of commands) {
        const by = { totem, keys: commandKeys(), now: +centre.clock.now, last: after, has: () => false }
        const opened = await openCommand(command, by)
        all.push(opened)
        if (opened.ok) after = opened.value.serial
      }
    }
  }

  const KINDS = ROLES.flatMap(([role, who]) => orderKinds.map((kind) => [role, kind, who] as const))
  test.each(KINDS)('%s, %s: own region and another’s, as the matrix says', async (role, kind, who) => {
    const args = kind === 'notice' ? { sentence: 'works', day: '2026-12-24' } : {}
    const own = await order(who, kind, { args })
    const other = await order(who, kind, { args, totems: ['TT-0001', 'TT-0002'] })
    if (matrix[`command.${kind}`][role] === '-') {
      expect([own.status, own.body.kind, other.status]).toEqual([403, 'forbidden', 403])
      return
    }
    expect(own.status).toBe(200)
    // CAMPO is Umbria's alone: what it does not see it cannot name either.
    if (role === 'CAMPO') expect([other.status, other.body]).toEqual([404, { kind: 'not-found', field: 'TT-0002' }])
    else expect(other.status).toBe(200)
  })

  test('who approves: an operator, or the platform; a revocation the platform alone; CAMPO and AUDITOR nothing', () => {
    const held = (role: Role) => [{ role, scope: { kind: 'flotta' as const } }]
    const may = (kind: OrderKind) => ROLES.filter(([role]) => mayApprove(kind, held(role))).map(([role]) => role)
    expect([may('restore'), may('revoke')]).toEqual([['OPERATORE', 'PIATTAFORMA'], ['PIATTAFORMA']])
  })

  test('withdrawn at once, fetched by the totem alone, told, seen; brought back by a second person', async () => {
    const { order: withdrawn } = (await order('campo', 'withdraw')).body
    expect((await fetched('TT-0002')).some((each) => 'totem' in each && each.totem === 'TT-0001')).toBe(false)
    const told = (await fetched('TT-0001')).filter(({ kind }) => kind === 'withdraw').at(-1)
    const { id, serial } = told as KnownCommand
    const of = async (name: string) =>
      (await listOf('operatore')).find((each: { order: string }) => each.order === name)
    expect((await of(withdrawn)).commands).toMatchObject([{ command: id, state: 'fetched' }])
    // The heartbeat says that something waits, to who knows commands.
    const beat = async (body: object) => (await centre.totem('TT-0001').post('/v1/heartbeat?closed=1', body)).body
    expect((await beat(HEARTBEAT)).command).toBeGreaterThanOrEqual(serial)
    expect(await beat({ ...HEARTBEAT, commands: [] })).not.toHaveProperty('command')
    // Another totem cannot answer for it.
    const outcomes = [{ id, refusal: null, found: [] }]
    await centre.totem('TT-0002').post('/v1/commands/outcomes', { outcomes })
    expect((await of(withdrawn)).commands).toMatchObject([{ state: 'fetched' }])
    await centre.totem('TT-0001').post('/v1/commands/outcomes', { outcomes })
    await beat({ ...HEARTBEAT, out: 'withdrawn' })
    expect((await of(withdrawn)).commands).toMatchObject([{ state: 'done' }])
    expect((await at('campo').get('/totems/TT-0001')).body.totem).toMatchObject({
      ...{ state: 'ritirato', out: 'withdrawn', ready: false },
    })

    const { order: back, state } = (await order('campo', 'restore')).body
    expect(state).toBe('proposed')
    expect((await fetched('TT-0001')).some(({ kind }) => kind === 'restore')).toBe(false)
    expect((await at('campo').post('/commands/approve', { order: back })).body.kind).toBe('forbidden')
    expect((await at('operatore').post('/commands/approve', { order: back })).status).toBe(200)
    expect((await fetched('TT-0001')).some(({ kind }) => kind === 'restore')).toBe(true)
    expect(await of(back)).toMatchObject({ state: 'issued', proposedBy: 'c.testa', approvedBy: 'o.bruni' })
    await beat(HEARTBEAT)
  })

  test('an operator proposes and never approves it by themself; what one does not see one does not stop', async () => {
    const { order: mine } = (await order('operatore', 'restore', { totems: ['TT-0002'] })).body
    expect((await at('operatore').post('/commands/approve', { order: mine })).body.kind).toBe('same-person')
    expect((await at('campo').post('/commands/stop', { order: mine })).status).toBe(404)
    expect(await listOf('campo', 'TT-0002')).toEqual([])
    expect((await at('operatore').post('/commands/stop', { order: mine })).status).toBe(200)
    expect((await at('piattaforma').post('/commands/approve', { order: mine })).body.kind).toBe('conflict')
  })

  test('a totem of an earlier version: said before it is sent', async () => {
    await centre.totem('TT-0002').post('/v1/heartbeat', { ...HEARTBEAT, commands: ['withdraw'] })
    expect((await order('operatore', 'send-log', { totems: ['TT-0002'] })).body.kind).toBe('unknown-there')
    expect((await order('operatore', 'send-log', { totems: ['RC-0003'] })).body.kind).toBe('unknown-there')
    await centre.totem('TT-0002').post('/v1/heartbeat', HEARTBEAT)
  })

  test.each([
    ['a kind that is none', { kind: 'screen' }],
    ['an operator’s own words', { kind: 'notice', args: { sentence: 'Telefonate al 123', day: '2026-12-24' } }],
    ['no reason', { reason: ' ' }],
    ['no totem', { totems: [] }],
    ['the same twice', { totems: ['TT-0001', 'TT-0001'] }],
    ['an id with SQL in it', { totems: ["x'; drop table totem_command; --"] }],
    ['a field too many', { shell: 'id' }],
  ])('%s is no order', async (_, more) => {
    expect((await order('operatore', 'send-log', more)).status).toBe(400)
  })
})

describe('grants', () => {
  const refOf = async (who: string) => (await at(who).get('/me')).body.person
  const wish = async (who: string, more: object = {}) => ({
    ...{ holder: await refOf(who), role: 'CAMPO', scope: { kind: 'regione', region: '12' }, reason: 'zona Lazio' },
    ...{ from: centre.clock.now.toISOString(), until: new Date(+centre.clock.now + 86_400_000).toISOString() },
    ...more,
  })

  test('proposer, approver and holder are three people, whatever account they use', async () => {
    const forSelf = await at('piattaforma').post('/grants', await wish('piattaforma-bis'))
    expect(forSelf.body).toEqual({ kind: 'same-person', field: 'holder' })
    const { body } = await at('piattaforma').post('/grants', await wish('nuovo'))
    expect((await at('nuovo').get('/totems')).status).toBe(403)
    // Her second account has her grants: they are the person's.
    for (const who of ['piattaforma', 'piattaforma-bis'])
      expect((await at(who).post('/grants/approve', body)).body.kind).toBe('same-person')
    expect((await at('piattaforma2').post('/grants/approve', body)).status).toBe(200)
    expect((await at('piattaforma2').post('/grants/approve', body)).body.kind).toBe('conflict')
    expect((await at('nuovo').get('/totems/TT-0002')).status).toBe(200)
    expect((await at('nuovo').get('/totems/TT-0001')).status).toBe(404)

    // It ends in the middle of a session.
    expect((await at('piattaforma').post('/grants/revoke', body)).status).toBe(200)
    expect((await at('nuovo').get('/totems/TT-0002')).body.kind).toBe('forbidden')
  })

  test.each([
    ['for longer than a year', { until: '2029-01-01T00:00:00.000Z' }, 'beyond-own'],
    ['that ends before it begins', { until: '2020-01-01T00:00:00.000Z' }, 'malformed'],
    ['of a role that is none of the fleet’s', { role: 'TOP' }, 'beyond-own'],
    ['for nobody', { holder: 'A'.repeat(43) }, 'not-found'],
    ['over a region that is none', { scope: { kind: 'regione', region: '77' } }, 'malformed'],
  ])('%s', async (_, more, kind) => {
    expect((await at('piattaforma').post('/grants', await wish('nuovo', more))).body.kind).toBe(kind)
  })

  test('is kept by another’s word, and it is known when it was used', async () => {
    const { grants } = (await at('piattaforma').get('/grants')).body
    const of = (role: string, holderName: string) =>
      grants.find(
        (each: Record<string, string>) =>
          each.role === role && each.holderName === holderName && each.state === 'given',
      )
    const [own, other] = [of('PIATTAFORMA', 'p.neri') ?? of('PIATTAFORMA', 'p.neri.2'), of('CAMPO', 'c.testa')]
    expect(+new Date(other.usedAt)).toBeGreaterThan(+centre.clock.now - 86_400_000)
    expect((await at('piattaforma').post('/grants/confirm', { grant: own.grant })).body.kind).toBe('same-person')
    expect((await at('piattaforma').post('/grants/confirm', { grant: other.grant })).status).toBe(200)
    const after = (await at('piattaforma').get('/grants')).body.grants
    const kept = after.find(({ grant }: { grant: string }) => grant === other.grant)
    expect(+new Date(kept.confirmFrom)).toBeGreaterThanOrEqual(+new Date(other.confirmFrom))
    const revoked = after.find(({ state }: { state: string }) => state === 'revoked')
    expect((await at('piattaforma').post('/grants/confirm', { grant: revoked.grant })).body.kind).toBe('conflict')
  })

  test('the last two who can grant stay', async () => {
    const { grants } = (await at('piattaforma').get('/grants')).body
    const own = grants.find(
      (each: { role: string; state: string }) => each.role === 'PIATTAFORMA' && each.state === 'given',
    )
    expect((await at('piattaforma').post('/grants/revoke', { grant: own.grant })).body.kind).toBe('last-one')
  })
})

describe('comuni and the bodies that ask them', () => {
  const [SPELLO, SCILLA] = ['054050', '080085']
  const PROTESI = { kind: 'ufficio-ente', ente: 'USL2', ufficio: 'PROTESI', comune: SPELLO }
  const person = (first15: string) => `${first15}${checkLetter(first15)}`
  const wish = (holder: string, role: Role, scope: object) => ({
    ...{ holder, role, scope, reason: 'prova', from: centre.clock.now.toISOString() },
    until: new Date(+centre.clock.now + 86_400_000).toISOString(),
  })
  const PROFILE = {
    ...{ comune: SPELLO, nome: 'Prova', servizi: ['C008', 'C020', 'C024'], sezioni: ['10'], provvisori: false },
    perche: { C020: 'Serve l’indirizzo', C024: 'Serve la paternità' },
    ...{
      chiavi: ['CF'],
      motivi: ['Prova'],
      baseGiuridica: 'legge',
      territorio: 'comuni',
      righeMax: 100,
      righeGiorno: 100,
    },
    ...{ dal: '2026-01-01', al: '2099-12-31', after: null as object | null },
  }
  const AGREEMENT = {
    ...{ comune: SPELLO, fruitore: 'BONIFICA', dal: '2026-01-01', al: '2099-12-31', baseGiuridica: 'legge' },
    ...{ protocollo: '1', silenzio: null as object | null, territorio: 'comune', comuni: [] as string[] },
    quote: { personaGiorno: 100, ufficioGiorno: 200, mese: null as number | null },
  }
  const ids = async (who: string, path: string, list: string, id: string) =>
    (await at(who).get(path)).body[list].map((each: Record<string, string>) => each[id])

  test('everybody sees their own: the other comune’s profiles and agreements are not there, nor counted', async () => {
    const of = async (who: string, list: 'agreements' | 'profiles') =>
      (await at(who).get(`/${list}`)).body[list].map(({ comune }: { comune: string }) => comune).sort()
    expect(await of('top', 'profiles')).toEqual([SPELLO, SPELLO])
    expect(await of('altro-top', 'profiles')).toEqual([SCILLA])
    // The office sees what its body has agreed with that comune, and not what another body has.
    expect(await of('standard', 'agreements')).toEqual([SPELLO])
    expect(await of('admin', 'profiles')).toEqual([SPELLO])
    expect(await of('auditor', 'profiles')).toEqual([SCILLA, SPELLO, SPELLO].sort())
    expect(await ids('admin', '/enti', 'enti', 'id')).toEqual([SPELLO, 'USL2'])
    expect(await ids('altro-top', '/enti', 'enti', 'id')).toEqual([SCILLA, 'USL2', 'BONIFICA'])
  })

  test('a profile is approved by a second TOP, and a change is another version', async () => {
    const { body } = await at('top').post('/profiles', PROFILE)
    expect(body).toMatchObject({ versione: 1 })
    expect((await at('top').post('/profiles/approve', body)).body.kind).toBe('same-person')
    expect((await at('altro-top').post('/profiles/approve', body)).status).toBe(404)
    expect((await at('altro-top').post('/profiles', { ...PROFILE, comune: SCILLA, after: body })).body.kind).toBe(
      'not-found',
    )
    const agreement = { ...AGREEMENT, profilo: body.profilo, profiloVersione: 1 }
    expect((await at('top').post('/agreements', agreement)).body).toEqual({ kind: 'inconsistent', field: 'profilo' })
    expect((await at('top2').post('/profiles/approve', body)).status).toBe(200)
    expect((await at('top2').post('/profiles/approve', body)).body.kind).toBe('conflict')
    expect((await at('top').post('/profiles', { ...PROFILE, after: body })).body).toEqual({ ...body, versione: 2 })
    // Somebody else has begun from version 1 too.
    expect((await at('top2').post('/profiles', { ...PROFILE, after: body })).body).toEqual({
      kind: 'conflict',
      field: 'after',
    })

    for (const [more, field] of [
      [{ silenzio: { giorni: 3, righeMax: 10 } }, 'silenzio'],
      [{ territorio: 'italia' }, 'territorio'],
      [{ territorio: 'comuni' }, 'comuni'],
      [{ comuni: [SCILLA] }, 'comuni'],
      [{ al: '2025-01-01' }, 'al'],
      [{ quote: { ...AGREEMENT.quote, personaGiorno: 201 } }, 'quote.personaGiorno'],
      [{ quote: { ...AGREEMENT.quote, mese: 199 } }, 'quote.ufficioGiorno'],
    ] as const)
      expect((await at('top').post('/agreements', { ...agreement, ...more })).body).toEqual({
        kind: 'inconsistent',
        field,
      })
    expect((await at('altro-top').post('/agreements', { ...agreement, comune: SCILLA })).body).toEqual({
      kind: 'not-found',
      field: 'profilo',
    })
    const made = (await at('top').post('/agreements', agreement)).body
    expect(await ids('altro-standard', '/agreements', 'agreements', 'agreement')).not.toContain(made.agreement)
    expect((await at('top').post('/agreements/approve', made)).body.kind).toBe('same-person')
    expect((await at('altro-top').post('/agreements/end', { ...made, why: 'no' })).status).toBe(404)
    expect((await at('top2').post('/agreements/approve', made)).status).toBe(200)
    // Its body’s office that asks another comune sees nothing of it.
    expect(await ids('altro-standard', '/agreements', 'agreements', 'agreement')).not.toContain(made.agreement)
    expect((await at('top2').post('/profiles/end', { ...body, why: 'sbagliato' })).status).toBe(200)
    expect((await at('top2').post('/agreements/end', { ...made, why: 'sbagliata' })).status).toBe(200)
    expect((await at('top2').post('/agreements/end', { ...made, why: 'sbagliata' })).body.kind).toBe('conflict')
    const told = async (who: string) => (await at(who).get('/audit?deed=profiles.propose')).body.entries.length
    expect([await told('revisore'), await told('top2'), await told('altro-top'), await told('admin')]).toEqual([
      2, 2, 0, 0,
    ])
  })

  test.each([
    ['no reason where yes or no would do', { perche: { C024: 'x' } }, 'perche.C020'],
    ['no reason for what is special', { perche: { C020: 'x' } }, 'perche.C024'],
    ['a reason for what is not asked', { perche: { ...PROFILE.perche, C025: 'x' } }, 'perche.C025'],
    ['a special section without its reason', { sezioni: ['10', '13'] }, 'perche.13'],
    ['the same service twice', { servizi: ['C008', 'C008', 'C020', 'C024'] }, 'servizi'],
    ['fewer rows a day than in a list', { righeGiorno: 99 }, 'righeGiorno'],
  ])('a profile with %s is none', async (_, more, field) => {
    expect((await at('top').post('/profiles', { ...PROFILE, ...more })).body).toEqual({ kind: 'inconsistent', field })
  })

  test.each([
    ['the whole sheet', { sezioni: ['1'] }],
    ['a service that is none', { servizi: ['C099'] }],
    ['a field too many', { approvedBy: 'x' }],
    ['no purpose', { motivi: [] }],
    ['100,001 rows', { righeMax: 100_001 }],
  ])('%s is not taken', async (_, more) => {
    expect((await at('top').post('/profiles', { ...PROFILE, ...more })).body.kind).toBe('malformed')
  })

  test('TOP names ADMIN, ADMIN names STANDARD and TOP approves: nobody beyond their own', async () => {
    const [one, two] = [person('ZNNLRA85A41D653'), person('ZNNLRB85A41D653')]
    const refused = async (who: string, body: object) => (await at(who).post('/grants', body)).body.kind
    const ADMIN = wish(one, 'ADMIN', PROTESI)
    for (const who of ['piattaforma', 'altro-top', 'admin']) expect(await refused(who, ADMIN)).toBe('beyond-own')
    for (const scope of [{ ...PROTESI, comune: SCILLA }, { kind: 'flotta' }, { kind: 'ente', ente: SPELLO }])
      expect(await refused('top', wish(one, 'ADMIN', scope))).toBe('beyond-own')
    // An office that is none, and a body with which this comune has agreed nothing.
    expect(await refused('top', wish(one, 'ADMIN', { ...PROTESI, ufficio: 'NESSUNO' }))).toBe('not-found')
    expect(await refused('altro-top', wish(one, 'ADMIN', { ...PROTESI, comune: SCILLA }))).toBe('not-found')
    const { body: admin } = await at('top').post('/grants', ADMIN)
    expect((await at('top').post('/grants/approve', admin)).body.kind).toBe('same-person')
    for (const who of ['altro-top', 'admin', 'piattaforma'])
      expect((await at(who).post('/grants/approve', admin)).status).toBe(404)
    expect((await at('top2').post('/grants/approve', admin)).status).toBe(200)

    const STANDARD = wish(two, 'STANDARD', PROTESI)
    for (const who of ['top', 'altro-admin', 'piattaforma']) expect(await refused(who, STANDARD)).toBe('beyond-own')
    expect(await refused('admin', wish(two, 'STANDARD', { ...PROTESI, ufficio: 'VACCINI' }))).toBe('beyond-own')
    const { body: standard } = await at('admin').post('/grants', STANDARD)
    expect((await at('admin').post('/grants/approve', standard)).body.kind).toBe('same-person')
    expect((await at('top').post('/grants/approve', standard)).status).toBe(200)
    const of = (who: string) => ids(who, '/grants', 'grants', 'grant')
    expect([(await of('admin')).includes(standard.grant), (await of('altro-admin')).includes(standard.grant)]).toEqual([
      true,
      false,
    ])
    expect([(await of('top')).includes(admin.grant), (await of('altro-top')).includes(admin.grant)]).toEqual([
      true,
      false,
    ])
    // A comune's people are nobody else's to know, and by a codice fiscale nobody learns whose it is.
    expect((await at('admin').get('/people')).body).toEqual({ people: [] })
    const { body: named } = await at('top').post('/grants', wish(person('TSTCRL80B02G478'), 'ADMIN', PROTESI))
    const nameSeenBy = async (who: string) =>
      (await at(who).get('/grants')).body.grants.find(({ grant }: { grant: string }) => grant === named.grant)
        .holderName
    expect([await nameSeenBy('top'), await nameSeenBy('piattaforma')]).toEqual([null, 'c.testa'])
    expect((await at('top').post('/grants/revoke', named)).status).toBe(200)
    expect((await at('altro-top').post('/grants/revoke', admin)).status).toBe(404)
    expect((await at('admin').post('/grants/confirm', standard)).status).toBe(200)
    expect((await at('top').post('/grants/revoke', standard)).status).toBe(200)
  })

  test('who decides for a comune neither asks it nor audits it; the last TOP has a successor first', async () => {
    const ref = async (who: string) => (await at(who).get('/me')).body.person
    const [top, auditor] = [await ref('altro-top'), await ref('revisore')]
    const scilla = { kind: 'ente', ente: SCILLA }
    const asked = async (who: string, body: object) => (await at(who).post('/grants', body)).body
    expect(await asked('piattaforma', wish(top, 'AUDITOR', scilla))).toEqual({ kind: 'both-sides', field: 'holder' })
    expect(await asked('piattaforma', wish(top, 'AUDITOR', { kind: 'flotta' }))).toMatchObject({ kind: 'both-sides' })
    expect(await asked('top', wish(auditor, 'TOP', { kind: 'ente', ente: SPELLO }))).toMatchObject({
      kind: 'both-sides',
    })
    expect(await asked('top', wish(await ref('standard'), 'TOP', { kind: 'ente', ente: SPELLO }))).toMatchObject({
      kind: 'both-sides',
    })
    // With two TOPs they name the third themselves.
    expect(
      await asked('piattaforma', wish(person('ZNNLRC85A41D653'), 'TOP', { kind: 'ente', ente: SPELLO })),
    ).toMatchObject({ kind: 'beyond-own' })

    const last = (await at('altro-top').get('/grants')).body.grants.find(({ role }: { role: string }) => role === 'TOP')
    expect((await at('piattaforma').post('/grants/revoke', { grant: last.grant })).body.kind).toBe('last-one')
    const second = await asked('piattaforma', wish(person('ZNNLRD85A41H224'), 'TOP', scilla))
    expect((await at('piattaforma2').post('/grants/approve', second)).status).toBe(200)
    expect((await at('piattaforma').post('/grants/revoke', { grant: last.grant })).status).toBe(404)
    expect((await at('altro-top').post('/grants/revoke', second)).status).toBe(200)
  })

  test('a comune is registered once, and only one that there is', async () => {
    const register = async (who: string, body: object) => (await at(who).post('/enti', body)).body
    const foligno = { kind: 'comune', id: '054018', name: 'Foligno', patron: '01-24' }
    expect(await register('top', foligno)).toMatchObject({ kind: 'forbidden' })
    expect(await register('piattaforma', { ...foligno, id: '999999' })).toEqual({ kind: 'not-found', field: 'id' })
    expect(await register('piattaforma', foligno)).toEqual({ done: true })
    expect(await register('piattaforma', foligno)).toEqual({ kind: 'conflict', field: 'id' })
    const office = { ente: 'USL2', id: 'CUP', name: 'Prenotazioni' }
    expect((await at('piattaforma').post('/enti/uffici', office)).status).toBe(200)
    expect((await at('piattaforma').post('/enti/uffici', office)).body.kind).toBe('conflict')
    expect(await ids('altro-top', '/enti', 'enti', 'id')).not.toContain('054018')
  })
})

describe('the audit', () => {
  test('tells who looked at whom and who was refused, to its auditor; to others their own', async () => {
    const told = async (deed: string) => (await at('auditor').get(`/audit?deed=${deed}`)).body.entries
    expect((await told('grants.approve')).map(({ actorName }: Record<string, string>) => actorName)).toContain('p.riva')
    expect((await told('missed.totem')).map(({ object }: Record<string, string>) => object)).toContain('ZZ-9999')
    const own = (await at('campo').get('/audit')).body.entries
    expect(new Set(own.map(({ actorName }: Record<string, string>) => actorName))).toEqual(new Set(['c.testa']))
    expect((await at('auditor').get('/audit?deed=seen.audit')).body.entries.length).toBeGreaterThan(0)
  })

  test('a look at the rows of one request is none at those of another', async () => {
    const requests = ['01ARZ3NDEKTSV4RRFFQ69G5FA1', '01ARZ3NDEKTSV4RRFFQ69G5FA2']
    for (const request of requests) expect((await at('top').get(`/bulk/${request}/rows`)).status).toBe(404)
    const { entries } = (await at('auditor').get('/audit?deed=missed.bulk-rows')).body
    expect(entries.map(({ object }: Record<string, string>) => object)).toEqual(expect.arrayContaining(requests))
  })

  test('an export verifies without the gateway; one changed word, or a lost end, does not', async () => {
    const verdict = (await at('auditor').get('/audit/verdict')).body
    expect(verdict.kind).toBe('sound')
    const { file, entries } = (await at('auditor').post('/audit/export')).body
    expect(await verifyAudit(file, anchorKeys())).toMatchObject({
      ok: true,
      value: { kind: 'sound', entries, at: null },
    })
    const lines = file.trimEnd().split('\n')
    const changed = lines.map((line: string) =>
      JSON.parse(line).n === 5 ? line.replace('"outcome":"done"', '"outcome":"refused"') : line,
    )
    expect(await verifyAudit(changed.join('\n'), anchorKeys())).toMatchObject({ value: { kind: 'broken', at: 5 } })
    expect(await verifyAudit(lines.slice(0, -3).join('\n'), anchorKeys())).toMatchObject({
      // The first of the anchors that are not met: that of the verdict before.
      value: { kind: 'missing', at: entries - 1 },
    })
    // Signed by another key: no anchor at all.
    expect(await verifyAudit(file, [])).toMatchObject({ value: { kind: 'sound', anchors: 0 } })
    expect(await verifyAudit('no export', anchorKeys())).toMatchObject({ ok: false })
  })

  test('twenty deeds at once make one chain', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => at('operatore').post('/totems/TT-0001/notes', { text: `nota ${n}` })),
    )
    expect((await at('auditor').get('/audit/verdict')).body.kind).toBe('sound')
  })
})

// Last: the clock goes on, and all log-ins are old then.
test('a log-in of more than five minutes ago changes no rights, and an idle session ends', async () => {
  centre.clock.now = new Date(+centre.clock.now + 6 * 60_000)
  expect((await at('piattaforma').post('/grants/revoke', { grant: '01KB0000000000000000000001' })).body.kind).toBe(
    'log-in-again',
  )
  expect((await at('piattaforma').get('/grants')).status).toBe(200)
  // A page that looks again by itself keeps nobody signed in.
  for (let minute = 0; minute < 16; minute += 4) {
    centre.clock.now = new Date(+centre.clock.now + 4 * 60_000)
    await at('piattaforma').get('/totems', { acts: false })
    expect((await at('operatore').get('/totems')).status).toBe(200)
  }
  expect((await at('piattaforma').get('/grants')).status).toBe(401)
})

// They are counted anew, since the clock went on.
test('anybody may read the public figures, and do nothing else', async () => {
  const anybody = outsider(() => centre.gateway.publicUrl)
  const json = async (path: string) => JSON.parse((await anybody.ask('GET', `/polis/v1${path}`)).body.toString())
  try {
    const { status, headers, body } = await anybody.ask('GET', '/polis/v1/dashboard')
    expect([status, headers['cache-control'], headers['set-cookie']]).toEqual([200, 'public, max-age=300', undefined])
    // Spello's totem; no comune of Lazio is called as the other office's.
    expect(JSON.parse(body.toString()).summaries).toMatchObject({ com_sub: 1, com_prev: 1, comuni: 7_901 })
    expect(body.toString()).not.toMatch(/TT-\d|office|codice/i)
    expect((await json('/comuni.geojson')).features.length).toBe(7_900)
    expect(await json('/comuni/080085')).toMatchObject({ name: 'Scilla', state: 'previsto', totemSince: null })
    expect((await json('/search?q=reggio')).found.slice(0, 2)).toMatchObject([
      { name: 'Reggio di Calabria' },
      { name: "Reggio nell'Emilia" },
    ])
    const wrong = ['/search?q=a', '/search?q=aa&all=1', '/search', '/comuni/1', '/comuni/999999', '/comuni/..%2f..%2fx']
    for (const path of wrong) expect([400, 404], path).toContain((await anybody.ask('GET', `/polis/v1${path}`)).status)
    expect((await anybody.ask('POST', '/polis/v1/dashboard', {})).status).toBe(404)
  } finally {
    await anybody.close()
  }
})

async function fetchLocation(browser: Browser): Promise<URL> {
  return new URL(await browser.location(`${browser.origin}/console/log-in`))
}

describe('statistics', () => {
  beforeAll(async () => {
    // The clock has been turned meanwhile.
    for (const who of ['top', 'altro-top', 'operatore', 'campo', 'auditor']) people[who] = await centre.signedIn(who)
  })
  const csv = [
    'giorno;ufficio;prodotto;canale;n',
    ...[3, 40, 25].map((n, at) => `2026-0${at + 6}-15;Municipio;cie;;${n}`),
  ]
  const file = { comune: '054050', source: 'Anagrafe di Spello', of: '2026-09-30', csv: csv.join('\n') }

  test('a comune brings its own count, which is its own: exact for it, hidden where it leaves, and unseen by others', async () => {
    expect((await at('altro-top').post('/statistics/brought', file)).body.kind).toBe('not-found')
    expect((await at('operatore').post('/statistics/brought', file)).body.kind).toBe('not-found')
    expect(
      (await at('top').post('/statistics/brought', { ...file, csv: csv.concat(csv[1] ?? '').join('\n') })).body,
    ).toEqual({
      ...{ rows: 0, faults: [{ line: 5, kind: 'twice' }] },
    })
    expect((await at('top').post('/statistics/brought', file)).body).toEqual({ rows: 3, faults: [] })
    // Brought again, it is not counted again.
    expect((await at('top').post('/statistics/brought', file)).body).toEqual({ rows: 3, faults: [] })
    const asked = '/statistics/products?month=2026-08&months=3'
    const own = (await at('top').get(asked)).body
    expect(own).toMatchObject({ exact: true, mayExact: true, months: ['2026-06', '2026-07', '2026-08'] })
    expect(own.totals.map(({ now }: { now: number }) => now)).toEqual([3, 40, 25])
    expect(own.sources).toEqual([
      { name: 'Totem Polis', of: null },
      { name: 'Anagrafe di Spello', of: '2026-09-30' },
    ])
    const outside = (await at('top').get(`${asked}&numbers=pubblicabili`)).body
    expect(outside).toMatchObject({ exact: false, mayExact: true })
    expect(outside.totals.map(({ now }: { now: number | null }) => now)).toEqual([null, 40, 25])
    const { body: text } = await at('top').get('/statistics/products/file?month=2026-08&months=3&numbers=pubblicabili')
    expect(text).toContain('Totale;;0;<5*;;0;40;;0;25;')
    expect((await at('auditor').get(asked)).body.totals).toEqual(own.totals)
    for (const who of ['operatore', 'campo', 'altro-top'])
      expect((await at(who).get(asked)).body.sources).toEqual([{ name: 'Totem Polis', of: null }])
    expect(
      (await at('top').get('/statistics/cie?from=2026-06-14&until=2026-06-15&numbers=pubblicabili')).body.days,
    ).toEqual([
      { day: '2026-06-14', count: 0, mean: 0 },
      { day: '2026-06-15', count: null, mean: null },
    ])
  })

  test('who may not see exact figures gets no filter by which to find them', async () => {
    for (const filter of [
      'canale=totem',
      'regione=10',
      'ufficio=PG-101',
      'prodotto=visura',
      'months=13',
      'by=ora',
      'month=2099-01',
    ])
      expect([filter, (await at('operatore').get(`/statistics/products?${filter}`)).status]).toEqual([filter, 400])
    expect((await at('operatore').get('/statistics/products?by=ufficio&regione=10')).status).toBe(200)
    expect((await at('top').get('/statistics/products?canale=totem')).status).toBe(200)
    expect((await at('top').get('/statistics/products?canale=totem&numbers=pubblicabili')).status).toBe(400)
  })

  test('an office is marked shut by who has it in sight, with why and until when, and opens again', async () => {
    const today = (await at('operatore').get('/statistics/offices')).body.today
    const wish = { office: 'PG-101', reason: 'lavori', note: 'nuova sala', from: today, until: null }
    expect((await at('campo').post('/statistics/closures', { ...wish, office: 'RI-201' })).body.kind).toBe('not-found')
    expect((await at('campo').post('/statistics/closures', { ...wish, until: '2020-01-01' })).status).toBe(400)
    expect((await at('campo').post('/statistics/closures', wish)).status).toBe(200)
    const shut = async (who: string) => (await at(who).get('/statistics/offices?state=chiuso')).body.offices
    expect(await shut('top')).toMatchObject([
      {
        office: 'PG-101',
        comune: 'Spello',
        state: 'chiuso',
        closure: { reason: 'lavori', note: 'nuova sala', until: null },
      },
    ])
    expect(await shut('altro-top')).toEqual([])
    const [{ closure }] = await shut('campo')
    expect(
      (await at('altro-top').post('/statistics/closures/end', { closure: closure.closure, until: today })).status,
    ).toBe(404)
    expect((await at('top').post('/statistics/closures/end', { closure: closure.closure, until: today })).status).toBe(
      200,
    )
    expect((await at('campo').get('/statistics/offices/file?state=chiuso')).body).toContain(
      `PG-101;Ufficio postale di Spello;Spello;Umbria;chiuso;lavori;nuova sala;${today};${today};1`,
    )
    const rules = {
      kind: 'chiusura',
      name: 'Zona rossa',
      comune: null,
      regione: null,
      from: '2020-03-08',
      until: '2020-05-03',
    }
    expect((await at('top').post('/statistics/regimes', rules)).body.kind).toBe('not-found')
    expect((await at('operatore').post('/statistics/regimes', rules)).status).toBe(200)
    expect((await at('top').get('/statistics/cie?from=2020-04-01&until=2020-04-30')).body.regimes).toMatchObject([
      { name: 'Zona rossa', from: '2020-03-08', until: '2020-05-03' },
    ])
  })
})
