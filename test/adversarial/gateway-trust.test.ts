import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pino } from 'pino'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { GatewayConfig } from '../../gateway/index.ts'
import { openTrust } from '../../gateway/trust/keeper.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { type CrlOptions, issueCrls } from '../../simulator/pki/trust-list.ts'
import { login } from '../support/gateway/requests.ts'
import { PKI } from '../support/pki.ts'
import { certificateNaming, DAY, foreignPki, issuerServer, listOf, temporary } from '../support/trust/lists.ts'

beforeAll(() => makePki(PKI))

const certificateOf = (name: string) => new Uint8Array(readFileSync(join(PKI, `${name}.cert.der`)))

/** The gateway's trust on a folder of its own, with a clock that the test sets. */
async function keeperOn({
  crls = {},
  ...more
}: Partial<Omit<GatewayConfig['trust'], 'crls'>> & { crls?: CrlOptions | null } = {}) {
  const folder = temporary()
  const config: GatewayConfig['trust'] = {
    list: join(folder, 'list.jws'),
    listKey: join(PKI, 'trust-list.pub.jwk.json'),
    crlHosts: [],
    revocation: { maxAgeHours: 48, whenUnknown: 'refuse' },
    ...more,
    crls: join(folder, 'crls'),
  }
  writeFileSync(config.list, await listOf(7))
  if (crls) await issueCrls(PKI, config.crls, crls)
  const clock = { now: new Date() }
  let log = ''
  const sink = new PassThrough().on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const open = async () => {
    const opened = await openTrust({ config, now: () => clock.now, log: pino(sink) })
    if (!opened.ok) throw new Error(opened.error.kind)
    onTestFinished(() => opened.value.stop())
    await opened.value.look()
    await opened.value.fetch()
    return opened.value
  }
  return { config, clock, log: () => log, open, keeper: await open() }
}

describe('revocation', () => {
  test.each(['cns', 'cie'] as const)('a revoked %s is refused, its neighbour is good', async (card) => {
    const { keeper } = await keeperOn()
    const now = new Date()
    expect(keeper.verify(login('anna-bianchi', { card, certificate: 'anna-bianchi.revoked' }), now)).toEqual({
      ok: false,
      error: { kind: 'certificate-revoked' },
    })
    expect(keeper.verify(login('anna-bianchi', { card }), now)).toMatchObject({
      value: { card, revocation: 'good' },
    })
  })
  test('a card revoked while its request waited was good at its login; one revoked before was not', async () => {
    const certificate = certificateOf('cards/anna-bianchi')
    const at = (days: number) => new Date(Date.now() - days * DAY)
    const { keeper } = await keeperOn({ crls: { revoked: [{ certificate, at: at(5) }] } })
    const loggedIn = (days: number) =>
      keeper.verify(login('anna-bianchi', { at: at(days), certificate: 'anna-bianchi' }), at(days))
    expect(loggedIn(10).ok).toBe(true)
    expect(loggedIn(4)).toMatchObject({ error: { kind: 'certificate-revoked' } })
  })
  test('crl-too-old: the policy refuses or accepts unknown cards; revoked cards stay revoked', async () => {
    const issued = new Date(Date.now() - 3 * DAY)
    for (const whenUnknown of ['refuse', 'accept'] as const) {
      const { keeper } = await keeperOn({ crls: { issued }, revocation: { maxAgeHours: 48, whenUnknown } })
      expect(keeper.verify(login('anna-bianchi'), new Date())).toMatchObject(
        whenUnknown === 'accept'
          ? { value: { revocation: 'unknown-accepted' } }
          : { error: { kind: 'revocation-unknown' } },
      )
      const revoked = login('anna-bianchi', { certificate: 'anna-bianchi.revoked' })
      expect(keeper.verify(revoked, new Date())).toMatchObject({ error: { kind: 'certificate-revoked' } })
    }
  })
  test('no CRL at all: unknown, never good', async () => {
    const { keeper } = await keeperOn({ crls: null })
    expect(keeper.verify(login('anna-bianchi'), new Date())).toMatchObject({ error: { kind: 'revocation-unknown' } })
  })
})

