import type { RegisteredPerson } from '../../contract/document.ts'
import type { IssuedOutcome } from '../../contract/gateway.ts'
import { declaration } from '../../main/documents/declaration.ts'
import type { Paper } from '../../main/documents/model.ts'
import { notorieta } from '../../main/documents/notorieta.ts'
import { readinessReport } from '../../main/documents/readiness.ts'
import { receiptPaper, slipPaper } from '../../main/documents/receipt.ts'
import { visura } from '../../main/documents/visura.ts'

const operation = '01K0M3Z8Q4V7N2B5X9C1D6F8GH'
const at = new Date('2026-11-22T09:01:00.000Z')
const spello = { totem: 'PG-0001', office: 'Ufficio postale di Spello (PG)' }
const sluderno = { totem: 'BZ-0001', office: 'Ufficio postale di Sluderno / Postamt Schluderns (BZ)' }
const dolina = { totem: 'TS-0001', office: 'Ufficio postale di San Dorligo della Valle - Dolina (TS)' }

// As long as the code of a family of four (anpr.md §6.4); its letters are of no matter here.
const code = `TP1:${'6BFOXN%TS3DHPVO13J /G-/2YRVA.Q/R82JD2F'.repeat(11)}`

const laura: RegisteredPerson & { source: 'anpr' } = {
  source: 'anpr',
  name: 'Laura',
  surname: 'Bianchi',
  codiceFiscale: 'BNCLRA85C55F205D',
  sex: 'F',
  born: '1985-03-15',
  birthPlace: 'MILANO (MI)',
  residence: { comune: 'SPELLO (PG)', address: 'VIA GARIBALDI 7' },
  citizenships: ['ITALIA'],
  statoCivile: '2',
  family: [
    { name: 'Nicolò', surname: 'D’Angiò', born: '1980-01-02', yearOfBirth: 1980, relation: '1' },
    { name: 'Laura', surname: 'Bianchi', born: '1985-03-15', yearOfBirth: 1985, relation: '2' },
    { name: 'Sofia Maria', surname: 'D’Angiò', born: null, yearOfBirth: 2012, relation: '3' },
    { name: 'Leonardo', surname: 'D’Angiò', born: '2015-09-30', yearOfBirth: 2015, relation: '3' },
  ],
}
const juergen: typeof laura = {
  ...laura,
  name: 'Jürgen',
  surname: 'Großrubatscher',
  codiceFiscale: 'GRSJGN80A01F132X',
  sex: 'M',
  born: '1980-01-01',
  birthPlace: 'MERANO/MERAN (BZ)',
  residence: { comune: 'SLUDERNO/SCHLUDERNS (BZ)', address: 'VIA STAZIONE/BAHNHOFSTRASSE 12' },
  statoCivile: '1',
  family: [{ name: 'Jürgen', surname: 'Großrubatscher', born: '1980-01-01', yearOfBirth: 1980, relation: '1' }],
}
const dorde: typeof laura = {
  ...laura,
  name: 'Đorđe',
  surname: 'Žerjav Čuček',
  codiceFiscale: 'ZRJDRD80A01L424X',
  sex: 'M',
  born: '1980-01-01',
  birthPlace: 'TRIESTE (TS)',
  residence: { comune: 'SAN DORLIGO DELLA VALLE-DOLINA (TS)', address: 'BOLJUNEC-BAGNOLI DELLA ROSANDRA 45' },
  family: [
    { name: 'Đorđe', surname: 'Žerjav Čuček', born: '1980-01-01', yearOfBirth: 1980, relation: '1' },
    { name: 'Špela', surname: 'Košuta', born: '1983-12-24', yearOfBirth: 1983, relation: '2' },
  ],
}
/** The line is down: what the card says is all that is known. */
const cardOnly: RegisteredPerson = {
  source: 'card',
  name: 'Laura',
  surname: 'Bianchi',
  codiceFiscale: 'BNCLRA85C55F205D',
  sex: null,
  born: null,
  birthPlace: null,
  residence: null,
  citizenships: null,
  statoCivile: null,
  family: null,
}
const outcome: IssuedOutcome = {
  operation,
  types: ['8', '12'],
  protocol: '2198294275',
  idOperazioneAnpr: '77242849',
  issuedAt: at.toISOString(),
  pdf: Buffer.from('%PDF-1.7').toString('base64'),
}
const slip = { operation, types: outcome.types, requestedAt: at.toISOString(), code: 'C1D6-F8GH' }
const made = { at, operation, code }

