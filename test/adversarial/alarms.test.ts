import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  AREA_TOTEMS,
  layStage,
  openStage,
  type Stage,
  type StageFiles,
  stageOffices,
  stageTotem,
} from '../../commands/fleet/stage.ts'
import { troubles } from '../../commands/fleet/troubles.ts'
import { type ConditionId, conditionIds, measureIds } from '../../contract/console/conditions.ts'
import { type Bell, openBell } from '../../gateway/console/alarms/bell.ts'
import type { Browser } from '../../simulator/issuer/browser.ts'
import { freePort } from '../../simulator/ports.ts'
import { startAlertmanager } from '../support/alerting.ts'
import { type ConsoleCentre, openConsoleCentre } from '../support/console/console-centre.ts'
import { migratedTables } from '../support/gateway/database.ts'
import { publicDoorIn } from '../support/gateway/public-page.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { PKI } from '../support/pki.ts'

// Every condition is produced by simulated totems on the real routes, and by what stands behind the gateway; it is seen at the
// console, and it ends. Then what people do about alarms.

const folder = mkdtempSync(join(tmpdir(), 'totem-alarms-'))
let files: StageFiles
let centre: ConsoleCentre
let stage: Stage
let operator: Browser
const browsers: Record<string, Browser> = {}
const at = (who: string) => browsers[who] as Browser

beforeAll(async () => {
  files = await layStage(PKI, folder)
  const port = await freePort()
  const mail = {
    ...{ host: 'localhost', port, ca: join(PKI, 'gateway-ca.pem'), pec: null },
    from: { name: 'Totem Polis', address: 'totem@poste.example' },
    returns: { address: 'ritorno@poste.example', listen: { host: '127.0.0.1', port: 0 } },
    nameServers: ['127.0.0.1:9'],
  }
  centre = await openConsoleCentre(null, {
    places: stageOffices(),
    more: {
      public: await publicDoorIn(folder),
      delivery: { mail },
      totems: files.totems,
      tls: { ...files.tls, clientCa: join(PKI, 'totem-ca.pem') },
      trust: {
        ...{ list: files.trustList, listKey: join(PKI, 'trust-list.pub.jwk.json'), crls: join(folder, 'crls') },
        ...{ crlHosts: [], revocation: { maxAgeHours: 9_000, whenUnknown: 'accept' } },
      },
    },
  })
  stage = await openStage({
    ...{ pki: PKI, files, anpr: centre.anpr, now: () => centre.clock.now },
    urls: () => ({ totems: centre.gateway.url, operators: centre.gateway.operatorUrl }),
    mail: { port, returnsPort: () => centre.gateway.returnsPort },
  })
  await stage.beat()
  for (const who of ['operatore', 'campo', 'piattaforma', 'auditor']) browsers[who] = await centre.signedIn(who)
  operator = at('operatore')
})
afterAll(async () => {
  await stage?.stop()
  await centre?.stop()
  rmSync(folder, { recursive: true })
})

/** Time passes: totems that are not silent send their heartbeats all the while. */
async function pass(minutes: number): Promise<void> {
  for (let left = minutes; left > 0; ) {
    const step = Math.min(left, left > 60 ? 600 : 3)
    centre.clock.now = new Date(+centre.clock.now + step * 60_000)
    left -= step
    await stage.beat()
  }
  // Hours have passed for who is signed in too.
  if (minutes > 10) for (const who of Object.keys(browsers)) await at(who).logIn(who)
}
/** Totems of the stage that have set a request aside, in Umbria and in Lazio, and one that is cloned. */
const [ASIDE, LAZIO, CLONED] = [stageTotem(7), AREA_TOTEMS[19] ?? '', stageTotem(6)]
type Alarm = Record<string, unknown> & { alarm: string; condition: ConditionId; totem: string | null }
async function alarms(who: Browser = operator, query = '?all=1'): Promise<Alarm[]> {
  await centre.gateway.look()
  const { body } = await who.get(`/alarms${query}`)
  return body.alarms
}
const there = async () => new Set((await alarms()).map(({ condition }) => condition))
const series = async () => {
  const client = new TotemClient(centre.gateway.operatorUrl, null)
  const token = readFileSync(join(PKI, 'operator-token'), 'utf8').trim()
  const { status, body } = await client.text('/metrics/fleet', { authorization: `Bearer ${token}` })
  await client.close()
  return { status, text: body }
}

