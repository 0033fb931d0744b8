import { type Clock, italianDay } from '../../basics/time.ts'
import type { DatiPersona } from '../../contract/anpr.ts'
import type { Problem } from '../../contract/gateway.ts'
import type { PersonDetail, PersonRequest, PersonSection, PersonSections } from '../../contract/person.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Register } from '../access/register.ts'
import { bornOn, dateIn } from '../anpr/dates.ts'
import { problemOf } from '../anpr/problems.ts'
import type { Telling } from '../anpr/services.ts'
import { codiceFiscaleOf, isRelative } from '../anpr/subjects.ts'
import { malformed } from '../http/problems.ts'
import { comuneName, residencesOf } from './address.ts'
import { known, placeName } from './registered.ts'
import type { Holder } from './session.ts'

type Event = NonNullable<DatiPersona['matrimonio']>['datiMatrimonio']
type Partner = NonNullable<DatiPersona['matrimonio']>['coniuge']

/** Which service tells a section, and how it is read. */
const SECTIONS: { [S in PersonSection]: { service: Telling<'visit'>; read(told: DatiPersona): PersonSections[S] } } = {
  identity: {
    service: 'C015',
    read: ({ generalita = {}, statoCivile, ...told }) => ({
      name: generalita.nome ?? '',
      surname: generalita.cognome ?? '',
      codiceFiscale: codiceFiscaleOf({ ...told, generalita }),
      sex: known('sex', generalita.sesso?.toUpperCase()),
      born: bornOn(generalita),
      birthPlace: generalita.luogoNascita ? placeName(generalita.luogoNascita) : null,
      statoCivile: known('statoCivile', statoCivile?.statoCivile),
    }),
  },
  residence: { service: 'C020', read: ({ residenza = [] }) => residencesOf(residenza) },
  citizenship: {
    service: 'C018',
    read: ({ cittadinanza = [] }) =>
      cittadinanza.flatMap(({ descrizioneStato: state, dataValidita }) =>
        state === undefined ? [] : [{ state, since: dateIn(dataValidita) }],
      ),
  },
  marriage: {
    service: 'C017',
    read: ({ matrimonio: told }) => (told ? bondOf(told.coniuge, told.datiMatrimonio) : null),
  },
  union: {
    service: 'C026',
    read: ({ unioneCivile: told }) => (told ? bondOf(told.unitoCivilmente, told.attoUnione) : null),
  },
  // Uncertain: no public file says which service tells of the identity card. Where C029 does not, nothing is shown.
  document: { service: 'C029', read: ({ cartaIdentita }) => (cartaIdentita ? cardOf(cartaIdentita) : null) },
}

/**
 * What ANPR holds of one person on the holder's family sheet, or of the holder: the sections that were asked for. A
 * section that is not told now does not keep the others back.
 */
export async function personOf(
  { register, now }: { register: Register; now: Clock },
  holder: Holder,
  { subject, sections, on }: PersonRequest,
): Promise<Result<PersonDetail, Problem>> {
  const today = italianDay(now())
  if (on !== null && on > today) return err(malformed)
  const looks = register.askedBy(holder)
  let code: string | null = null
  // SECURITY: the totem names the subject.
  if (subject !== holder.idAnpr) {
    const sheet = await looks.familyOf(holder.idAnpr)
    if (!sheet.ok) return err(problemOf(sheet.error))
    if (!isRelative(sheet.value, subject)) {
      await looks.refused({ subject }, 'not-in-family')
      return err({ kind: 'not-in-family', anpr: null })
    }
    const member = sheet.value.members.find(({ idAnpr }) => idAnpr === subject)
    code = member ? codiceFiscaleOf(member.told) : null
  }
  const person = {
    idAnpr: subject,
    ...(subject !== holder.idAnpr && { isTheirs: (told: string) => (code === null ? null : told === code) }),
  }
  const told = await Promise.all(
    sections.map(async (section) => {
      const { service, read } = SECTIONS[section]
      const { result, trace } = await looks.tell(service, person, { day: on ?? today })
      return result.ok
        ? { data: { [section]: read(result.value) }, operations: trace.operations }
        : { missing: { section, ...problemOf(result.error) }, operations: [] }
    }),
  )
  const missing = told.flatMap((one) => one.missing ?? [])
  const [first] = missing
  if (first && missing.length === sections.length) return err({ kind: first.kind, anpr: first.anpr })
  const detail = Object.assign({}, ...told.map(({ data }) => data)) as Partial<PersonSections>
  const reference = told.flatMap(({ operations }) => operations).join(', ')
  return ok({ ...detail, missing, reference, at: now().toISOString() })
}

/** An act of the national archive has no number of a comune's register. */
function bondOf(partner: Partner, event: Event) {
  const named = partner?.generalita ?? partner
  const act = event?.attoEventoANPR?.atto ?? event?.attoEvento
  const archived = event?.attoEventoANPR?.attoANSC
  const registered = archived ?? act
  return {
    partner: named?.cognome || named?.nome ? { name: named.nome ?? '', surname: named.cognome ?? '' } : null,
    on: dateIn(event?.dataEvento, event),
    place: event?.luogoEvento ? placeName(event.luogoEvento) : null,
    act: registered
      ? {
          comune: comuneName(registered.comuneRegistrazione),
          year: registered.anno ?? null,
          number: archived ? null : (act?.numeroAtto ?? null),
          archive: archived !== undefined,
        }
      : null,
  }
}

const KINDS = new Map<string | undefined, 'paper' | 'electronic'>([
  ['1', 'paper'],
  ['2', 'electronic'],
])

export const cardOf = ({
  numero,
  cartaceaElettronica: kind,
  dataRilascio,
  dataScadenza,
  dataAnnullamento,
  ...by
}: NonNullable<DatiPersona['cartaIdentita']>) => ({
  kind: KINDS.get(kind) ?? null,
  number: numero ?? null,
  issued: dateIn(dataRilascio),
  expires: dateIn(dataScadenza),
  cancelled: dateIn(dataAnnullamento),
  issuer: comuneName(by.comuneRilascio) ?? by.consolatoRilascio?.descrizioneConsolato ?? null,
})