describe('list', () => {
  test('a newer list counts as soon as it is there, with the CRLs at hand', async () => {
    const { keeper, config } = await keeperOn()
    const crls = keeper.bundle().crls.length
    const newer = await listOf(8, (list) => ({
      ...list,
      authorities: list.authorities.filter(({ role }) => role !== 'cie'),
    }))
    writeFileSync(config.list, newer)
    await keeper.look()
    expect(keeper.bundle().list).toBe(newer)
    expect(keeper.verify(login('anna-bianchi'), new Date()).ok).toBe(true)
    const cie = login('anna-bianchi', { card: 'cie' })
    expect(keeper.verify(cie, new Date())).toMatchObject({ error: { kind: 'certificate-untrusted' } })
    expect(keeper.bundle().crls.length).toBeLessThan(crls)
  })
  test.each<[string, string, () => Promise<string>]>([
    ['a lower sequence', 'list-not-newer', () => listOf(6)],
    [
      'the same sequence with other issuers',
      'list-not-newer',
      () => listOf(7, (l) => ({ ...l, authorities: l.authorities.slice(1) })),
    ],
    ['a truncated file', 'list-trust-list-unsigned', async () => (await listOf(8)).slice(0, -40)],
    ['a changed signature', 'list-trust-list-unsigned', async () => (await listOf(8)).replace(/\.(.)[^.]*$/, '.$1AAA')],
    ['no list at all', 'list-trust-list-malformed', () => listOf(0)],
    [
      'an issuer that is none',
      'list-authorities-malformed',
      () =>
        listOf(8, (l) => ({
          ...l,
          authorities: [
            {
              role: 'cns',
              anchor: true,
              certificate: Buffer.from(certificateOf('cards/anna-bianchi')).toString('base64'),
            },
          ],
        })),
    ],
  ])('%s: what was in force stays, and somebody is told', async (_name, kind, list) => {
    const { keeper, config, log } = await keeperOn()
    const before = keeper.bundle()
    writeFileSync(config.list, await list())
    await keeper.look()
    expect(keeper.bundle()).toEqual(before)
    expect(keeper.verify(login('anna-bianchi'), new Date()).ok).toBe(true)
    expect(log()).toContain(`"${kind}"`)
  })
  test('the gateway does not start without a usable list', async () => {
    const { config } = await keeperOn()
    writeFileSync(config.list, 'x')
    const opened = await openTrust({ config, now: () => new Date(), log: pino({ enabled: false }) })
    expect(opened).toEqual({ ok: false, error: { kind: 'trust-list-unsigned' } })
  })
})

describe('folder of CRLs', () => {
  test.each<[string, string, (folder: string) => Promise<unknown>]>([
    ['of an issuer of the same name', 'crl-unsigned', (folder) => issueCrls(foreignPki(), folder)],
    ['that is none', 'crl-malformed', async (folder) => writeFileSync(join(folder, 'x.crl'), 'garbage')],
    [
      'from tomorrow',
      'crl-from-the-future',
      (folder) => issueCrls(PKI, folder, { issued: new Date(Date.now() + DAY) }),
    ],
  ])('a CRL %s is told and not used', async (_name, kind, add) => {
    const { keeper, config, log } = await keeperOn()
    const before = keeper.bundle()
    await add(config.crls)
    await keeper.look()
    expect(keeper.bundle()).toEqual(before)
    expect(log()).toContain(`"${kind}"`)
    expect(keeper.verify(login('anna-bianchi'), new Date()).ok).toBe(true)
  })
  test('an old CRL put back does not un-revoke a card', async () => {
    const certificate = certificateOf('cards/giovanni-ricci')
    const { keeper, config } = await keeperOn({ crls: { revoked: [{ certificate, at: new Date(Date.now() - DAY) }] } })
    await issueCrls(PKI, config.crls, { issued: new Date(Date.now() - 3_600_000) })
    await keeper.look()
    const verdict = keeper.verify(login('giovanni-ricci', { certificate: 'giovanni-ricci' }), new Date())
    expect(verdict).toMatchObject({ error: { kind: 'certificate-revoked' } })
  })
  test('the gateway keeps and offers the newest CRL of each issuer', async () => {
    const { keeper, config } = await keeperOn({ crls: { issued: new Date(Date.now() - 3_600_000) } })
    const before = keeper.bundle().crls.map(({ sha256 }) => sha256)
    await issueCrls(PKI, config.crls)
    await keeper.look()
    const after = keeper.bundle().crls.map(({ sha256 }) => sha256)
    expect(after).toHaveLength(before.length)
    expect(after.filter((sha256) => before.includes(sha256))).toEqual([])
    expect(readdirSync(config.crls).filter((name) => name.endsWith('.crl'))).toHaveLength(after.length)
  })
})

