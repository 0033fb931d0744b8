import { expect, test } from 'vitest'
import type { OwnRecordAnswer } from '../../../contract/gateway.ts'
import { err, ok } from '../../../contract/result.ts'
import { laura, spello } from '../../../test/support/documents/people.ts'
import { factsOf } from '../../documents/facts.ts'
import type { GatewayClient } from '../../sync/client.ts'
import type { Claims, Entered } from '../../visit/services.ts'
import { askVisura, writeVisura } from './service.ts'

const entered: Entered = {
  token: 't',
  idAnpr: 'AB10234CX',
  family: null,
  languages: [],
  waiting: [],
  pending: 0,
  notices: [],
}
const record = (person: Partial<OwnRecordAnswer['person']> = {}): OwnRecordAnswer => ({
  ...{ person: { ...laura, ...person }, reference: '1', at: '2026-11-22T09:01:00.000Z' },
})
const asked = (answer: Awaited<ReturnType<GatewayClient['ask']>>) => {
  const client = { ask: async () => answer } as Pick<GatewayClient, 'ask'>
  return askVisura(client, entered, laura)
}
const told = (person?: Partial<OwnRecordAnswer['person']>) => asked(ok(record(person)))

test('a visura of anybody but the card’s holder is neither shown nor printed', async () => {
  expect(await told({ codiceFiscale: 'RSSMRA79S27H501B' })).toMatchObject({
    ok: false,
    error: { kind: 'refused', reason: 'anpr-other-person' },
  })
  expect(await told()).toMatchObject({ ok: true, value: { person: { codiceFiscale: laura.codiceFiscale } } })
})

test('ANPR has found the holder by the codice fiscale, also where it does not repeat it', async () => {
  expect(await told({ codiceFiscale: null })).toMatchObject({
    ok: true,
    value: { person: { codiceFiscale: laura.codiceFiscale } },
  })
})

test.each(['anpr-unreadable', 'anpr-other-person'] as const)(
  '%s is a refusal of its own, and not a line that is away',
  async (kind) => {
    expect(await asked(err({ kind: 'refused', problem: { kind, anpr: null } }))).toMatchObject({
      error: { kind: 'refused', reason: kind },
    })
  },
)

const paperOf = (person: typeof laura) => {
  const signed: Claims[] = []
  const { paper } = writeVisura(
    { person, reference: '', at: '2026-11-22T09:01:00.000Z' },
    { language: 'it', secondLanguage: null, place: spello, sign: (claims) => `TP1:${signed.push(claims)}` },
  )
  return { text: JSON.stringify(paper.blocks), signed }
}

test('people of a convivenza have the words of table 6, and no famiglia is claimed of them', () => {
  const [one, two, three] = laura.family ?? []
  if (!one || !two || !three) throw new Error('no sample')
  const sheet = [one, two, { ...three, relation: '3' }, { ...three, relation: '9' }]
  const { text, signed } = paperOf({ ...laura, family: sheet.map((member) => ({ ...member, tie: 'convivenza' })) })
  for (const words of [
    'Convivenza anagrafica',
    'responsabile della convivenza',
    'membro della convivenza',
    'altro componente',
  ])
    expect(text).toContain(words)
  expect(text).not.toMatch(/marito|intestatari|figlio|Famiglia anagrafica/)
  expect(signed).toMatchObject([{ fromAnpr: { a: expect.any(String) } }])
  expect(JSON.stringify(signed)).not.toContain('"f"')
})

test('somebody with one name alone, of whom the year is known: the paper reads well, and its code names them', () => {
  const susanto = { ...laura, surname: '', name: 'SUSANTO', born: '1970' }
  const { text, signed } = paperOf({
    ...susanto,
    family: [{ ...susanto, tie: 'family', relation: '1' }].map(({ name, surname, born, tie, relation }) => ({
      name,
      surname,
      born,
      tie: tie as 'family',
      relation,
    })),
  })
  expect(text).toContain('"SUSANTO"')
  expect(text).toContain('MILANO (MI), 1970')
  expect(signed).toMatchObject([
    { subject: { surname: '', name: 'SUSANTO' }, fromAnpr: { f: 'SUSANTO, 1970, intestatario/a' } },
  ])
  expect(factsOf(susanto).a).toBe('MILANO (MI), 1970')
})
