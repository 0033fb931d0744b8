import { exemptions } from '../contract/catalogue.ts'
import { outOfService } from '../contract/journeys/arrive.ts'
import type { Screen, ScreenOf } from '../contract/journeys/index.ts'
import type { Language } from '../contract/language.ts'
import { refusal } from '../contract/refusal.ts'
import type { View } from '../contract/visit.ts'

/** Invented people. */
const holder = { name: 'MARIA TERESA', surname: 'BIANCHI' }
const son = { name: 'ANDREA', surname: 'ROSSI' }
const member = (index: number, name: string, relation: string | null, yearOfBirth: number | null) => ({
  index,
  name,
  surname: index % 2 ? 'ROSSI' : 'BIANCHI',
  yearOfBirth,
  relation,
  self: index === 0,
})
const family = [
  member(0, 'MARIA TERESA', '2', 1951),
  member(1, 'GIUSEPPE', '1', 1948),
  member(2, 'ANNA LUCIA', '3', 1979),
  member(3, 'ANDREA', '3', 1984),
]
const ownFamily = [
  { name: 'GIUSEPPE', surname: 'ROSSI', born: '1948-02-03', yearOfBirth: 1948, relation: '1' },
  { ...holder, born: '1951-06-18', yearOfBirth: 1951, relation: '2' },
  { name: 'ANNA LUCIA', surname: 'ROSSI', born: '1979-11-27', yearOfBirth: 1979, relation: '3' },
]
const ownData: NonNullable<ScreenOf<'visura'>['person']> = {
  ...{ source: 'anpr', ...holder, codiceFiscale: 'BNC•••••••••••8X', sex: 'F', born: '1951-06-18' },
  ...{ birthPlace: 'SAN GIOVANNI IN PERSICETO (BO)', citizenships: ['ITALIA'], statoCivile: '2', family: ownFamily },
  residence: { comune: 'SPELLO (PG)', address: 'PIAZZA DELLA REPUBBLICA 4/A' },
}
const waiting = (types: ('8' | '12')[], last: string) => ({
  operation: `01KAN5ZQ6M2V4X8R7T9B3C5D${last}`,
  types,
  requestedAt: '2026-11-20T09:42:00.000Z',
})

const pin = (card: 'cns' | 'cie', shown: Partial<ScreenOf<'pin'>> = {}): Screen => ({
  screen: 'pin',
  card,
  pinPad: false,
  triesLeft: null,
  wrong: false,
  expiry: card === 'cie',
  ...shown,
})
const declaration = (
  party: ScreenOf<'declaration'>['for'],
  shown: Pick<ScreenOf<'declaration'>, 'types'> & Partial<ScreenOf<'declaration'>>,
): Screen => ({
  ...{ screen: 'declaration', for: party, declarant: holder, forAnother: false, attoNotorio: party !== 'privateParty' },
  ...shown,
})
const done = (outcome: ScreenOf<'done'>['outcome'], shown: Partial<ScreenOf<'done'>> = {}): Screen => ({
  screen: 'done',
  outcome,
  document: 'certificate',
  collectCode: null,
  cardPresent: true,
  ...shown,
})
const refused = (reason: ScreenOf<'refused'>['reason'], shown: Partial<ScreenOf<'refused'>> = {}): Screen => ({
  screen: 'refused',
  reason,
  anpr: null,
  card: null,
  date: null,
  cardPresent: true,
  ...shown,
})

const OF_CIE_ALONE: readonly ScreenOf<'refused'>['reason'][] = [
  'card-cloned',
  'card-altered',
  'secure-messaging-failed',
  'reader-not-capable',
  'cie-unavailable',
  'wrong-can',
]