/** A trouble of ANPR, or of mails that it lets pass: one after the other, and before the others. */
const FIRST: ConditionId[] = ['mail-returned', 'anpr-slow', 'anpr-errors', 'anpr-away', 'operations-dead']
const REST = conditionIds.filter((id) => !FIRST.includes(id))
/** A service of ANPR that did not answer rests by the real clock, twice as long at each try, up to a minute (breakers.ts). */
const LONGEST_REST_MS = 90_000
const isThere = (id: ConditionId) =>
  expect.poll(async () => (await there()).has(id), { message: id, timeout: LONGEST_REST_MS })

describe('every condition is produced, is seen at the console, and ends', () => {
  test('nothing is wrong before', async () => {
    expect(await alarms()).toEqual([])
  })

  test.each(FIRST)('%s', { timeout: 2 * LONGEST_REST_MS }, async (id) => {
    await troubles[id].begin(stage)
    await isThere(id).toBe(true)
    await troubles[id].end(stage)
    // Those that end after a day are looked for below.
    const { endsAfterMin = 0 } = troubles[id]
    if (endsAfterMin > 60) return
    await pass(endsAfterMin)
    await isThere(id).toBe(false)
  })

  test.each(REST.filter((id) => !troubles[id].showsAfterMin))('%s', async (id) => {
    await troubles[id].begin(stage)
    expect([...(await there())]).toContain(id)
  })

  test('those that take a while, together', async () => {
    const late = REST.filter((id) => troubles[id].showsAfterMin)
    for (const id of late) await troubles[id].begin(stage)
    await pass(Math.max(...late.map((id) => troubles[id].showsAfterMin ?? 0)))
    // All that was begun is there at once, each at its own totem.
    const seen = await there()
    const over = REST.filter((id) => (troubles[id].endsAfterMin ?? 60) < 16)
    expect(REST.filter((id) => !seen.has(id) && !over.includes(id))).toEqual([])
  })

  test('Prometheus hears of each measure, in series that name no person', async () => {
    const { status, text } = await series()
    expect(status).toBe(200)
    // Nobody has asked ANPR within the last five minutes.
    const quiet = ['totem_anpr_failed', 'totem_anpr_slow']
    expect(measureIds.filter((id) => !text.includes(`# TYPE ${id} gauge`))).toEqual(quiet)
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    // name{label="value",…} number, and no label but these.
    expect(lines.filter((line) => !/^\w+(\{(\w+="[\w. -]+",?)+\})? -?[\d.e+-]+$/.test(line))).toEqual([])
    const labels = new Set([...text.matchAll(/[{,](\w+)="/g)].map(([, label]) => label))
    const bounded = ['totem', 'office', 'region', 'event', 'service', 'certificate', 'list', 'way']
    expect([...labels].filter((label) => !bounded.includes(label ?? ''))).toEqual([])
    expect(text).toMatch(/^totem_printer_stopped_seconds\{totem="FL-0003",office="PG-3",region="10"\} [1-9]/m)
    expect(text).toMatch(/^totem_region_silent_of\{region="12"\} 20$/m)
  })

  test('the region’s totems follow from the region, and wait behind it', async () => {
    const lazio = (await alarms()).filter(({ condition, region }) => condition === 'totem-silent' && region === '12')
    expect(lazio.length).toBeGreaterThanOrEqual(7)
    expect(new Set(lazio.map(({ follows }) => follows))).toEqual(new Set(['area-silent']))
    const shown = await alarms(operator, '')
    expect(shown.filter(({ condition, region }) => condition === 'totem-silent' && region === '12')).toEqual([])
    expect(shown.some(({ condition }) => condition === 'area-silent')).toBe(true)
  })

  test('and all of it ends by itself, but for the clone, which a person closes', { timeout: 150_000 }, async () => {
    for (const id of REST) await troubles[id].end(stage)
    await pass(Math.max(...conditionIds.map((id) => troubles[id].endsAfterMin ?? 0)))
    // Totems go on calling meanwhile: on a busy machine a heartbeat may be turned away, and the next one is heard.
    const left = async () => {
      await stage.beat()
      return [...(await there())]
    }
    await expect.poll(left, { timeout: 60_000 }).toEqual(['clone'])
    const [clone] = await alarms()
    await operator.post(`/alarms/${clone?.alarm}/close`, { text: 'disco rimesso da una copia' })
    expect(await alarms()).toEqual([])
  })
})

describe('what people do about an alarm', () => {
  const only = async (condition: ConditionId) => (await alarms()).find((each) => each.condition === condition)
  const refOf = async (who: string) => (await at(who).get('/me')).body.person

  test('it is given to somebody who can see that totem, and to nobody else', async () => {
    await troubles['set-aside'].begin(stage)
    await stage.says(LAZIO, (healthy) => ({ queue: { ...healthy.queue, aside: 1 } }))
    const all = await alarms()
    const [umbria, lazio] = ['10', '12'].map((region) => all.find((each) => each.region === region))
    const namesFor = async (alarm?: Alarm) =>
      (await operator.get(`/alarms/${alarm?.alarm}/people`)).body.people.map(({ name }: { name: string }) => name)
    // Carlo Testa is Umbria's; those who administer or audit handle no alarm.
    expect(await namesFor(umbria)).toEqual(['c.testa', 'o.bruni'])
    expect(await namesFor(lazio)).toEqual(['o.bruni'])
    const give = async (alarm: Alarm | undefined, who: string) =>
      operator.post(`/alarms/${alarm?.alarm}/assign`, { person: await refOf(who) })
    expect((await give(umbria, 'campo')).status).toBe(200)
    for (const who of ['campo', 'auditor', 'piattaforma'])
      expect((await give(lazio, who)).body).toEqual({ kind: 'not-found', field: 'person' })
    expect(await only('set-aside')).toMatchObject({ takenBy: 'c.testa', assignedBy: 'o.bruni' })
    // Whoever takes it themself was not given it.
    await at('campo').post(`/alarms/${umbria?.alarm}/take`)
    expect(await only('set-aside')).toMatchObject({ takenBy: 'c.testa', assignedBy: null })
    // An alarm out of sight is as unknown as none.
    expect((await at('campo').get(`/alarms/${lazio?.alarm}/people`)).status).toBe(404)
    expect((await at('campo').post(`/alarms/${lazio?.alarm}/assign`, { person: await refOf('campo') })).status).toBe(
      404,
    )
  })

  describe('where somebody works', () => {
    const window = (scope: object, hours = 2, more: object = {}) => ({
      ...{ scope, reason: 'cambio del lettore', from: centre.clock.now.toISOString() },
      until: new Date(+centre.clock.now + hours * 3_600_000).toISOString(),
      ...more,
    })
    const plan = (who: string, ...asked: Parameters<typeof window>) => at(who).post('/maintenance', window(...asked))
    const aside = { kind: 'totem', totem: ASIDE }
    const hidden = async (who = operator) => {
      await centre.gateway.look()
      return (await who.get('/alarms')).body
    }

    test('its alarms are off the list until the window ends by itself; then what is still wrong is there', async () => {
      const before = await hidden()
      expect(before.alarms.some(({ totem }: Alarm) => totem === ASIDE)).toBe(true)
      expect((await plan('campo', aside)).body).toMatchObject({ needsSecond: false })
      const during = await hidden()
      expect(during.alarms.some(({ totem }: Alarm) => totem === ASIDE)).toBe(false)
      expect(during.hidden.maintained).toBe(1)
      expect((await operator.get(`/totems/${ASIDE}`)).body.totem.state).toBe('in-manutenzione')
      expect((await operator.get(`/maintenance?totem=${ASIDE}`)).body.windows).toMatchObject([
        { state: 'now', by: 'c.testa', reason: 'cambio del lettore', scope: aside, totems: 1 },
      ])
      // Of another totem's page it is no part.
      expect((await operator.get(`/maintenance?totem=${LAZIO}`)).body.windows).toEqual([])
      await pass(121)
      expect((await hidden()).alarms.some(({ totem }: Alarm) => totem === ASIDE)).toBe(true)
      expect((await operator.get(`/totems/${ASIDE}`)).body.totem.state).not.toBe('in-manutenzione')
      expect((await operator.get(`/maintenance?totem=${ASIDE}`)).body.windows).toMatchObject([{ state: 'ended' }])
    })

    test('a totem that is there twice is shown whatever is worked on', async () => {
      const ended = (await plan('operatore', { kind: 'totem', totem: CLONED })).body.window
      await stage.forks(CLONED)
      expect((await hidden()).alarms.some(({ condition }: Alarm) => condition === 'clone')).toBe(true)
      const [clone] = (await alarms()).filter(({ condition }) => condition === 'clone')
      await operator.post(`/alarms/${clone?.alarm}/close`, { text: 'prova' })
      expect((await operator.post('/maintenance/end', { window: ended })).status).toBe(200)
      expect((await operator.post('/maintenance/end', { window: ended })).body.kind).toBe('conflict')
    })

    test('a region has two people: it is not silent before the second has said so', async () => {
      const { body } = await plan('campo', { kind: 'regione', region: '10' })
      expect(body).toMatchObject({ needsSecond: true })
      expect((await hidden()).alarms.some(({ totem }: Alarm) => totem === ASIDE)).toBe(true)
      expect((await at('campo').post('/maintenance/approve', { window: body.window })).body.kind).toBe('same-person')
      for (const who of ['piattaforma', 'auditor'])
        expect((await at(who).post('/maintenance/approve', { window: body.window })).body.kind).toBe('forbidden')
      expect((await operator.post('/maintenance/approve', { window: body.window })).status).toBe(200)
      expect((await operator.post('/maintenance/approve', { window: body.window })).body.kind).toBe('conflict')
      expect((await hidden()).alarms.some(({ totem }: Alarm) => totem === ASIDE)).toBe(false)
      // Lazio's are as they were.
      expect((await hidden()).alarms.some(({ totem }: Alarm) => totem === LAZIO)).toBe(true)
      expect((await at('campo').post('/maintenance/end', { window: body.window })).status).toBe(200)
      expect((await hidden()).alarms.some(({ totem }: Alarm) => totem === ASIDE)).toBe(true)
    })

    test.each([
      ['of another region', 'campo', { kind: 'regione', region: '12' }, 2, 'not-found'],
      ['of another region’s totem', 'campo', { kind: 'totem', totem: LAZIO }, 2, 'not-found'],
      ['of the fleet by somebody who has a region', 'campo', { kind: 'flotta' }, 2, 'not-found'],
      ['of a totem that is nowhere', 'operatore', { kind: 'totem', totem: 'ZZ-9999' }, 2, 'not-found'],
      ['longer than three days', 'operatore', { kind: 'totem', totem: ASIDE }, 73, 'malformed'],
      ['that ends before it begins', 'operatore', { kind: 'totem', totem: ASIDE }, -1, 'malformed'],
      ['by an auditor', 'auditor', { kind: 'totem', totem: ASIDE }, 2, 'forbidden'],
    ] as const)('a window %s is none', async (_, who, scope, hours, kind) => {
      expect((await plan(who, scope, hours)).body.kind).toBe(kind)
    })

    test('all of it stands in the audit', async () => {
      const deeds = async (deed: string) => (await at('auditor').get(`/audit?deed=${deed}`)).body.entries.length
      for (const deed of ['maintenance.plan', 'maintenance.approve', 'maintenance.end', 'alarms.assign'])
        expect(await deeds(deed), deed).toBeGreaterThan(0)
    })
  })
})

describe('who is called', () => {
  test('without an Alertmanager nobody is, and the list says so', async () => {
    expect((await operator.get('/alarms')).body.bell).toEqual({ state: 'none', since: null })
  })

  test('with Debian’s: while it has the watchdog; windows are its silences, and it hides what follows', {
    timeout: 60_000,
  }, async () => {
    const port = await freePort()
    const alertmanager = startAlertmanager(port, folder)
    const url = `http://127.0.0.1:${port}`
    const ask = async (path: string, body?: unknown) => {
      const answer = await fetch(`${url}/api/v2/${path}`, {
        ...(body !== undefined && {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
      })
      const text = await answer.text()
      return text === '' ? null : JSON.parse(text)
    }
    const alert = (labels: object) => ({
      labels: { alertname: 'X', ...labels },
      endsAt: new Date(Date.now() + 600_000),
    })
    const db = await migratedTables()
    const now = () => new Date()
    let bell: Bell | undefined
    try {
      // Nothing listens yet, or nobody has told it of the watchdog: nobody would be called.
      bell = await openBell({ url, ca: null }, { db, now, log: pino({ level: 'silent' }) })
      expect(bell.state().state).toBe('lost')
      await expect
        .poll(
          () =>
            ask('status').then(
              () => true,
              () => false,
            ),
          { timeout: 20_000 },
        )
        .toBe(true)
      await bell.look()
      expect(bell.state().state).toBe('lost')
      await ask('alerts', [
        alert({ condition: 'watchdog', severity: 'none' }),
        alert({ condition: 'area-silent', severity: 'alarm', region: '12' }),
        alert({ condition: 'totem-silent', severity: 'warn', region: '12', totem: 'FL-0020' }),
        alert({ condition: 'totem-silent', severity: 'warn', region: '10', totem: 'FL-0001' }),
        alert({ condition: 'set-aside', severity: 'alarm', region: '10', totem: 'FL-0002' }),
        alert({ condition: 'clone', severity: 'alarm', region: '10', totem: 'FL-0002' }),
      ])
      await bell.look()
      expect(bell.state()).toEqual({ state: 'rings', since: null })
      await sql`
        insert into maintenance (id, kind, covers, from_at, until_at, reason, needs_second, proposed_by, proposed_name, proposed_at)
        values ('01KB0000000000000000000001', 'totem', 'FL-0002', now(), now() + interval '1 hour', 'lettore', false, 'p', 'c.testa', now()),
          ('01KB0000000000000000000002', 'regione', '10', now(), now() + interval '1 hour', 'linea', true, 'p', 'c.testa', now())`.execute(
        db,
      )
      await bell.look()
      const state = async (condition: string, totem?: string) =>
        (await ask('alerts')).find(
          ({ labels }: { labels: Record<string, string> }) =>
            labels.condition === condition && (!totem || labels.totem === totem),
        )?.status
      // The region's window has no second person yet.
      await expect.poll(() => state('set-aside'), { timeout: 10_000 }).toMatchObject({ state: 'suppressed' })
      expect(await state('clone')).toMatchObject({ silencedBy: [] })
      await expect.poll(() => state('totem-silent', 'FL-0020')).toMatchObject({ inhibitedBy: [expect.any(String)] })
      expect(await state('totem-silent', 'FL-0001')).toMatchObject({ inhibitedBy: [], silencedBy: [] })
      await bell.look()
      const open = async () =>
        (await ask('silences')).filter(({ status }: { status: { state: string } }) => status.state === 'active')
      expect(await open()).toHaveLength(1)
      // Somebody's own silence stays; ours goes with its window.
      const matchers = [{ name: 'totem', value: 'FL-0009', isRegex: false, isEqual: true }]
      await ask('silences', {
        ...{ matchers, createdBy: 'm.verdi', comment: 'mio' },
        ...{ startsAt: new Date(), endsAt: new Date(Date.now() + 600_000) },
      })
      await sql`update maintenance set ended_at = now()`.execute(db)
      await bell.look()
      expect((await open()).map(({ createdBy }: { createdBy: string }) => createdBy)).toEqual(['m.verdi'])
      alertmanager.kill()
      await once(alertmanager, 'exit')
      await bell.look()
      expect(bell.state()).toMatchObject({ state: 'lost', since: expect.any(String) })
    } finally {
      alertmanager.kill('SIGKILL')
      await bell?.stop()
      await db.destroy()
    }
  })
})
