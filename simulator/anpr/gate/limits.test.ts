// Quotas of a purpose, and the faults that can be switched on.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { personById } from '../../population/people.ts'
import { CAUSES, unmet } from '../causes.ts'
import type { AnprFault } from '../faults.ts'
import type { Entry } from '../log.ts'
import { openAnpr, STARTED } from '../test-client.ts'

const { codiceFiscale, idAnpr } = personById('anna-bianchi')
const mario = personById('mario-rossi')
const asks = (casoUso = 'C030') => ({
  idOperazioneClient: '1',
  criteriRicerca: { codiceFiscale },
  datiRichiesta: { dataRiferimentoRichiesta: '2026-11-22', motivoRichiesta: '1', casoUso },
})

describe('quotas', () => {
  const noted: Entry[] = []
  const limited = async (limits: { dailyCalls: number; callsPerSecond: number }) => {
    const opened = await openAnpr(({ organisations }) => {
      for (const { clients } of organisations)
        for (const { purposes } of clients) for (const purpose of purposes) Object.assign(purpose, limits)
    })
    return {
      ...opened,
      end: async () => {
        noted.push(...opened.anpr.log())
        await opened.end()
      },
      call: async (code = 'C030') => {
        const { status, headers, json } = await opened.client.call(code, asks(code))
        const [limit, left] = [headers['x-ratelimit-limit'], headers['x-ratelimit-remaining']]
        return { status, title: json().title, limit, left }
      },
    }
  }
  const GOOD = { status: 200, title: undefined, limit: '2' }

  test('a day is used up until midnight in Rome, for this purpose alone', async () => {
    const { anpr, clock, call, end } = await limited({ dailyCalls: 2, callsPerSecond: 100 })
    clock.now = new Date('2026-11-22T22:59:58.500Z')
    expect(await call()).toEqual({ ...GOOD, left: '1' })
    expect(await call()).toEqual({ ...GOOD, left: '0' })
    expect(await call()).toEqual({ status: 429, title: 'LimitExceeded', limit: '2', left: '0' })
    expect(anpr.log().at(-1)?.cause).toBe('daily-limit')
    expect((await call('C021')).title).not.toBe('LimitExceeded')
    clock.now = new Date('2026-11-22T23:00:00.500Z')
    expect(await call()).toEqual({ ...GOOD, left: '1' })
    await end()
  })
  test('the rate is another limit: the next second is good again, and a refusal does not use up the day', async () => {
    const { anpr, clock, call, end } = await limited({ dailyCalls: 2, callsPerSecond: 1 })
    expect(await call()).toEqual({ ...GOOD, left: '1' })
    expect(await call()).toEqual({ status: 429, title: 'TooManyRequests', limit: '2', left: '1' })
    expect(anpr.log().at(-1)?.cause).toBe('rate-limit')
    clock.now = new Date(+STARTED + 1_000)
    expect(await call()).toEqual({ ...GOOD, left: '0' })
    await end()
  })
  test('each reason for which a call is too many has a call here that was refused for it', () => {
    expect(unmet(CAUSES.quota, noted)).toEqual([])
  })
})

describe('faults on demand', () => {
  let opened: Awaited<ReturnType<typeof openAnpr>>
  let anpr: typeof opened.anpr
  let client: typeof opened.client
  beforeAll(async () => {
    opened = await openAnpr()
    ;({ anpr, client } = opened)
  })
  afterAll(() => opened?.end())

  const faulted = async (fault: AnprFault, code = 'C030') => {
    anpr.setFault(fault)
    const began = performance.now()
    const { status, text, headers } = await client.call(code, asks(code))
    return { status, text, ms: performance.now() - began, left: headers['x-ratelimit-remaining'] }
  }
  test.each<[AnprFault, number, string]>([
    [{ kind: 'unavailable' }, 503, '"title":"GatewayError"'],
    [{ kind: 'unknown-path' }, 404, '"Error Code":"0x00d30003"'],
    [{ kind: 'daily-limit' }, 429, '"title":"LimitExceeded"'],
    [{ kind: 'rate-limit' }, 429, '"title":"TooManyRequests"'],
    [{ kind: 'garbage' }, 200, '{"idOperazioneANPR":'],
    [{ kind: 'empty' }, 200, ''],
    [{ kind: 'error', code: 'EN122' }, 400, '"listaErrori":[{"codiceErroreAnomalia":"EN122"'],
    [{ kind: 'slow', ms: 60 }, 200, idAnpr],
    [{ kind: 'another-person', idANPR: mario.idAnpr, codiceFiscale: mario.codiceFiscale }, 200, mario.idAnpr],
  ])('$kind', async (fault, status, text) => {
    const heard = await faulted(fault)
    expect(heard.status).toBe(status)
    if (fault.kind === 'slow') expect(heard.ms).toBeGreaterThan(55)
    if (fault.kind === 'daily-limit') expect(heard.left).toBe('0')
    if (fault.kind === 'rate-limit') expect(Number(heard.left)).toBeGreaterThan(0)
    expect(text === '' ? heard.text === '' : heard.text.includes(text)).toBe(true)
  })
  test('999 goes away at the next try', async () => {
    expect((await faulted({ kind: 'error', code: '999', times: 1 })).status).toBe(400)
    expect((await client.call('C030', asks())).status).toBe(200)
  })
  test('one e-service is away, another is not', async () => {
    expect((await faulted({ kind: 'unavailable', service: 'C021' }, 'C021')).status).toBe(503)
    expect((await client.call('C030', asks())).status).toBe(200)
  })
  test('cut: the service has acted, and the line is closed without an answer', async () => {
    anpr.setFault({ kind: 'cut', times: 1 })
    const wish = {
      idOperazioneClient: 'CUT',
      linguaCertificato: { tipoLinguaCertificato: ['IT'] },
      listaTipiCertificati: { tipoCertificato: ['8'] },
      soggettoIntestatario: { idANPR: idAnpr },
      richiedente: { idANPR: idAnpr },
      ...{ tipoRichiedente: '2', tipoRichiesta: '1', esenzioneBollo: '3', esenzioneDiritti: '1' },
      ...{ bollo: '0', diritti: '0', paEstera: '0', emissione: '2' },
    }
    await expect(client.call('ANPR-Certificazione', wish)).rejects.toThrow()
    expect(anpr.issued()).toContain('CUT')
    expect((await client.call('ANPR-Certificazione', wish)).status).toBe(200)
  })
  test('garbage is not told to whom the gate refuses', async () => {
    anpr.setFault({ kind: 'garbage' })
    expect((await client.call('C030', asks(), { sent: { digest: 'x' } })).status).toBe(400)
  })
})
