import type { Requester, Subject } from '../../catalogue/may-issue.ts'
import type { DatiAnagrafici, DatiSoggetto } from '../../contract/anpr.ts'
import { bornOn } from './dates.ts'
import { homesOf } from './residence.ts'
import type { Member, Sheet } from './subjects.ts'

const OF_AGE = 18
/** `tipoLegame` of a family that is enrolled abroad (AIRE). */
const ABROAD = '5'

/**
 * What the requester's family sheet tells about an issue: of the requester, and of the subject who stands on it; with
 * `own`, the requester's record, what that tells too. `day`: the Italian day of the request. What is not said stays
 * unknown, and refuses nothing.
 */
export function knownBy(
  { members, tie }: Sheet,
  subject: string,
  day: string,
  own: DatiAnagrafici | null = null,
): { subject: Subject; requester: Requester } {
  const member = members.find(({ idAnpr }) => idAnpr === subject)
  const asking = members.find(({ asked }) => asked)
  const adult = asking && isAdult(asking, day)
  const self = asking?.idAnpr === subject
  const register = own === null ? {} : registerOf(own)
  return {
    subject: {
      ...(member && { tie: member.tie }),
      ...(tie === 'family' && { household: members.filter(({ told }) => !isDead(told)).length }),
      ...(member && isDead(member.told) && { state: 'dead' }),
      ...(member && birthOf(member.told)),
      // A famiglia anagrafica lives together (art. 4 DPR 223/1989).
      ...((self || (tie === 'family' && member?.tie === 'family')) && register),
      ...(member && enrolledAbroad(member.told) && { register: 'AIRE' }),
      ...(self && own !== null && factsOf(own)),
    },
    requester: {
      self,
      sameFamily: tie === 'family' && member?.tie === 'family',
      ...(adult !== undefined && { adult }),
    },
  }
}

const isDead = ({ datiDecesso }: DatiSoggetto) => datiDecesso !== undefined
const enrolledAbroad = ({ generalita, legameSoggetto }: DatiSoggetto) =>
  generalita?.soggettoAIRE?.toUpperCase() === 'S' || legameSoggetto?.tipoLegame === ABROAD

function birthOf({ generalita }: DatiSoggetto): Pick<Subject, 'bornInItaly'> {
  const { comune, localita } = generalita?.luogoNascita ?? {}
  if (comune?.nomeComune !== undefined) return { bornInItaly: true }
  return localita?.descrizioneStato === undefined ? {} : { bornInItaly: false }
}

/** Kinds of address (table 25) of a resident, and of somebody enrolled abroad. */
const RESIDENT: readonly (string | undefined)[] = ['1', '10', '11']
const EMIGRANT = '4'

function registerOf(own: DatiAnagrafici): Pick<Subject, 'register'> {
  const [home] = homesOf(own.residenza ?? [])
  if (enrolledAbroad(own) || home?.tipoIndirizzo === EMIGRANT) return { register: 'AIRE' }
  return home?.indirizzo && RESIDENT.includes(home.tipoIndirizzo) ? { register: 'APR' } : {}
}

const ITALY = '100'
/** Table 2's codes of a citizenship that nobody can certify. */
const UNDEFINED = ['997', '998']
/** Table 1 without 5 and 9, "not known": ANPR has no stato civile to certify then, and says so itself. */
const STATO_CIVILE: Record<string, Subject['statoCivile']> = {
  ...{ '1': '1', '2': '2', '3': '3', '4': '4', '6': '6', '7': '7', '8': '8' },
}

/** What a person's own record tells. Nothing at all about a section that ANPR has left out. */
function factsOf({ cittadinanza = [], statoCivile }: DatiAnagrafici): Subject {
  const codes = cittadinanza.flatMap(({ codiceStato }) => codiceStato ?? [])
  const [only, ...more] = codes
  const told = STATO_CIVILE[statoCivile?.statoCivile ?? '']
  return {
    ...(told && { statoCivile: told }),
    ...(only !== undefined &&
      codes.length === cittadinanza.length && {
        citizenship: more.length > 0 || UNDEFINED.includes(only) ? 'unclear' : only === ITALY ? 'italian' : 'foreign',
      }),
  }
}

/** Undefined where as much of the birth as is known does not tell. */
export function isAdult({ told }: Pick<Member, 'told'>, day: string): boolean | undefined {
  const born = bornOn(told.generalita)
  if (born === null) return undefined
  const youngest = `${Number(day.slice(0, 4)) - OF_AGE}${day.slice(4)}`
  const as = youngest.slice(0, born.length)
  return born === as && born.length < youngest.length ? undefined : born <= as
}