const receiptIn = (language: 'it' | 'en') =>
  receiptPaper(outcome, { pages: 2, at: at.toISOString(), language, place: spello, verification: code })
const slipIn = (language: 'it' | 'en') =>
  slipPaper(slip, { until: '2026-12-22T09:01:00.000Z', language, place: spello, verification: code })
const readinessIn = (language: 'it' | 'en') =>
  readinessReport({
    place: spello,
    at,
    language,
    versions: [
      { name: 'Totem Polis', version: '0.1.0' },
      { name: 'Electron', version: '45.4.1' },
      { name: 'Node', version: '24.21.0' },
    ],
    checks: [
      { name: 'Identiv uTrust 3700 F', detail: 'CNS, ATR 3B FF 18 00 00 81 31 FE 45 00 6B 11 05', outcome: 'ok' },
      { name: 'ACS ACR1252', detail: 'firmware 1.07', outcome: 'ok' },
      { name: 'Custom KPM180H', detail: 'carta in esaurimento', outcome: 'attention' },
    ],
    queue: { waiting: 3, oldest: new Date('2026-11-21T16:40:00.000Z') },
    lastSync: new Date('2026-11-22T08:59:12.000Z'),
    trustListSequence: 41,
  })

/** Every paper in every language that it is written in. */
export const papers: Record<string, Paper> = {
  'ricevuta-it': receiptIn('it'),
  'ricevuta-en': receiptIn('en'),
  'ritiro-it': slipIn('it'),
  'ritiro-en': slipIn('en'),
  'visura-it': visura({ ...made, person: laura, languages: ['it'], place: spello, reference: '77242849' }),
  'visura-en': visura({ ...made, person: laura, languages: ['en'], place: spello, reference: '77242849' }),
  'visura-it-de': visura({ ...made, person: juergen, languages: ['it', 'de'], place: sluderno, reference: '77242849' }),
  'visura-it-sl': visura({ ...made, person: dorde, languages: ['it', 'sl'], place: dolina, reference: '77242849' }),
  'autocertificazione-it': declaration({
    ...made,
    person: laura,
    declares: ['residenza', 'statoDiFamiglia'],
    languages: ['it'],
    place: spello,
  }),
  'autocertificazione-it-card': declaration({
    ...made,
    person: cardOnly,
    declares: ['nascita'],
    languages: ['it'],
    place: spello,
    code: null,
  }),
  'autocertificazione-it-en': declaration({
    ...made,
    person: laura,
    declares: ['statoCivile', 'cittadinanza'],
    languages: ['it', 'en'],
    place: spello,
  }),
  'autocertificazione-it-de': declaration({
    ...made,
    person: juergen,
    declares: ['residenza', 'esistenzaInVita'],
    languages: ['it', 'de'],
    place: sluderno,
  }),
  'autocertificazione-it-sl': declaration({
    ...made,
    person: dorde,
    declares: ['nascita', 'residenza'],
    languages: ['it', 'sl'],
    place: dolina,
  }),
  'notorieta-it': notorieta({ ...made, person: laura, languages: ['it'], place: spello }),
  'notorieta-it-en': notorieta({ ...made, person: laura, languages: ['it', 'en'], place: spello }),
  'notorieta-it-de': notorieta({ ...made, person: juergen, languages: ['it', 'de'], place: sluderno }),
  'prontezza-it': readinessIn('it'),
  'prontezza-en': readinessIn('en'),
}
