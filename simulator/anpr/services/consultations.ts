import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Scheda } from '../../population/model.ts'
import { BY_CODICE_FISCALE, type Code, errorOf, rispostaKO } from '../errors.ts'
import { inRegistry } from '../grant.ts'
import { FREE, isDead } from '../rules.ts'
import { agrees, find, type Richiesta, richiesta } from './search.ts'

type Soggetto = Record<string, unknown>
interface Consultation {
  /** Answers about people whose death is registered too. */
  dead?: true
  answer(scheda: Scheda, request: Richiesta): Soggetto[] | Code
}

const info = (id: string, chiave: string, yes: boolean, dettaglio?: string) => ({
  id,
  chiave,
  valore: yes ? 'S' : 'N',
  ...(dettaglio && !yes && { dettaglio }),
})

/** The sections of one person, `identificativi` among them. Sections that the register does not have are left out. */
const sections = (...names: (keyof Scheda)[]): Consultation => ({
  answer: (scheda) => [Object.fromEntries(['identificativi', ...names].flatMap((name) => section(scheda, name)))],
})

function section(scheda: Scheda, name: string): [string, unknown][] {
  const held = scheda[name as keyof Scheda]
  return held === undefined || (Array.isArray(held) && held.length === 0) ? [] : [[name, held]]
}

/** Compares what is declared in `verifica` with the register: N is an answer. Uncertain: ids other than 1002 and 1003. */
const verification = (id: string, chiave: string, of: (scheda: Scheda) => Record<string, unknown>): Consultation => ({
  answer(scheda, { verifica }) {
    if (!verifica || Object.keys(verifica).length === 0) return '999'
    return [{ infoSoggettoEnte: [info(id, chiave, agrees(verifica, of(scheda)), 'Dato non corrispondente')] }]
  },
})

const aliveInfo = (scheda: Scheda) => info('1003', 'Verifica esistenza in vita', scheda.datiDecesso === undefined)

const freeInfo = ({ statoCivile }: Scheda) =>
  info('1010', 'Verifica stato libero', FREE.includes(statoCivile?.statoCivile ?? ''))

/** One element a member. Those who died stay on the sheet; those who left it do not. */
function members(scheda: Scheda): Soggetto[] {
  return inRegistry()
    .familyOf(scheda)
    .membri.filter((one) => one.datiCancellazione === undefined || one.datiDecesso !== undefined)
    .map((one) => ({
      generalita: one.generalita,
      identificativi: one.identificativi,
      legameSoggetto: one.legameSoggetto,
      ...(isDead(one) && { datiDecesso: one.datiDecesso }),
    }))
}

/** The record as it was on a day: what began later is not there. The stato civile has no date, and stays. */
function asOf(scheda: Scheda, day: string): Scheda {
  const { residenza, cittadinanza, matrimonio, unioneCivile, cartaIdentita, ...rest } = scheda
  const begun = (date: string | undefined) => date === undefined || date <= day
  return {
    ...rest,
    residenza: residenza.filter(({ dataDecorrenzaResidenza }) => begun(dataDecorrenzaResidenza)),
    cittadinanza: cittadinanza.filter(({ dataValidita }) => begun(dataValidita)),
    ...(matrimonio && begun(matrimonio.datiMatrimonio?.dataEvento) && { matrimonio }),
    ...(unioneCivile && begun(unioneCivile.attoUnione?.dataEvento) && { unioneCivile }),
    ...(cartaIdentita && begun(cartaIdentita.dataRilascio) && { cartaIdentita }),
  }
}

const notification = sections('generalita', 'residenza')
// Uncertain: no public file says which service tells of the identity card.
const own = sections('generalita', 'residenza', 'statoCivile', 'cittadinanza', 'cartaIdentita')