/** What ends in `-cie` is drawn with the card on the contactless reader. */
const screens: Record<string, Screen> = {
  starting: { screen: 'starting' },
  ...Object.fromEntries(
    outOfService.options.map((reason) => [`out-of-service-${reason}`, { screen: 'out-of-service', reason }]),
  ),
  attract: { screen: 'attract', printing: true, online: true },
  'attract-offline': { screen: 'attract', printing: true, online: false },
  'attract-no-printing': { screen: 'attract', printing: false, online: true },
  language: { screen: 'language' },
  card: { screen: 'card' },
  'card-reading': { screen: 'card-reading' },
  'card-reading-cie': { screen: 'card-reading' },
  pin: pin('cns'),
  'pin-wrong': pin('cns', { wrong: true, triesLeft: 2 }),
  'pin-last': pin('cns', { triesLeft: 1 }),
  'pin-cie': pin('cie'),
  'pin-wrong-cie': pin('cie', { wrong: true, triesLeft: 2 }),
  'pin-without-expiry-cie': pin('cie', { expiry: false }),
  'pin-keypad': pin('cns', { pinPad: true }),
  'pin-keypad-wrong': pin('cns', { pinPad: true, wrong: true, triesLeft: 2 }),
  'last-try': { screen: 'last-try' },
  'pin-checking': { screen: 'pin-checking', card: 'cns', pinPad: false },
  'pin-checking-cie': { screen: 'pin-checking', card: 'cie', pinPad: false },
  'pin-checking-keypad': { screen: 'pin-checking', card: 'cns', pinPad: true },
  'can-cie': { screen: 'can', wrong: false },
  'can-wrong-cie': { screen: 'can', wrong: true },
  'can-checking-cie': { screen: 'can-checking' },
  'card-expiry-cie': { screen: 'card-expiry', holder, expires: '2031-06-18', expired: false },
  'card-expiry-expired-cie': { screen: 'card-expiry', holder, expires: '2025-03-12', expired: true },
  recognised: { screen: 'recognised', holder },
  collect: { screen: 'collect', holder, waiting: [waiting(['8'], 'A1')] },
  'collect-many': {
    screen: 'collect',
    holder,
    waiting: [waiting(['8'], 'A1'), waiting(['8', '12'], 'A2'), waiting(['12'], 'A3'), waiting(['8'], 'A4')],
  },
  menu: { screen: 'menu', holder, online: true, notices: [] },
  'menu-offline': { screen: 'menu', holder, online: false, notices: [] },
  'menu-notices': {
    screen: 'menu',
    holder,
    online: true,
    notices: [
      { operation: '01KANPR0000000000000000001', became: 'refused', requestedAt: '2026-11-10T09:12:00.000Z' },
      { operation: '01KANPR0000000000000000002', became: 'aside', requestedAt: '2026-10-12T16:40:00.000Z' },
    ],
  },
  'visura-asking': { screen: 'visura', person: null },
  visura: { screen: 'visura', person: ownData },
  'visura-large-family': {
    screen: 'visura',
    person: { ...ownData, family: [...ownFamily, ...ownFamily.map((one) => ({ ...one, yearOfBirth: 2001 }))] },
  },
  'visura-little': {
    screen: 'visura',
    person: { ...ownData, born: null, birthPlace: null, citizenships: null, statoCivile: null, family: null },
  },
  'visura-unavailable': { screen: 'visura-unavailable' },
  person: { screen: 'person', people: family, online: true },
  'person-large-family': {
    screen: 'person',
    people: [
      ...family,
      member(4, 'GIULIA', '4', 2009),
      member(5, 'CRISTOFORO MARIA ALESSANDRO', '19', null),
      member(6, 'LI', null, 2024),
    ],
    online: true,
  },
  'person-offline': { screen: 'person', people: family.slice(0, 1), online: false },
  certificate: { screen: 'certificate', subject: son, options: ['8', '12'] },
  purpose: {
    screen: 'purpose',
    options: ['publicBody', 'privateParty', 'processuale', 'pensioneEstera'],
    more: false,
  },
  'purpose-more': {
    screen: 'purpose',
    options: ['onlus', 'societaSportive', 'interdizione', 'adozione', 'separazione'],
    more: true,
  },
  'declaration-anybody': declaration('anybody', { types: [] }),
  'declaration-public-body': declaration('publicBody', { types: ['8'] }),
  'declaration-public-body-another': declaration('publicBody', { types: ['12'], forAnother: true }),
  'declaration-public-body-nothing': declaration('publicBody', { types: [], forAnother: true }),
  'declaration-private-party': declaration('privateParty', { types: ['8', '12'] }),
  'declaration-private-party-another': declaration('privateParty', { types: [], forAnother: true }),
  'preview-waiting': { screen: 'preview', pages: null, subject: son, types: ['8'] },
  preview: { screen: 'preview', pages: 1, subject: son, types: ['8'] },
  'preview-pages': { screen: 'preview', pages: 2, subject: son, types: ['8', '12'] },
  ...Object.fromEntries(
    (Object.keys(exemptions) as (keyof typeof exemptions)[]).map((exemption) => [
      `confirm-${exemption}`,
      { screen: 'confirm', subject: son, types: ['8', '12'], exemption, online: exemption !== 'pensioneEstera' },
    ]),
  ),
  issuing: { screen: 'issuing' },
  'printing-certificate': { screen: 'printing', document: 'certificate', page: 1, pages: 2, band: 14, bands: 30 },
  'printing-receipt': { screen: 'printing', document: 'receipt', page: 1, pages: 1, band: 2, bands: 3 },
  'printing-slip': { screen: 'printing', document: 'slip', page: 1, pages: 1, band: 0, bands: 0 },
  'print-fault-paper-out': {
    screen: 'print-fault',
    document: 'certificate',
    status: 'paperOut',
    page: 1,
    resumable: false,
  },
  'printing-declaration': { screen: 'printing', document: 'declaration', page: 1, pages: 1, band: 20, bands: 30 },
  'print-fault-declaration': {
    screen: 'print-fault',
    document: 'declaration',
    status: 'paperOut',
    page: 1,
    resumable: true,
  },
  ...Object.fromEntries(
    (['atto-notorio', 'visura'] as const).flatMap((document) => [
      [`printing-${document}`, { screen: 'printing', document, page: 1, pages: 1, band: 20, bands: 30 }],
      [`print-fault-${document}`, { screen: 'print-fault', document, status: 'paperOut', page: 1, resumable: false }],
    ]),
  ),
  'print-fault-jam': { screen: 'print-fault', document: 'receipt', status: 'jam', page: 1, resumable: false },
  'print-fault-cover': { screen: 'print-fault', document: 'slip', status: 'coverOpen', page: 1, resumable: false },
  'print-fault-hot': {
    screen: 'print-fault',
    document: 'certificate',
    status: 'overheated',
    page: 2,
    resumable: false,
  },
  'print-fault-offline': {
    screen: 'print-fault',
    document: 'certificate',
    status: 'offline',
    page: 1,
    resumable: false,
  },
  'print-fault-absent': { screen: 'print-fault', document: 'certificate', status: 'absent', page: 1, resumable: false },
  'print-fault-ready': { screen: 'print-fault', document: 'certificate', status: 'ready', page: 2, resumable: true },
  'print-fault-low': { screen: 'print-fault', document: 'certificate', status: 'paperLow', page: 2, resumable: true },
  'done-printed': done('printed'),
  'done-printed-no-card': done('printed', { cardPresent: false }),
  'done-declaration': done('printed', { document: 'declaration' }),
  'done-declaration-no-card': done('printed', { document: 'declaration', cardPresent: false }),
  'done-atto-notorio': done('printed', { document: 'atto-notorio' }),
  'done-visura': done('printed', { document: 'visura' }),
  'done-queued': done('queued', { collectCode: 'K7QM4XTR' }),
  'done-kept': done('kept', { collectCode: 'K7QM4XTR', cardPresent: false }),
  'done-nothing': done('nothing'),
  ...Object.fromEntries(
    refusal.options.map((reason) => [
      `refused-${reason}`,
      refused(reason, {
        anpr: reason === 'certificate-not-issuable' || reason === 'visura-refused' ? 'EN160' : null,
        card: OF_CIE_ALONE.includes(reason) ? 'cie' : null,
        cardPresent: reason !== 'card-removed',
      }),
    ]),
  ),
  'refused-expired-cie': refused('certificate-expired', { card: 'cie', date: '2025-03-12' }),
  'refused-expired-cns': refused('certificate-expired', { card: 'cns', date: '2025-03-12' }),
  'refused-not-yet-valid-cns': refused('certificate-not-yet-valid', { card: 'cns', date: '2027-01-01' }),
  'refused-pin-blocked-cie': refused('pin-blocked', { card: 'cie' }),
  'refused-pin-blocked-cns': refused('pin-blocked', { card: 'cns' }),
  'refused-revoked-cie': refused('certificate-revoked', { card: 'cie' }),
  'refused-card-cloned-cie': refused('card-cloned', { card: 'cie' }),
  'refused-card-removed-cie': refused('card-removed', { card: 'cie', cardPresent: false }),
  goodbye: { screen: 'goodbye', cardPresent: false },
  'goodbye-card': { screen: 'goodbye', cardPresent: true },
  'goodbye-card-cie': { screen: 'goodbye', cardPresent: true },
}

