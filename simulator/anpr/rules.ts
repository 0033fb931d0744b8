import type { Gruppo, Scheda } from '../population/model.ts'
import type { Code } from './errors.ts'

/** Who asks, about whom, and what the registry holds of the subject's family. */
export interface Case {
  subject: Scheda
  gruppo: Gruppo
  membri: readonly Scheda[]
  /** Absent when the request names nobody. */
  requester: Scheda | undefined
  day: string
}
type Refused = { code: Code; what?: string } | null
const no = (code: Code, what?: string): Refused => ({ code, ...(what && { what }) })

/** Table 13, in its order, which is that of the sheet. */
export const TYPES = Array.from({ length: 20 }, (_, n) => String(n + 1))
const ALONE = ['2', '4', '6', '9', '20']
const AIRE = ['10', '15']
/** Types that both registers give. */
const EITHER = ['1', '3', '5', '9', '18', '19', '20']
const FAMILY: readonly [string, Code][] = [
  ['12', 'EN154'],
  ['13', 'EN155'],
  ['14', 'EN156'],
  ['16', 'EN156'],
]

/** What may not stand on one sheet. */
export function contestuale(types: readonly string[]): Code | null {
  const has = (...all: string[]) => all.every((type) => types.includes(type))
  if (types.length > 1 && types.some((type) => ALONE.includes(type))) return 'EN153'
  if (has('3', '17') || has('3', '18')) return 'EN152'
  if (has('11', '17')) return 'EN158'
  if (has('11', '13')) return 'EN159'
  const [first, second] = FAMILY.filter(([type]) => types.includes(type))
  if (first && second) return first[1]
  const apr = types.some((type) => !AIRE.includes(type) && !EITHER.includes(type))
  return apr && types.some((type) => AIRE.includes(type)) ? 'EN287' : null
}

/** ANPR has heard of a death that happened yesterday in C019 alone. */
export const isDead = ({ datiDecesso, decessoRecente }: Scheda) => datiDecesso !== undefined && !decessoRecente
const isAire = ({ generalita }: Scheda) => generalita.soggettoAIRE === 'S'
/** Who lives in the family today. */
export const present = (membri: readonly Scheda[]) =>
  membri.filter((one) => !isDead(one) && (one.datiCancellazione === undefined || one.decessoRecente))

const hasDocument = ({ cartaIdentita: card }: Scheda, day: string) =>
  card !== undefined && card.dataAnnullamento === undefined && card.dataScadenza >= day

const isAdult = ({ generalita }: Scheda, day: string) =>
  `${Number(generalita.dataNascita.slice(0, 4)) + 18}${generalita.dataNascita.slice(4)}` <= day

/** Rules of the requester. The law lets anybody ask at the counter; this is issue by internet. */
function askedBy(types: readonly string[], { requester, subject, membri, day }: Case): Refused {
  if (!requester) {
    if (types.includes('19')) return no('EN355')
    return types.some((type) => type === '13' || type === '16') ? no('EN169') : null
  }
  if (isDead(requester)) return no('EN170')
  if (types.includes('19') && subject.convivenzaDiFatto && !isPartner(subject, requester)) return no('EN356')
  if (!membri.includes(requester)) return no('EN169')
  if (types.some((type) => type === '13' || type === '16') && !isAdult(requester, day)) return no('EN169')
  return hasDocument(requester, day) ? null : no('EN286')
}

const isPartner = (subject: Scheda, requester: Scheda) =>
  requester === subject ||
  subject.convivenzaDiFatto?.convivente?.idSchedaSoggettoANPR === requester.generalita.idSchedaSoggettoANPR

/** Table 42. */
const CERTIFIABILITY: Record<string, string> = {
  '0': 'non certificabile',
  '3': 'soggetto non iscrivibile',
  '4': 'interdetto sottoposto a tutela',
}