/** The consultations by code. */
export const CONSULTATIONS: Record<string, Consultation> = {
  C001: notification,
  C002: notification,
  C003: verification('1002', "Verifica generalita'", ({ generalita }) => ({ generalita })),
  C004: {
    ...verification('1004', 'Verifica decesso', ({ datiDecesso }) => ({ datiDecesso })),
    dead: true,
  },
  C005: verification('1005', 'Verifica matrimonio', ({ matrimonio }) => ({ matrimonio })),
  C006: verification('1006', 'Verifica cittadinanza', ({ cittadinanza }) => ({ cittadinanza })),
  C007: {
    dead: true,
    answer: (scheda) => [{ identificativi: scheda.identificativi, infoSoggettoEnte: [aliveInfo(scheda)] }],
  },
  C008: verification('1008', 'Verifica residenza', ({ residenza }) => ({ residenza: residenza.slice(0, 1) })),
  C009: verification('1009', 'Verifica stato di famiglia', (scheda) => ({
    listaSoggetti: { datiSoggetto: members(scheda) },
  })),
  C010: { answer: (scheda) => [{ infoSoggettoEnte: [freeInfo(scheda)] }] },
  C011: verification('1011', 'Verifica vedovanza', ({ vedovanza }) => ({ vedovanza })),
  C012: verification('1012', "Verifica paternita'", ({ paternita }) => ({ paternita })),
  C013: verification('1013', "Verifica maternita'", ({ maternita }) => ({ maternita })),
  C014: verification('1014', 'Verifica unione civile', ({ unioneCivile }) => ({ unioneCivile })),
  C015: sections('generalita', 'statoCivile'),
  C016: {
    dead: true,
    answer: ({ generalita, identificativi, ...scheda }) => [
      { generalita, identificativi, ...(isDead(scheda as Scheda) && { datiDecesso: scheda.datiDecesso }) },
    ],
  },
  // The spouse's citizenship, though in the Ministry's file, no longer comes (italia/anpr issue 4299).
  C017: sections('generalita', 'matrimonio'),
  C018: sections('generalita', 'cittadinanza'),
  // One person in two elements (italia/anpr issue 4663), and N without the date of death.
  C019: {
    dead: true,
    answer: (scheda) => [
      { identificativi: scheda.identificativi, infoSoggettoEnte: [aliveInfo(scheda)] },
      { identificativi: scheda.identificativi, generalita: scheda.generalita },
    ],
  },
  C020: sections('residenza'),
  C021: { answer: members },
  C022: {
    answer: (scheda) => [
      {
        generalita: scheda.generalita,
        identificativi: scheda.identificativi,
        ...(scheda.statoCivile && { statoCivile: scheda.statoCivile }),
        infoSoggettoEnte: [freeInfo(scheda)],
      },
    ],
  },
  C023: sections('generalita', 'vedovanza'),
  C024: sections('generalita', 'paternita'),
  C025: sections('generalita', 'maternita'),
  C026: sections('generalita', 'unioneCivile'),
  C029: { answer: (scheda, request) => own.answer({ ...scheda, residenza: scheda.residenza.slice(0, 1) }, request) },
  C030: { dead: true, answer: ({ identificativi }) => [{ identificativi }] },
  // Uncertain: no file of C031 is public; here it says whether the codice fiscale and the ID ANPR are of one person.
  C031: {
    answer: ({ generalita }, { criteriRicerca: { codiceFiscale = '' } }) => {
      const same = generalita.codiceFiscale?.codFiscale === codiceFiscale
      return [{ infoSoggettoEnte: [info('1031', 'Verifica id unico nazionale', same, 'Dato non corrispondente')] }]
    },
  },
}

export interface Told {
  status: number
  body: object
}

const refused = (code: Code, status: number, ...warnings: object[]): Told => ({
  status,
  body: rispostaKO(errorOf(code), ...warnings),
})

/** Not numbers that grow: what is asked again gets another. A UUID's place was taken by more than 2^31. */
const operation = (code: string, id: string) =>
  `7${createHash('sha256').update(`${code} ${id}`).digest().readUIntBE(0, 5)}`

/** What a consultation answers to a body. */
export function consult(code: string, body: unknown): Told {
  const request = richiesta.safeParse(body)
  const consultation = CONSULTATIONS[code]
  if (!consultation || !request.success) return refused('999', 400)
  const { idOperazioneClient, criteriRicerca, datiRichiesta } = request.data
  if (datiRichiesta.casoUso !== code) return refused('999', 400)
  // The gate lets any text pass, for `YYYY-MM-DD` is no format that it knows. Uncertain: ANPR's code for it.
  if (!z.iso.date().safeParse(datiRichiesta.dataRiferimentoRichiesta).success) return refused('999', 400)
  // Gives the ID ANPR, so it cannot be asked by it.
  if (code === 'C030' && criteriRicerca.idANPR !== undefined) return refused('999', 400)
  const warnings = criteriRicerca.idANPR === undefined && criteriRicerca.codiceFiscale ? [BY_CODICE_FISCALE] : []
  const scheda = find(criteriRicerca)
  if (!scheda) return refused('EN122', 404, ...warnings)
  if (isGone(scheda, consultation)) {
    const error = { ...errorOf('EN122'), text: 'Soggetto cancellato da ANPR' }
    return { status: 404, body: rispostaKO(error, ...warnings) }
  }
  const told = consultation.answer(asOf(scheda, datiRichiesta.dataRiferimentoRichiesta), request.data)
  if (typeof told === 'string') return refused(told, 400)
  return {
    status: 200,
    body: {
      idOperazioneANPR: operation(code, idOperazioneClient),
      listaSoggetti: { datiSoggetto: told },
      ...(warnings.length > 0 && { listaAnomalie: warnings }),
    },
  }
}

/** Whose position is closed. A death of yesterday closes none yet; of a dead person some services still tell. */
function isGone(scheda: Scheda, { dead }: Consultation): boolean {
  if (scheda.datiCancellazione === undefined || scheda.decessoRecente) return false
  return !(dead && isDead(scheda))
}
