import type { RegisteredPerson } from '../../../contract/document.ts'
import type { IssuedOutcome } from '../../../contract/gateway.ts'

// The people and facts on the golden papers. None of these people exists.

/** Time of day as in `at`. */
export const operation = '01M817SG70V7N2B5X9C1D6F8GH'
export const at = new Date('2026-11-22T09:01:00.000Z')
/** Whom to call and where to verify stand on the papers of the offices that say so. */
const help = { verifyAt: 'verifica.totem.example', phone: '800 000 000' }
export const spello = { totem: 'PG-0001', office: 'Ufficio postale di Spello (PG)', ...help }
export const sluderno = { totem: 'BZ-0001', office: 'Ufficio postale di Sluderno / Postamt Schluderns (BZ)', ...help }
export const dolina = { totem: 'TS-0001', office: 'Ufficio postale di San Dorligo della Valle - Dolina (TS)' }

type FromAnpr = RegisteredPerson & { source: 'anpr' }
export const laura: FromAnpr = {
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
    { name: 'Nicolò', surname: 'D’Angiò', born: '1980-01-02', tie: 'family', relation: '1' },
    { name: 'Laura', surname: 'Bianchi', born: '1985-03-15', tie: 'family', relation: '2' },
    { name: 'Sofia Maria', surname: 'D’Angiò', born: '2012', tie: 'family', relation: '3' },
    { name: 'Leonardo', surname: 'D’Angiò', born: '2015-09-30', tie: 'family', relation: '3' },
  ],
}
export const juergen: FromAnpr = {
  ...laura,
  name: 'Jürgen',
  surname: 'Großrubatscher',
  codiceFiscale: 'GRSJGN80A01F132X',
  sex: 'M',
  born: '1980-01-01',
  birthPlace: 'MERANO/MERAN (BZ)',
  residence: { comune: 'SLUDERNO/SCHLUDERNS (BZ)', address: 'VIA STAZIONE/BAHNHOFSTRASSE 12' },
  statoCivile: '1',
  family: [{ name: 'Jürgen', surname: 'Großrubatscher', born: '1980-01-01', tie: 'family', relation: '1' }],
}
export const dorde: FromAnpr = {
  ...laura,
  name: 'Đorđe',
  surname: 'Žerjav Čuček',
  codiceFiscale: 'ZRJDRD80A01L424X',
  sex: 'M',
  born: '1980-01-01',
  birthPlace: 'TRIESTE (TS)',
  residence: { comune: 'SAN DORLIGO DELLA VALLE-DOLINA (TS)', address: 'BOLJUNEC-BAGNOLI DELLA ROSANDRA 45' },
  family: [
    { name: 'Đorđe', surname: 'Žerjav Čuček', born: '1980-01-01', tie: 'family', relation: '1' },
    { name: 'Špela', surname: 'Košuta', born: '1983-12-24', tie: 'family', relation: '2' },
  ],
}
/** The line is down, so only the card's own data are known. */
export const cardOnly: RegisteredPerson = {
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
export const outcome: IssuedOutcome = {
  operation,
  types: ['8', '12'],
  protocol: '2198294275',
  idOperazioneAnpr: '77242849',
  issuedAt: at.toISOString(),
  pdf: Buffer.from('%PDF-1.7').toString('base64'),
}
/** The certificate's pages. */
export const pages = 2
export const collectBefore = '2026-12-22T09:01:00.000Z'
