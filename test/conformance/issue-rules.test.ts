import { describe, expect, test } from 'vitest'
import type { TableType } from '../../catalogue/certificates.ts'
import { mayIssue, type Requester, type Subject } from '../../catalogue/may-issue.ts'
import { certificateType } from '../../contract/catalogue.ts'
import { inRegistry } from '../../simulator/anpr/grant.ts'
import { type Case, decide, present, TYPES } from '../../simulator/anpr/rules.ts'
import type { Scheda } from '../../simulator/population/model.ts'

// Two tables of what may be issued, each written from the Ministry's list of errors: the product's, by which totem and
// gateway foresee, and the simulated ANPR's, which decides. Where all is known they must say the same.

const DAY = '2026-11-22'
const MOST = 1_500

const isDead = (one: Scheda) => one.datiDecesso !== undefined && !one.decessoRecente
/** A case of the registry, told as the product tells one. */
function known({ subject, requester, gruppo, membri, day }: Case): [Subject, Requester] {
  const { attributiSoggetto, generalita, matrimonio, unioneCivile: union, convivenzaDiFatto: pact } = subject
  const aire = generalita.soggettoAIRE === 'S'
  const [citizenship, ...more] = subject.cittadinanza
  const unclear = !citizenship || more.length > 0 || ['997', '998'].includes(citizenship.codiceStato)
  const states = { 'senza-intestatario': 'no-intestatario', 'non-completa': 'incomplete' } as const
  const status = subject.statoCivile?.statoCivile
  const about: Subject = {
    register: subject.doppiaIscrizione ? 'both' : aire ? 'AIRE' : 'APR',
    state: isDead(subject) ? 'dead' : subject.datiCancellazione && !subject.decessoRecente ? 'removed' : 'enrolled',
    certifiable: attributiSoggetto.soggettoCertificabile,
    procedureOpen: subject.procedimentoAperto === true,
    tie: gruppo.tipoLegame === '4' ? 'convivenza' : 'family',
    household: present(membri).length,
    familyState:
      gruppo.stato === undefined
        ? 'whole'
        : gruppo.stato === 'in-registrazione'
          ? 'being-entered'
          : states[gruppo.stato],
    statoCivile: status === undefined || status === '9' ? 'missing' : status,
    marriage: !matrimonio?.datiMatrimonio ? 'incomplete' : matrimonio.coniuge ? 'recorded' : 'no-spouse',
    union: union?.unitoCivilmente && union.attoUnione ? 'recorded' : 'incomplete',
    contract: pact?.convivente && pact.contrattoStipula && !pact.contrattoRisoluzione ? 'recorded' : 'incomplete',
    citizenship: unclear ? 'unclear' : citizenship.codiceStato === '100' ? 'italian' : 'foreign',
    bornInItaly: generalita.luogoNascita.comune !== undefined,
    homeless: attributiSoggetto.senzaFissaDimora === 'S',
  }
  if (!requester) return [about, {}]
  const card = requester.cartaIdentita
  const born = requester.generalita.dataNascita
  return [
    about,
    {
      self: requester === subject,
      adult: `${Number(born.slice(0, 4)) + 18}${born.slice(4)}` <= day,
      sameFamily: membri.includes(requester),
      dead: isDead(requester),
      validDocument: card !== undefined && card.dataAnnullamento === undefined && card.dataScadenza >= day,
      partner:
        requester === subject || pact?.convivente?.idSchedaSoggettoANPR === requester.generalita.idSchedaSoggettoANPR,
    },
  ]
}

const registry = inRegistry()
const caseOf = (subject: Scheda, requester: Scheda): Case => ({
  ...registry.familyOf(subject),
  subject,
  requester,
  day: DAY,
})
/** Everybody for themselves, everybody by the first of their family, and by somebody else's first. */
const cases: Case[] = []
let stranger: Scheda | undefined
for (const subject of registry.all()) {
  if (cases.length >= MOST) break
  const [first] = registry.familyOf(subject).membri
  cases.push(caseOf(subject, subject))
  if (first && first !== subject) cases.push(caseOf(subject, first))
  if (stranger && cases.length % 7 === 0) cases.push(caseOf(subject, stranger))
  stranger = first
}

const verdicts = (types: readonly TableType[], one: Case) => {
  const foreseen = mayIssue(types, ...known(one), null)
  const decided = decide(types, one)
  return {
    foreseen: foreseen.ok ? [] : foreseen.error.refusals.map(({ anpr }) => anpr),
    decided: decided?.code ?? null,
  }
}

describe('each certificate that a citizen may ask for, about everybody and asked by everybody', () => {
  test('is foreseen as ANPR decides: issued or refused', () => {
    const differing = cases.flatMap((one) =>
      certificateType.options.flatMap((type) => {
        const { foreseen, decided } = verdicts([type], one)
        return foreseen.length > 0 === (decided !== null) ? [] : [`${type}: ${foreseen} / ${decided}`]
      }),
    )
    expect([...new Set(differing)].sort()).toEqual([])
  })
  test('with ANPR’s code among those that are foreseen', () => {
    const differing = new Set<string>()
    for (const one of cases)
      for (const type of certificateType.options) {
        const { foreseen, decided } = verdicts([type], one)
        // The product has no code for what the Ministry documents without one.
        if (decided !== null && !foreseen.includes(decided) && !foreseen.includes(null))
          differing.add(`${type}: ${foreseen} / ${decided}`)
      }
    expect([...differing].sort()).toEqual([])
  })
  test('meets every code that the two tables have', () => {
    const met = new Set(
      cases.flatMap((one) => certificateType.options.map((type) => decide([type], one)?.code)).filter((code) => code),
    )
    expect([...met].length).toBeGreaterThan(20)
  })
})

test('each pair on a sheet is foreseen as ANPR decides', () => {
  const anna = registry.byId('anna-bianchi')
  if (!anna) throw new Error('nobody')
  const one = caseOf(anna, anna)
  const types = TYPES as TableType[]
  const differing = types.flatMap((first) =>
    types.flatMap((second) => {
      if (first === second) return []
      const { foreseen, decided } = verdicts([first, second], one)
      return foreseen.length > 0 === (decided !== null) ? [] : [`${first} ${second}: ${foreseen} / ${decided}`]
    }),
  )
  expect(differing).toEqual([])
})
