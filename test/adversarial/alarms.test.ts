import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { layStage, openStage, type Stage, type StageFiles, stageOffices } from '../../commands/fleet/stage.ts'
import { troubles } from '../../commands/fleet/troubles.ts'
import { type ConditionId, conditionIds, measureIds } from '../../contract/console/conditions.ts'
import type { Browser } from '../support/console/browser.ts'
import { type ConsoleCentre, openConsoleCentre } from '../support/console/console-centre.ts'
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

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

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
const isThere = (id: ConditionId) => expect.poll(async () => (await there()).has(id), { message: id, timeout: 15_000 })

describe('every condition is produced, is seen at the console, and ends', () => {
  test('nothing is wrong before', async () => {
    expect(await alarms()).toEqual([])
  })

  test.each(FIRST)('%s', async (id) => {
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

  test('and all of it ends by itself, but for the clone, which a person closes', { timeout: 60_000 }, async () => {
    for (const id of REST) await troubles[id].end(stage)
    await pass(Math.max(...conditionIds.map((id) => troubles[id].endsAfterMin ?? 0)))
    await expect.poll(async () => [...(await there())], { timeout: 20_000 }).toEqual(['clone'])
    const [clone] = await alarms()
    await operator.post(`/alarms/${clone?.alarm}/close`, { text: 'disco rimesso da una copia' })
    expect(await alarms()).toEqual([])
  })
})