/** Rules of the subject's position. */
function positionOf(types: readonly string[], { subject }: Case): Refused {
  const only = (...allowed: string[]) => types.every((type) => allowed.includes(type))
  if (subject.doppiaIscrizione) return no('EN470')
  if (isDead(subject)) {
    if (only('7')) return no('EN054')
    return only('2', '4') ? null : no('EN228')
  }
  if (only('2')) return no('EN404', 'di morte')
  const cancelled = subject.datiCancellazione !== undefined && !subject.decessoRecente
  if (only('4')) return cancelled ? null : no('EN404', 'di cancellazione anagrafica')
  if (cancelled) return no('EN229')
  const certifiable = subject.attributiSoggetto.soggettoCertificabile
  if (certifiable === '1' && !only('8', '10', '12', '15')) return no('EN046')
  const why = CERTIFIABILITY[certifiable]
  if (why) return no('EN160', why)
  // Lifted for residence and the family (italia/anpr issue 1937).
  return subject.procedimentoAperto && !only('8', '10', '12') ? no('EN181') : null
}

function registerOf(type: string, { subject }: Case): Refused {
  const aire = isAire(subject)
  if (type === '15' && !aire) return no('EN057')
  if (type === '10' && !aire) return no('EN164')
  return aire && !AIRE.includes(type) && !EITHER.includes(type) ? no('EN044') : null
}

function familyRule(type: string, { gruppo, membri, subject }: Case): Refused {
  if (gruppo.tipoLegame === '4') return type === '16' ? no('EN058') : no('EN055')
  if (gruppo.stato === 'senza-intestatario') return no('EN062')
  if (gruppo.stato === 'non-completa') return no('EN221')
  if (gruppo.stato === 'in-registrazione') return no('EN212')
  // Uncertain: the Ministry's guide says the same of 13, the text of EN059 names 16 alone.
  if (type === '16' && present(membri).length < 2) return no('EN059')
  // Documented without a code.
  return type === '12' && subject.attributiSoggetto.senzaFissaDimora ? no('EN404', 'di stato di famiglia') : null
}

const ITALY = '100'
/** Citizenship that cannot be certified. */
const UNDEFINED = ['997', '998']

function citizenshipRule({ subject: { cittadinanza } }: Case): Refused {
  const [one, ...more] = cittadinanza
  // Uncertain: no code is published for somebody with two.
  if (!one || more.length > 0 || UNDEFINED.includes(one.codiceStato)) return no('EN407')
  return one.codiceStato === ITALY ? null : no('EN110')
}

function marriageRule({ matrimonio }: Scheda): Refused {
  if (!matrimonio?.datiMatrimonio) return no('EN162')
  return matrimonio.coniuge ? null : no('EN161')
}

const MARRIED = '2'
const UNKNOWN = ['5', '9']
/** Table 1: free to marry. */
export const FREE = ['1', '3', '4', '7', '8']

/** What each type needs of the register, beside what all need. */
const NEEDS: Record<string, (one: Case) => Refused> = {
  '1': ({ subject: { generalita } }) =>
    generalita.soggettoAIRE === 'S' && !generalita.luogoNascita.comune ? no('EN410') : null,
  '3': ({ subject }) => (subject.statoCivile ? marriageRule(subject) : no('EN138')),
  '5': citizenshipRule,
  '11': ({ subject }) => {
    const status = subject.statoCivile?.statoCivile
    if (status === undefined || UNKNOWN.includes(status)) return no('EN138')
    return status === MARRIED ? marriageRule(subject) : null
  },
  '12': (one) => familyRule('12', one),
  '13': (one) => familyRule('13', one),
  '14': ({ gruppo }) => (gruppo.tipoLegame === '4' ? null : no('EN056')),
  '16': (one) => familyRule('16', one),
  '17': ({ subject: { statoCivile } }) => (FREE.includes(statoCivile?.statoCivile ?? '') ? null : no('EN060')),
  '18': ({ subject: { unioneCivile } }) =>
    unioneCivile?.unitoCivilmente && unioneCivile.attoUnione ? null : no('EN353'),
  '19': ({ subject: { convivenzaDiFatto } }) =>
    convivenzaDiFatto?.convivente && convivenzaDiFatto.contrattoStipula && !convivenzaDiFatto.contrattoRisoluzione
      ? null
      : no('EN354'),
}

/** Whether ANPR issues these types about this subject to this requester. `byOffice`: a public administration asks. */
export function decide(types: readonly string[], one: Case, byOffice = false): Refused {
  const together = contestuale(types)
  if (together) return no(together)
  const general = (byOffice ? null : askedBy(types, one)) ?? positionOf(types, one)
  if (general) return general
  for (const type of types) {
    const refused = registerOf(type, one) ?? NEEDS[type]?.(one) ?? null
    if (refused) return refused
  }
  return null
}
