import { createHash } from 'node:crypto'
import { err, ok, type Result } from '../../contract/result.ts'
import { type Family, familyOf, type Person, people, personById } from '../population/people.ts'
import { type Bollo, type DrawnType, drawnTypes } from './certificate/wording.ts'

/** ANPR's own error: a code of its list, and its text, which is written for officials. */
export interface AnprError {
  kind: 'anpr-error'
  code: string
  text: string
}

const anprError = (code: string, text: string) => err<AnprError>({ kind: 'anpr-error', code, text })

const entryOf = ({ code, text }: AnprError) => ({
  codiceErroreAnomalia: code,
  testoErroreAnomalia: text,
  tipoErroreAnomalia: 'E',
})
/** How the consultations (C0nn) refuse: `RispostaKO`, whose list holds the errors themselves. */
export const rispostaKO = (error: AnprError) => ({ idOperazioneANPR: '0', listaErrori: [entryOf(error)] })
/** How the certification service refuses, with a level more (ISS 4664). */
export const errore6001 = (error: AnprError) => ({ idOperazioneANPR: '0', listaErrori: { errore: [entryOf(error)] } })
/** Goes with each answer to a search by codice fiscale since 18 April 2024 (ISS 4501, 4590). */
export const BY_CODICE_FISCALE = {
  codiceErroreAnomalia: 'EN148',
  testoErroreAnomalia: 'Ricerca effettuata per codice fiscale: utilizzare idANPR',
  tipoErroreAnomalia: 'W',
}

const NOBODY = anprError('EN122', 'La richiesta effettuata non produce alcun risultato')

/** C030: the person that a codice fiscale names. */
export function findByCodiceFiscale(codiceFiscale: string | undefined): Result<Person, AnprError> {
  const found = people.find((person) => person.codiceFiscale === codiceFiscale)
  return found ? ok(found) : NOBODY
}

/** C021: the members of a person's family, in the order of the sheet. */
export function familySheetOf(idAnpr: string | undefined): Result<{ family: Family; members: Person[] }, AnprError> {
  const found = people.find((person) => person.idAnpr === idAnpr)
  const family = found && familyOf(found.id)
  return family ? ok({ family, members: family.members.map(({ person }) => personById(person)) }) : NOBODY
}

export interface CertificateWish {
  types: readonly string[]
  languages: readonly string[]
  subject: string
  requester: string
  tipoRichiedente: string
  esenzioneBollo: string
  /** Euro cents. */
  bollo: string
  bolloVirtuale: string | undefined
  diritti: string
}

export interface CertificateGrant {
  types: DrawnType[]
  subject: Person
  family: Family
  members: Person[]
  /** How the bollo is settled, as it stands on the sheet. */
  bollo: Bollo
}

/** ANPR table 39: the law that the sheet cites, for each exemption that this registry accepts. */
const EXEMPTIONS = new Map([
  ['1', 'art. 27-bis Tab. B DPR 642/1972'],
  ['2', 'art. 8-bis Tab. B DPR 642/1972'],
  ['3', 'art. 18 DPR 115/2002'],
  ['5', 'art. 13 Tab. B DPR 642/1972'],
  ['6', 'art. 82 L. 184/1983'],
  ['7', 'art. 19 L. 74/1987'],
  ['9', 'art. 9 Tab. B DPR 642/1972'],
])

/** Table 39's code of a use that is not exempt. */
const NOT_EXEMPT = '0'
/** `bolloVirtuale` of 6001. */
const VIRTUAL = '1'
const CONTRASSEGNO = '2'

/** How a wish settles its bollo, and ANPR's own refusals of one that does not (its list of errors). */
function settled({ esenzioneBollo, bollo, bolloVirtuale, diritti }: CertificateWish): Result<Bollo, AnprError> {
  if (esenzioneBollo !== NOT_EXEMPT) {
    const exempt = EXEMPTIONS.get(esenzioneBollo)
    if (!exempt || bollo !== '0') return anprError('999', 'Operazione non effettuabile')
    if (diritti !== '0') return anprError('EN217', 'Importo diritti segreteria deve essere uguale a 0,00 euro')
    return ok({ exempt })
  }
  if (!(Number(bollo) > 0)) return anprError('EN208', 'Importo bollo deve essere maggiore di 0,00 euro')
  // No authorisation of the Agenzia delle Entrate is registered for this e-service of the totem.
  if (bolloVirtuale === VIRTUAL) {
    return anprError('EN116', "Estremi dell'autorizzazione al pagamento del bollo in modo virtuale assenti")
  }
  return bolloVirtuale === CONTRASSEGNO ? ok('contrassegno') : anprError('999', 'Operazione non effettuabile')
}