describe('distribution points', () => {
  const fresh = async (options: CrlOptions = {}) => {
    const files = await issueCrls(PKI, temporary(), options)
    const issuedBy = (name: string) => files.map((file) => readFileSync(file)).find((der) => der.includes(name))
    return issuedBy('CA Cittadini TEST') ?? Buffer.alloc(0)
  }
  const evidenceOf = (certificate: string) => ({ ...login('anna-bianchi'), certificate })

  test('the CRL that a card names is fetched, kept over a restart, and fetched again before it is too old', async () => {
    let der = await fresh()
    const issuer = await issuerServer((_request, response) => response.end(der))
    const { keeper, clock, open, config } = await keeperOn({ crls: null, crlHosts: [issuer.host] })
    const evidence = evidenceOf(await certificateNaming([`${issuer.url}/ca.crl`]))
    expect(keeper.verify(evidence, clock.now)).toMatchObject({ error: { kind: 'revocation-unknown' } })
    await expect.poll(() => keeper.bundle().crls.length).toBe(1)
    expect(keeper.verify(evidence, clock.now)).toMatchObject({ value: { revocation: 'good' } })
    expect(issuer.asked).toEqual(['/ca.crl'])

    const [offered] = keeper.bundle().crls
    const file = keeper.crl(offered?.sha256 ?? '')
    expect(readFileSync(file?.path ?? '').equals(der)).toBe(true)
    await keeper.stop()
    const again = await open()
    expect(again.bundle().crls).toEqual([offered])

    clock.now = new Date(+clock.now + DAY + 3_600_000)
    der = await fresh({ issued: clock.now })
    await again.fetch()
    expect(again.bundle().crls).toHaveLength(1)
    expect(again.bundle().crls).not.toEqual([offered])
    expect(readdirSync(config.crls).filter((name) => name.endsWith('.crl'))).toHaveLength(1)
  })

  test('the gateway calls only hosts that the operator has named', async () => {
    const inside = await issuerServer((_request, response) => response.end('secret'))
    const { keeper, clock, config } = await keeperOn({ crls: null, crlHosts: ['crl.example.it'] })
    const addresses = [
      `${inside.url}/latest/meta-data`,
      `http://crl.example.it@${inside.host}/`,
      `http://crl.example.it:80@${inside.host}/`,
      `file:///etc/passwd`,
      `ldap://${inside.host}/`,
      `http://crl.example.it.${inside.host}/`,
      '//x',
    ]
    for (const address of addresses) keeper.verify(evidenceOf(await certificateNaming([address])), clock.now)
    await keeper.fetch()
    expect(inside.asked).toEqual([])
    expect(existsSync(join(config.crls, 'points.json'))).toBe(false)
  })

  test("a stranger's certificate makes the gateway call nobody", async () => {
    const issuer = await issuerServer((_request, response) => response.end())
    const { keeper, clock } = await keeperOn({ crls: null, crlHosts: [issuer.host] })
    const certificate = Buffer.from(await certificateNaming([`${issuer.url}/ca.crl`]), 'base64')
    certificate[certificate.length - 1] = (certificate.at(-1) ?? 0) ^ 1
    const verdict = keeper.verify(evidenceOf(certificate.toString('base64')), clock.now)
    expect(verdict).toMatchObject({ error: { kind: 'certificate-untrusted' } })
    await keeper.fetch()
    expect(issuer.asked).toEqual([])
  })

  test.each<[string, string, (response: ServerResponse, inside: string) => unknown]>([
    [
      'sends us on',
      'crl-http-status',
      (response, inside) => response.writeHead(302, { location: `${inside}/x` }).end(),
    ],
    ['answers garbage', 'crl-malformed', (response) => response.end('<html>')],
    ['answers nothing', 'crl-malformed', (response) => response.end()],
    [
      'has another CRL',
      'crl-unsigned',
      async (response) => {
        const [file = ''] = await issueCrls(foreignPki(), temporary())
        response.end(readFileSync(file))
      },
    ],
    ['hangs up', 'crl-no-answer', (response) => response.destroy()],
    [
      'never ends',
      'crl-too-large',
      (response) => {
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(1_048_576)));
        }
        response.on('drain', more)
        more()
      },
    ],
  ])('an issuer that %s changes nothing', async (_name, kind, answer) => {
    const inside = await issuerServer((_request, response) => response.end())
    const issuer = await issuerServer((_request, response) => void answer(response, inside.url))
    const crls = { issued: new Date(Date.now() - 3 * DAY) }
    const { keeper, clock, log } = await keeperOn({ crls, crlHosts: [issuer.host, 'crl.example.it'] })
    const before = keeper.bundle()
    keeper.verify(evidenceOf(await certificateNaming([`${issuer.url}/ca.crl`])), clock.now)
    await expect.poll(log, { timeout: 60_000 }).toContain(`"${kind}"`)
    await keeper.fetch()
    expect(issuer.asked).toEqual(['/ca.crl'])
    expect(inside.asked).toEqual([])
    expect(keeper.bundle()).toEqual(before)
    const revoked = login('anna-bianchi', { certificate: 'anna-bianchi.revoked' })
    expect(keeper.verify(revoked, clock.now)).toMatchObject({ error: { kind: 'certificate-revoked' } })
  })

  describe('hosts that take a call and', () => {
    const namingFour = (url: string) => certificateNaming([0, 1, 2, 3].map((each) => `${url}/${each}.crl`))
    const kinds: [string, (response: ServerResponse) => void][] = [
      ['are silent', () => {}],
      [
        'let drop after drop fall',
        (response) => {
          const dripping = setInterval(() => response.write('x'), 100)
          response.on('close', () => clearInterval(dripping))
        },
      ],
    ]
    test.each(kinds)('%s: a new list counts meanwhile, and so does the CRL of another host', async (_, answer) => {
      const held: string[] = []
      const stalled = await Promise.all(
        Array.from({ length: 3 }, () =>
          issuerServer((request, response) => {
            held.push(request.url ?? '')
            answer(response)
          }),
        ),
      )
      const der = await fresh()
      const good = await issuerServer((_request, response) => response.end(der))
      const { keeper, config, clock } = await keeperOn({
        crls: null,
        crlHosts: [...stalled, good].map(({ host }) => host),
      })
      // All addresses of the stalled hosts come before the good one.
      for (const { url } of stalled) keeper.verify(evidenceOf(await namingFour(url)), clock.now)
      const certificate = await certificateNaming([`${good.url}/ca.crl`])
      keeper.verify(evidenceOf(certificate), clock.now)
      await expect.poll(() => keeper.bundle().crls.length).toBe(1)
      // Two of each host are under way, and none has ended.
      expect(held).toHaveLength(6)
      const newer = await listOf(8)
      writeFileSync(config.list, newer)
      await keeper.look()
      expect(keeper.bundle().list).toBe(newer)
      expect(keeper.verify(evidenceOf(certificate), clock.now)).toMatchObject({ value: { revocation: 'good' } })
      expect(held).toHaveLength(6)
      await keeper.stop()
    })
    test('are more than there are places: the first that fail make room for those that answer', async () => {
      const stalled = await Promise.all(Array.from({ length: 5 }, () => issuerServer(() => {})))
      const der = await fresh()
      const good = await issuerServer((_request, response) => response.end(der))
      const crlHosts = [...stalled, good].map(({ host }) => host)
      const { keeper, clock, log } = await keeperOn({ crls: null, crlHosts })
      for (const { url } of stalled) keeper.verify(evidenceOf(await namingFour(url)), clock.now)
      keeper.verify(evidenceOf(await certificateNaming([`${good.url}/ca.crl`])), clock.now)
      await expect.poll(() => keeper.bundle().crls.length, { timeout: 60_000 }).toBe(1)
      // Some silent addresses were given up by then, and no second round of them came first.
      expect(log().match(/"crl-no-answer"/g)?.length ?? 0).toBeLessThanOrEqual(8)
      await keeper.stop()
    })
  })

  test('the files are looked at by themselves, twice a minute', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const { keeper, config } = await keeperOn()
    const newer = await listOf(8)
    writeFileSync(config.list, newer)
    await vi.advanceTimersByTimeAsync(30_000)
    await expect.poll(() => keeper.bundle().list).toBe(newer)
  })
})
