import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  AUTHOR,
  codeOf,
  idOf,
  MAKING,
  type Officers,
  openOfficers,
  TOP,
  VALIDATING,
  workThrough,
} from '../../../test/support/console/officers.ts'
import { accessesAbout } from '../../access/about.ts'
import { NO_SIGHT, type Sight } from '../permissions/matrix.ts'
import { accountsFile, accountsOf } from './accounts.ts'
import { anomaliesOf, closeAnomaly, judgeRequests } from './anomalies.ts'
import { searchAccesses } from './citizen.ts'

// What is told of bulk requests afterwards: to an auditor about a citizen, to a comune about a month, to a citizen about
// themself; and what in them somebody should look at.

let officers: Officers
let agreement: string
const AUDITOR = { person: 'u'.repeat(43), role: 'AUDITOR', session: null } as const
const AUDITING: Sight = { ...NO_SIGHT, role: 'AUDITOR', all: true, allEnti: true }
const ELSEWHERE: Sight = { ...NO_SIGHT, role: 'TOP', enti: ['080085'] }
const [ID, CODE] = [idOf(7), codeOf(7)]

async function done(keys: readonly string[], at: string): Promise<string> {
  officers.clock.now = new Date(at)
  const rows = keys.map((key) => (key.length === 9 ? `ID;;${key}` : `CF;${key};`))
  const request = await officers.draft(agreement, ['chiave;codFiscale;idANPR', ...rows].join('\n'))
  await officers.send(request)
  await officers.validate(request)
  await workThrough(officers, officers.work(), request)
  return request
}
async function judged() {
  const judging = judgeRequests({ db: officers.db, now: () => officers.clock.now, log: pino({ enabled: false }) })
  await judging.look()
  await judging.look()
  await judging.stop()
  return officers.asActor(TOP.person, VALIDATING, (transaction) => anomaliesOf(transaction, TOP.person))
}

let first: string
beforeAll(async () => {
  officers = await openOfficers()
  agreement = (await officers.agreement()).id
  officers.anpr.of = (key) => (key === idOf(8) ? { kind: 'nobody' } : { kind: 'told' })
  first = await done([CODE, ID, idOf(8), 'RSSMRA80A01H501V', ID], '2026-11-24T09:00:00Z')
})
afterAll(() => officers?.stop())

const about = (
  by: { person: string; role: 'AUDITOR' | 'TOP'; session: null },
  sight: Sight,
  who: { codiceFiscale: string | null; idAnpr: string | null },
) =>
  officers.asActor(by.person, sight, (transaction) =>
    searchAccesses(
      transaction,
      by,
      { ...who, reason: 'reclamo 3/2026' },
      {
        ...{ reference: officers.reference, names: new Map(), now: officers.clock.now },
      },
    ),
  )

test('an auditor finds who looked at a citizen, by either name; the search stands in the audit, without the name', async () => {
  const { accesses, more } = await about(AUDITOR, AUDITING, { codiceFiscale: CODE, idAnpr: ID })
  expect(more).toBe(false)
  // The look by codice fiscale is named by the ID ANPR that it brought.
  expect(accesses.map(({ services, outcome }) => [services, outcome]).sort()).toEqual([
    ['C007', 'shown'],
    ['C007', 'shown'],
    ['C030', 'shown'],
  ])
  expect(accesses[0]).toMatchObject({
    ...{ channel: 'console', machine: 'USL2:PROTESI', body: 'Azienda sanitaria, Protesi', purpose: 'Ausili' },
    ...{ protocollo: 'PROT 7/2026', request: first, by: 'Anna' },
  })
  expect((await about(AUDITOR, AUDITING, { codiceFiscale: null, idAnpr: idOf(9) })).accesses).toEqual([])
  const [entry] = await officers.db
    .selectFrom('console_audit')
    .selectAll()
    .where('deed', '=', 'history.search')
    .orderBy('n')
    .execute()
  expect(entry).toMatchObject({ actor: AUDITOR.person, reason: 'reclamo 3/2026', object: officers.reference(CODE) })
  expect(entry?.detail).toEqual({ also: officers.reference(ID) })
  expect(JSON.stringify(entry)).not.toContain(CODE)
})

test('of another comune nobody finds anything: neither lines, nor accounts, nor anomalies', async () => {
  expect((await about(TOP, ELSEWHERE, { codiceFiscale: CODE, idAnpr: ID })).accesses).toEqual([])
  expect((await about(TOP, VALIDATING, { codiceFiscale: CODE, idAnpr: ID })).accesses).toHaveLength(3)
  const seen = await officers.asActor(TOP.person, ELSEWHERE, async (transaction) => [
    (await accountsOf(transaction, { month: '2026-11' }, officers.clock.now)).lines,
    (await anomaliesOf(transaction, TOP.person)).anomalies,
  ])
  expect(seen).toEqual([[], []])
})

