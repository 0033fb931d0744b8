import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHARGES } from '../../catalogue/bollo.ts'
import {
  rispostaC029,
  rispostaCertificazione,
  rispostaE002OK,
  rispostaErrori,
  rispostaPersona,
} from '../../contract/anpr.ts'
import type { Bollo } from '../../contract/bollo.ts'
import { certificateType, exemption } from '../../contract/catalogue.ts'
import { createAnprClient } from '../../gateway/anpr/client.ts'
import { pdndTransport } from '../../gateway/anpr/pdnd/transport.ts'
import { consultationOf, listed, type Service, service, type Telling } from '../../gateway/anpr/services.ts'
import type { AnprCall, Transport } from '../../gateway/anpr/transport.ts'
import { pdndAccess, pdndSettings } from '../../gateway/settings/pdnd.ts'
import { E_SERVICES, pathOf } from '../../simulator/anpr/e-services.ts'
import { inRegistry } from '../../simulator/anpr/grant.ts'
import { type Anpr, startAnpr } from '../../simulator/anpr/index.ts'
import { CONSULTATIONS, consult } from '../../simulator/anpr/services/consultations.ts'
import { throughPdnd } from '../../simulator/bench/gateway.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { FORME } from '../../simulator/population/model.ts'
import { personById } from '../../simulator/population/people.ts'
import { answerFaults, description, faultOfDescription, requestFaults } from '../support/gateway/anpr-description.ts'
import { PKI } from '../support/pki.ts'

// contract/openapi/anpr.yaml, written from the field tables, holds all that the gateway says to ANPR, and all that it
// believes of it; the simulated ANPR answers by it too.

test('the description is a valid OpenAPI document', async () => {
  expect(await faultOfDescription()).toBeNull()
  expect(Object.keys(description.paths).length).toBeGreaterThan(25)
})

test.each([
  [{ extra: '1' }, 'must NOT have additional properties'],
  [{ diritti: null }, 'must be string'],
  [{ bollo: 0 }, 'must be string'],
  [{ idOperazioneClient: 'x'.repeat(31) }, 'must match pattern'],
])('it refuses %j', (change, fault) => {
  const good = {
    ...{ idOperazioneClient: '179545000000000001', linguaCertificato: { tipoLinguaCertificato: ['IT'] } },
    ...{ listaTipiCertificati: { tipoCertificato: ['8'] }, soggettoIntestatario: { idANPR: 'AF41450AS' } },
    ...{ tipoRichiedente: '2', tipoRichiesta: '1', esenzioneBollo: '3', bollo: '0', diritti: '0', paEstera: '0' },
    emissione: '2',
  }
  const path = '/ANPR-Certificazione/v2/certificati'
  expect(requestFaults(path, good)).toEqual([])
  expect(requestFaults(path, { ...good, ...change }).join()).toContain(fault)
})

/** An answer that says all that the description has: codes where it has a list, a word elsewhere. */
function whole(schema: Schema): unknown {
  if (schema.$ref) return whole((description.components.schemas as Record<string, Schema>)[schema.$ref.slice(21)] ?? {})
  if (schema.enum) return schema.enum[0]
  if (schema.items) return [whole(schema.items)]
  if (!schema.properties) return 'x'
  return Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, whole(one)]))
}
interface Schema {
  $ref?: string
  enum?: string[]
  items?: Schema
  properties?: Record<string, Schema>
}
const answer = (name: string) => whole({ $ref: `#/components/schemas/${name}` })
/** Every field that ends in a text, by its way. */
const fieldsOf = (told: unknown, way = ''): string[] =>
  typeof told === 'object' && told !== null
    ? Object.entries(told).flatMap(([name, one]) => fieldsOf(one, Array.isArray(told) ? way : `${way}/${name}`))
    : told === undefined
      ? []
      : [way]

test.each([
  ['RispostaE002OK', rispostaE002OK, 20],
  ['RispostaE002OK', rispostaC029, 50],
  ['RispostaE002OK', rispostaPersona, 120],
  ['RispostaCertificazione', rispostaCertificazione, 18],
  ['RispostaKO', rispostaErrori, 3],
  ['RispostaCertificazioneKO', rispostaErrori, 3],
] as const)('the gateway reads a whole %s, and unknown fields beside it', (name, schema, least) => {
  const told = answer(name) as object
  const read = fieldsOf(schema.parse(told))
  expect(read.length).toBeGreaterThanOrEqual(least)
  expect(fieldsOf(schema.parse({ ...told, campoNuovo: { di: ['domani'] } }))).toEqual(read)
})

