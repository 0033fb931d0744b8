import { generateKeyPairSync } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import type { IssuedOutcome } from '../../contract/gateway.ts'
import { ok } from '../../contract/result.ts'
import { sealOutcome } from '../../gateway/sealing/sealing.ts'
import { type CertificateOptions, createCertificates } from '../../main/journeys/certificate/service.ts'
import type { Wanted } from '../../main/journeys/certificate/visit.ts'
import { type CollectOptions, createCollect } from '../../main/journeys/collect/service.ts'
import { type About, isAbout } from '../../main/visit/about.ts'
import type { Entered, Recognised, VisitId } from '../../main/visit/services.ts'
import { forgetDocuments, wordsOf } from '../../native/printer/image/pdf.ts'
import { drawCertificate } from '../../simulator/anpr/certificate/document.ts'
import { grant, inRegistry } from '../../simulator/anpr/grant.ts'
import type { FORME, Scheda } from '../../simulator/population/model.ts'

// The totem reads whom a certificate is about in the paper itself, whatever ANPR says beside it: by pdfium, as it draws.

afterAll(() => forgetDocuments())

async function certificateOf(scheda: Scheda, type: string, languages = ['IT']): Promise<Buffer> {
  const subject = scheda.identificativi.idANPR
  const exempt = { esenzioneBollo: '3', bollo: '0', diritti: '0', paEstera: '0' }
  const granted = grant({ types: [type], languages, tipoRichiedente: '3', subject, ...exempt }, '2026-11-22')
  if (!granted.ok) throw new Error(granted.error.text)
  const verification = { url: 'https://verifica.example/c/0', code: '0' }
  const facts = { ...granted.value, protocol: '1', issuedAt: new Date(0), verification, stamp: 'FAC-SIMILE' as const }
  return drawCertificate(facts, () => undefined)
}
const people = [...inRegistry().all()]
const ofKind = (forma: (typeof FORME)[number]) => {
  const found = people.find(({ forme }) => forme.includes(forma))
  if (!found) throw new Error(forma)
  return found
}
const named = ({ generalita }: Scheda): About => ({
  ...{ name: generalita.nome ?? '', surname: generalita.cognome ?? '', codiceFiscale: null },
})
const words = async (pdf: Uint8Array) => {
  const read = await wordsOf(pdf)
  if (!read.ok) throw new Error(read.error.kind)
  return read.value.text
}

test.each([
  ['special-letters', ['IT']],
  ['long-name', ['IT']],
  ['one-letter-name', ['IT']],
  ['no-surname', ['IT']],
  ['no-name', ['IT']],
  ['bilingual', ['IT', 'SL']],
] as const)('%s: the paper is about its person, by the name alone, and about nobody else', async (forma, languages) => {
  const one = ofKind(forma)
  const text = await words(await certificateOf(one, '8', [...languages]))
  expect(isAbout(text, named(one))).toBe(true)
  const stranger = { name: 'GELTRUDE', surname: 'ZANZOTTERA', codiceFiscale: null }
  expect(isAbout(text, stranger)).toBe(false)
})

describe('a preview', () => {
  const anna = inRegistry().byId('anna-bianchi')
  const mario = inRegistry().byId('mario-rossi')
  if (!anna || !mario) throw new Error('nobody')
  const noted: unknown[] = []
  /** What the totem shows of a preview that the gateway gives. */
  const shown = (pdf: Uint8Array, about: About) =>
    createCertificates({
      devices: {
        call: async (method: string, { pdf }: { pdf: Uint8Array }) =>
          method === 'pdf.text' ? wordsOf(pdf) : ok({ pages: 1 }),
      },
      client: { ask: async () => ok({ pdf: Buffer.from(pdf).toString('base64') }) },
      journal: { record: (event: string, fields: object) => noted.push([event, fields]) },
    } as unknown as CertificateOptions).preview(
      { session: 'S' } as VisitId,
      { token: 't', idAnpr: anna.identificativi.idANPR } as Entered,
      { subject: null } as Wanted,
      about,
    )
  test('about the person who was asked for is shown', async () => {
    expect(await shown(await certificateOf(anna, '12'), named(anna))).toMatchObject({ ok: true, value: { pages: 1 } })
    expect(noted).toEqual([])
  })
  test('about somebody else is not, and whoever looks after totems hears of it', async () => {
    const told = await shown(await certificateOf(mario, '8'), named(anna))
    expect(told).toMatchObject({ ok: false, error: { kind: 'refused', reason: 'anpr-other-person' } })
    expect(noted).toEqual([['request.other-person', { session: 'S' }]])
  })
})

describe('a certificate that arrives after its visit', () => {
  const anna = inRegistry().byId('anna-bianchi')
  const mario = inRegistry().byId('mario-rossi')
  if (!anna || !mario) throw new Error('nobody')
  const operation = '01K0M3Z8Q4V7N2B5X9C1D6F8GH'
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const outcomeKey = { kid: 'o', key: pair.publicKey }
  const keys = {
    outcome: new Map([['o', { ...pair.privateKey.export({ format: 'jwk' }), kid: 'o' }]]),
    holder: Buffer.alloc(32, 1),
  }
  const codiceFiscale = anna.generalita.codiceFiscale?.codFiscale ?? ''
  const holder = { ...named(anna), codiceFiscale } as Recognised
  /** What Anna finds in a later visit, offline as on line, and what is journalled. */
  async function left(pdf: Buffer, about: IssuedOutcome['about']) {
    const noted: unknown[] = []
    const outcome: IssuedOutcome = {
      ...{ operation, types: ['8'], protocol: '1', idOperazioneAnpr: '1', issuedAt: '2026-11-22T10:00:00.000Z' },
      ...(about === undefined ? {} : { about }),
      pdf: pdf.toString('base64'),
    }
    const waiting = [{ operation, outcome: sealOutcome(outcome, outcomeKey, 'TT-0001'), requestedAt: outcome.issuedAt }]
    const collect = createCollect({
      devices: { call: async (_: string, { pdf }: { pdf: Uint8Array }) => wordsOf(pdf) },
      queue: { waiting: () => waiting },
      journal: { record: (event: string, fields: object) => noted.push([event, fields]) },
      ...{ keys, totem: 'TT-0001' },
    } as unknown as CollectOptions)
    return { ...(await collect.waitingFor({ session: 'S', language: 'it' }, holder)), noted }
  }
  const { name, surname } = named(mario)

  test.each<[what: string, paperOf: Scheda, about: IssuedOutcome['about']]>([
    ['the holder', anna, null],
    ['a relative', mario, { name, surname }],
    ['somebody whom an earlier gateway does not name', mario, undefined],
  ])('about %s waits to be printed', async (_, paperOf, about) => {
    const { waiting, notices, noted } = await left(await certificateOf(paperOf, '8'), about)
    expect(waiting.map(({ outcome }) => outcome.operation)).toEqual([operation])
    expect([notices, noted]).toEqual([[], []])
  })
  test.each<[what: string, paperOf: Scheda, about: IssuedOutcome['about']]>([
    ['the holder', mario, null],
    ['a relative', anna, { name, surname }],
  ])(
    'asked about %s and naming another is never printed: its person is told, and it is journalled',
    async (_, paperOf, about) => {
      const { waiting, notices, noted } = await left(await certificateOf(paperOf, '8'), about)
      expect(waiting).toEqual([])
      expect(notices).toMatchObject([{ operation, state: 'refused', reason: 'anpr-other-person' }])
      expect(noted).toEqual([['request.other-person', { session: 'S', operation }]])
    },
  )
})