test('the account of a month is of Italian days, and adds up', async () => {
  // 23:30 of the last of October there is November here.
  const late = await done([idOf(21)], '2026-10-31T23:30:00Z')
  const accounts = (sight: Sight, month?: string) =>
    officers.asActor(TOP.person, sight, (transaction) =>
      accountsOf(transaction, { month }, new Date('2026-11-30T12:00:00Z')),
    )
  const { lines, month } = await accounts(VALIDATING)
  expect(month).toBe('2026-11')
  expect(lines).toEqual([
    {
      ...{ comuneName: 'Spello', fruitoreName: 'Azienda sanitaria', ufficio: 'Protesi', motivo: 'Ausili' },
      ...{ servizio: 'C007', servizioName: 'Verifica esistenza in vita', requests: 2, refused: 0, rows: 6 },
      ...{ trovato: 3, nonTrovato: 1, senzaRisposta: 0, nonChieste: 2, looks: 5 },
    },
  ])
  expect((await accounts(VALIDATING, '2026-10')).lines).toEqual([])
  expect((await accounts({ ...MAKING, role: 'ADMIN' })).lines).toEqual(lines)
  let text = ''
  for await (const piece of accountsFile({ month, lines }).text) text += piece
  expect(text.split('\r\n')[1]).toBe(
    '"Spello";"Azienda sanitaria";"Protesi";"Ausili";"C007";"Verifica esistenza in vita";"2";"0";"6";"3";"1";"0";"2";"5"',
  )
  expect(late).not.toBe(first)
})

test('a citizen learns which body asked and for what, request by request, and no name', async () => {
  const self = { codiceFiscale: officers.reference(CODE), idAnpr: officers.reference(ID) }
  const own = { db: officers.db, offices: async () => new Map() }
  const { accesses } = await accessesAbout(own, self, new Date('2026-01-01'))
  expect(accesses).toMatchObject(
    [{ by: 'office', office: 'Azienda sanitaria, Protesi: Ausili', looked: ['data', 'identity'] }].map(
      ({ looked: _, ...rest }) => rest,
    ),
  )
  expect(JSON.stringify(accesses)).not.toContain('Anna')
})

test('each anomaly is told once for an author and a day, and closed by somebody else with a reason', async () => {
  await officers.db
    .insertInto('console_person')
    .values([{ iss: 'i', sub: '1', person: officers.reference(codeOf(31)), name: 'Collega', seen_at: new Date() }])
    .execute()
  // Midnight between Sunday and Monday; a colleague among those asked about; of eleven, six are not in the register.
  officers.anpr.of = (key) => ([41, 42, 43, 44, 45, 46].map(idOf).includes(key) ? { kind: 'nobody' } : { kind: 'told' })
  await done([ID, codeOf(31), ...Array.from({ length: 11 }, (_, at) => idOf(41 + at))], '2026-11-29T23:00:00Z')
  await done([ID], '2026-11-30T10:00:00Z')
  await done([ID], '2026-11-30T11:00:00Z')
  const { anomalies } = await judged()
  expect(anomalies.map(({ kind, figure }) => [kind, figure]).sort()).toEqual([
    ['colleague', 1],
    ['hours', 1],
    ['hours', 13],
    ['not-found', 6],
    ['same-person', 1],
    // Five and one on the days before.
    ['volume', 13],
  ])
  expect(anomalies[0]).toMatchObject({ author: 'Anna', comuneName: 'Spello', isOwn: false, closed: null })

  const [open] = anomalies
  if (!open) throw new Error('none')
  const close = (person: string, sight: Sight) =>
    officers.asActor(person, sight, (transaction) =>
      closeAnomaly(
        transaction,
        { doer: { person, role: 'TOP', session: null }, name: 'Tina' },
        { anomaly: open.anomaly, text: 'sentita l’ASL' },
        new Date(),
      ),
    )
  expect(await close(AUTHOR.person, VALIDATING)).toBe(false)
  expect(await close(TOP.person, ELSEWHERE)).toBe(false)
  expect(await close(TOP.person, VALIDATING)).toBe(true)
  expect(await close(TOP.person, VALIDATING)).toBe(false)
  const after = await officers.asActor(AUDITOR.person, AUDITING, (transaction) =>
    anomaliesOf(transaction, AUDITOR.person),
  )
  expect(after.anomalies.find(({ anomaly }) => anomaly === open.anomaly)?.closed).toMatchObject({
    by: 'Tina',
    text: 'sentita l’ASL',
  })
})