describe('each consultation of the simulated ANPR answers by the description', () => {
  const people = [...inRegistry().all()]
  // Of each kind of person one, and with them every section that the register can hold.
  const kinds = FORME.flatMap((forma) => people.find(({ forme }) => forme.includes(forma)) ?? [])
  // No public file tells their form.
  const UNKNOWN = ['C001', 'C002', 'C031']
  const codes = Object.keys(CONSULTATIONS).filter((code) => !UNKNOWN.includes(code))
  test.each(codes)('%s, about every kind of person', (code) => {
    const service = E_SERVICES.find((one) => one.code === code)
    if (!service) throw new Error(code)
    const path = `${pathOf(service)}/anpr-service-e002`
    const statuses = new Set<number>()
    const faults = kinds.flatMap(({ generalita, identificativi }) => {
      const codiceFiscale = generalita.codiceFiscale?.codFiscale ?? 'AAAAAA00A00A000A'
      const body = {
        idOperazioneClient: '1',
        criteriRicerca: code === 'C030' ? { codiceFiscale } : { idANPR: identificativi.idANPR },
        datiRichiesta: { dataRiferimentoRichiesta: '2026-11-29', motivoRichiesta: 'TOTEM-POLIS', casoUso: code },
        verifica: { generalita: { nome: generalita.nome ?? 'X' } },
      }
      const told = consult(code, body)
      statuses.add(told.status)
      // It would see a number where a text belongs.
      const numbers = JSON.parse(JSON.stringify(told.body).replaceAll(/"[^"]*"(?=[,}\]])/g, '5'))
      if (answerFaults(path, told.status, numbers).length === 0) return [`${told.status}: holds to nothing`]
      return answerFaults(path, told.status, told.body)
    })
    expect([...new Set(faults)]).toEqual([])
    expect([...statuses].sort()).toEqual([200, 404])
  })
  test('is known of each kind of person, and of all services but those that nobody has published', () => {
    expect(kinds).toHaveLength(FORME.length)
    expect(codes).toHaveLength(Object.keys(CONSULTATIONS).length - UNKNOWN.length)
    expect(codes.length).toBeGreaterThan(25)
  })
})

describe('what the gateway asks, and what the simulated ANPR answers', () => {
  let anpr: Anpr
  const faults: string[] = []
  const asked = new Map<string, number>()
  let client: ReturnType<typeof createAnprClient>
  beforeAll(async () => {
    await makePki(PKI)
    anpr = await startAnpr({ port: 0, pki: PKI, reusePdf: true })
    const access = await pdndAccess(pdndSettings.parse(throughPdnd(anpr.access).pdnd))
    client = createAnprClient({
      transport: described(pdndTransport(access, { timeoutMs: 20_000 })),
      now: () => new Date(),
      pause: async () => {},
    })
  })
  afterAll(async () => {
    await client?.close()
    await anpr?.stop()
  })
  let ids = 0
  function* fresh() {
    while (true) yield String(179_545_000_000_000_000n + BigInt(++ids))
  }

  /** Looks at each question before it leaves, and at each answer that comes. */
  const described = (line: Transport): Transport => ({
    async post(call: AnprCall) {
      // The description begins where the gate's address ends.
      const [, path = ''] = `${anpr.access.eServices[call.service]?.url}${call.operation}`.split('-PDND')
      asked.set(call.service, (asked.get(call.service) ?? 0) + 1)
      const note = (all: string[]) => faults.push(...all.map((fault) => `${call.service}: ${fault}`))
      const way = path.replace(/(?<=\/resource\/).*/, '{id}')
      if (call.method === 'POST') note(requestFaults(way, call.body))
      const { datiRichiesta } = (call.body ?? {}) as { datiRichiesta?: { casoUso: string } }
      const twins = listed.options.filter((code) => consultationOf(code).bulk?.service === call.service)
      if (datiRichiesta && ![call.service, ...twins].includes(datiRichiesta.casoUso as Service))
        note([`casoUso ${datiRichiesta.casoUso}`])
      const answered = await line.post(call)
      if (answered.ok) {
        const { status, body } = answered.value
        note(answerFaults(way, status, JSON.parse(body), call.method.toLowerCase() as 'post'))
      }
      return answered
    },
    forget: (asker) => line.forget(asker),
    close: () => line.close(),
  })

  /** Each service that tells of one person. */
  const telling = service.options.filter((one): one is Telling => /^C0(?!21|30)/.test(one))
  /** A field of each section that `verifica` may have. */
  const DECLARED: Record<string, Record<string, unknown>> = {
    generalita: { generalita: { cognome: 'ROSSI' } },
    datiDecesso: { datiDecesso: { dataEvento: '2020-01-01' } },
    matrimonio: { matrimonio: { datiMatrimonio: { dataEvento: '2020-01-01' } } },
    cittadinanza: { cittadinanza: { codiceStato: '100' } },
    residenza: { residenza: { indirizzo: { comune: { codiceIstat: '054039' } } } },
    listaSoggetti: { listaSoggetti: { datiSoggetto: [{ generalita: { nome: 'MARIO' } }] } },
    vedovanza: { vedovanza: { datiMorteconiuge: { dataEvento: '2020-01-01' } } },
    paternita: { paternita: { generalita: { nome: 'X' } } },
    maternita: { maternita: { generalita: { nome: 'X' } } },
    unioneCivile: { unioneCivile: { attoUnione: { dataEvento: '2020-01-01' } } },
  }
  const bolli: Bollo[] = [
    ...exemption.options.map((one) => ({ kind: 'exempt', exemption: one }) as const),
    { kind: 'contrassegno', number: '01234567890123', issued: '2026-11-22' },
  ]
  test('every question, for one person and another, with every certificate and every bollo', async () => {
    const calls = client.as({ userId: 'a-person', userLocation: 'TT-0001', loa: 'LOA3' }, fresh())
    const { codiceFiscale, idAnpr: requester } = personById('mario-rossi')
    const child = personById('sofia-rossi').idAnpr
    const about = { idAnpr: requester, isTheirs: (code: string) => code === codiceFiscale }
    expect((await calls.personOf(codiceFiscale)).result.ok).toBe(true)
    expect((await calls.familyOf(about)).result.ok).toBe(true)
    expect((await calls.ownDataOf(about)).result.ok).toBe(true)
    for (const code of telling) {
      const declared = DECLARED[consultationOf(code).declares ?? '']
      const heard = await calls.tell(code, about, { day: '2020-01-01', ...(declared && { declared }) })
      expect([code, heard.result]).toMatchObject([code, { ok: true }])
    }
    for (const code of listed.options) {
      const service = consultationOf(code).bulk?.service
      if (!service) continue
      const { result: job } = await calls.beginBulk(service, code, [requester], {
        day: '2026-11-29',
        reason: 'P 1/2026',
      })
      if (!job.ok) throw new Error(job.error.kind)
      expect((await calls.bulkState(service, job.value)).result).toEqual({ ok: true, value: { kind: 'goes-on' } })
      expect((await calls.cancelBulk(service, job.value)).result.ok).toBe(true)
      expect((await calls.bulkState(service, job.value)).result).toEqual({ ok: true, value: { kind: 'ended' } })
    }
    await calls.personOf('AAAAAA00A00A000A')
    const issue = (wish: Omit<Parameters<typeof calls.issue>[1], 'requester' | 'language' | 'charges'>) =>
      calls.issue(String(279_545_000_000_000_000n + BigInt(++ids)), {
        ...wish,
        charges: CHARGES,
        language: 'IT',
        requester,
      })
    const [exempt] = bolli as [Bollo]
    for (const subject of [requester, child]) {
      expect((await calls.alive({ subject, requester })).result.ok).toBe(true)
      const wish = { subject, types: ['8' as const, '12' as const], bollo: exempt }
      expect((await calls.preview({ ...wish, charges: CHARGES, language: 'IT', requester })).result.ok).toBe(true)
      expect((await issue(wish)).result.ok).toBe(true)
    }
    for (const type of certificateType.options) await issue({ subject: requester, types: [type], bollo: exempt })
    for (const bollo of bolli) await issue({ subject: requester, types: ['8'], bollo })
    expect([...asked.keys()].sort()).toEqual(service.options.filter((one) => one !== 'INAD').toSorted())
    expect([...new Set(faults)]).toEqual([])
  })
})