/** The rules that can refuse a certificate that this registry draws to people who are alive and registered. */
export function grant(wish: CertificateWish): Result<CertificateGrant, AnprError> {
  const types = drawnTypes.filter((type) => wish.types.includes(type))
  if (types.length !== wish.types.length) return anprError('999', 'Operazione non effettuabile')
  if (wish.languages.some((language) => language !== 'IT')) return anprError('999', 'Operazione non effettuabile')
  const bollo = settled(wish)
  if (!bollo.ok) return bollo
  const sheet = familySheetOf(wish.subject)
  if (!sheet.ok) return sheet
  const { family, members } = sheet.value
  const subject = members.find(({ idAnpr }) => idAnpr === wish.subject)
  if (!subject) return NOBODY
  const own = wish.subject === wish.requester
  if (own !== (wish.tipoRichiedente === '2')) return anprError('999', 'Operazione non effettuabile')
  if (!members.some(({ idAnpr }) => idAnpr === wish.requester)) {
    return anprError(
      'EN169',
      "Il certificato non puo' essere emesso perche' il richiedente deve essere maggiorenne ed appartenente alla stessa " +
        "famiglia anagrafica dell'intestatario.",
    )
  }
  return ok({ types, subject, family, members, bollo: bollo.value })
}

/** What C029 and C021 say of a person's own data (OpenAPI of C021, TipoGeneralita). */
function generalitaOf({ codiceFiscale, surname, name, sex, born, birthComune }: Person) {
  return {
    codiceFiscale: { codFiscale: codiceFiscale, validitaCF: '1' },
    cognome: surname.toUpperCase(),
    nome: name.toUpperCase(),
    sesso: sex,
    dataNascita: born,
    luogoNascita: {
      comune: { nomeComune: birthComune.name.toUpperCase(), siglaProvinciaIstat: birthComune.province },
    },
  }
}

/** A member of a family as C021 describes them; `place` in the family counts from 1. */
export function soggetto(person: Person, { members, address }: Family, place: number) {
  const relation = members.find((member) => member.person === person.id)?.relation
  return {
    generalita: generalitaOf(person),
    identificativi: { idANPR: person.idAnpr },
    legameSoggetto: {
      tipoLegame: '3',
      dataDecorrenza: address.since,
      codiceLegame: relation,
      progressivoComponente: String(place),
    },
  }
}

/** A person as C029 describes them. */
export function datiAnagraficiOf(person: Person, { comune, address }: Family) {
  const { toponimo, civico, cap, since } = address
  // The first word is the kind of street.
  const [, specie = '', denominazioneToponimo = toponimo] = /^(\S+) (.+)$/.exec(toponimo) ?? []
  const [numero = '', lettera] = civico.split('/')
  return {
    generalita: generalitaOf(person),
    identificativi: { idANPR: person.idAnpr },
    residenza: [
      {
        tipoIndirizzo: '1',
        indirizzo: {
          cap,
          comune: {
            nomeComune: comune.name.toUpperCase(),
            codiceIstat: comune.istat,
            siglaProvinciaIstat: comune.province,
          },
          toponimo: { specie: specie.toUpperCase(), denominazioneToponimo: denominazioneToponimo.toUpperCase() },
          numeroCivico: { numero, ...(lettera && { lettera }) },
        },
        dataDecorrenzaResidenza: since,
      },
    ],
    statoCivile: { statoCivile: person.statoCivile },
    cittadinanza: [{ descrizioneStato: 'ITALIA', codiceStato: '100' }],
  }
}

/** Ten digits, like today's protocol numbers (ISS 4815). The same operation id always gets the same one. */
export const protocolOf = (idOperazioneClient: string): string => {
  const seed = createHash('sha256').update(idOperazioneClient).digest().readUIntBE(0, 6)
  return String(2_000_000_000 + (seed % 1_000_000_000))
}