const STEP: Partial<Record<Screen['screen'], View['step']>> = {
  card: 'card',
  'card-reading': 'card',
  pin: 'card',
  'last-try': 'card',
  'pin-checking': 'card',
  recognised: 'person',
  person: 'person',
  certificate: 'certificate',
  purpose: 'purpose',
  declaration: 'purpose',
  preview: 'confirm',
  confirm: 'confirm',
  issuing: 'paper',
  printing: 'paper',
  'print-fault': 'paper',
}
const BACK: readonly Screen['screen'][] = [
  'can',
  'card-expiry',
  'visura',
  'visura-unavailable',
  'person',
  'certificate',
  'purpose',
  'declaration',
  'preview',
  'confirm',
]
const CANNOT_LEAVE: readonly Screen['screen'][] = [
  'starting',
  'out-of-service',
  'attract',
  'card-reading',
  'pin-checking',
  'can-checking',
  'issuing',
  'printing',
  'goodbye',
]

/** One or more views of every screen, by name; `idle` is a screen with the warning over it. */
export function galleryViews(language: Language): Record<string, View> {
  const shown = (screen: Screen, over: Partial<View> = {}): View => ({
    revision: 1,
    language,
    screen,
    step: 'for' in screen && screen.for === 'anybody' ? null : (STEP[screen.screen] ?? null),
    canGoBack: BACK.includes(screen.screen),
    canLeave: !CANNOT_LEAVE.includes(screen.screen),
    idle: null,
    cardLost: false,
    contactless: false,
    totem: { id: 'TT-0001', office: 'Ufficio postale di Spello', comune: 'Spello', mmPerPixel: 0.31 },
    ...over,
  })
  return {
    ...Object.fromEntries(
      Object.entries(screens).map(([name, screen]) => [
        name,
        shown(screen, { contactless: name.endsWith('-cie') || ('card' in screen && screen.card === 'cie') }),
      ]),
    ),
    idle: shown({ screen: 'person', people: family, online: true }, { idle: { secondsLeft: 27 } }),
    'card-lost-cie': shown({ screen: 'person', people: family, online: true }, { cardLost: true, contactless: true }),
    'card-lost-checking-cie': shown(
      { screen: 'pin-checking', card: 'cie', pinPad: false },
      { cardLost: true, contactless: true },
    ),
  }
}
