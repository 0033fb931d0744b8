import type { Bollo } from '../../../contract/bollo.ts'
import type { Language, StaffLanguage } from '../../../contract/language.ts'
import type { Paper } from '../../../main/documents/model.ts'
import { receiptPaper, slipPaper } from '../../../main/journeys/certificate/receipt.ts'
import { declaration } from '../../../main/journeys/declaration/declaration.ts'
import { notorieta } from '../../../main/journeys/declaration/notorieta.ts'
import { visura } from '../../../main/journeys/visura/paper.ts'
import { readinessReport } from '../../../main/readiness/report.ts'
import { type Coded, codeOf } from './codes.ts'
import {
  at,
  cardOnly,
  collectBefore,
  dolina,
  dorde,
  juergen,
  laura,
  operation,
  outcome,
  pages,
  sluderno,
  spello,
} from './people.ts'

const slip = { operation, types: outcome.types, requestedAt: at.toISOString() }
const made = { at, operation }
const extract = { ...made, reference: '77242849' }

const mark: Bollo = { kind: 'contrassegno', number: '01234567890123', issued: '2026-03-05' }
/** `name`: of the code on it. */
const receiptIn = (language: Language, name: Coded, bollo?: Bollo) =>
  receiptPaper(bollo ? { ...outcome, bollo } : outcome, {
    pages,
    at: at.toISOString(),
    language,
    place: spello,
    verification: codeOf(name),
  })
const slipIn = (language: 'it' | 'en') =>
  slipPaper(slip, { until: collectBefore, language, place: spello, verification: codeOf(`ritiro-${language}`) })
const readinessIn = (language: StaffLanguage) =>
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
      {
        name: 'Custom KPM180H',
        detail: language === 'it' ? 'carta in esaurimento' : 'paper is running low',
        outcome: 'attention',
      },
    ],
    queue: { waiting: 3, oldest: new Date('2026-11-21T16:40:00.000Z') },
    lastSync: new Date('2026-11-22T08:59:12.000Z'),
    trustListSequence: 41,
  })

/** Every paper in every language that it is written in. */
export const papers: Record<string, Paper> = {
  'ricevuta-it': receiptIn('it', 'ricevuta-it'),
  'ricevuta-en': receiptIn('en', 'ricevuta-en'),
  'ricevuta-marca-it': receiptIn('it', 'ricevuta-marca-it', mark),
  'ricevuta-marca-en': receiptIn('en', 'ricevuta-marca-en', mark),
  'ritiro-it': slipIn('it'),
  'ritiro-en': slipIn('en'),
  'visura-it': visura({ ...extract, person: laura, languages: ['it'], place: spello, code: codeOf('visura-it') }),
  'visura-en': visura({
    ...extract,
    person: laura,
    languages: ['en', 'it'],
    place: spello,
    code: codeOf('visura-en'),
  }),
  'visura-it-de': visura({
    ...extract,
    person: juergen,
    languages: ['it', 'de'],
    place: sluderno,
    code: codeOf('visura-it-de'),
  }),
  'visura-it-sl': visura({
    ...extract,
    person: dorde,
    languages: ['it', 'sl'],
    place: dolina,
    code: codeOf('visura-it-sl'),
  }),
  'autocertificazione-it': declaration({
    ...made,
    code: codeOf('autocertificazione-it'),
    person: laura,
    declares: ['residenza', 'statoDiFamiglia'],
    languages: ['it'],
    place: spello,
  }),
  'autocertificazione-it-card': declaration({
    ...made,
    code: codeOf('autocertificazione-it-card'),
    person: cardOnly,
    declares: ['nascita'],
    languages: ['it'],
    place: spello,
  }),
  'autocertificazione-it-en': declaration({
    ...made,
    code: codeOf('autocertificazione-it-en'),
    person: laura,
    // What most people declare, and a family of four: it has one page.
    declares: ['residenza', 'statoDiFamiglia'],
    languages: ['it', 'en'],
    place: spello,
  }),
  'autocertificazione-it-de': declaration({
    ...made,
    code: codeOf('autocertificazione-it-de'),
    person: juergen,
    declares: ['residenza', 'esistenzaInVita'],
    languages: ['it', 'de'],
    place: sluderno,
  }),
  'autocertificazione-it-sl': declaration({
    ...made,
    code: codeOf('autocertificazione-it-sl'),
    person: dorde,
    declares: ['nascita', 'residenza'],
    languages: ['it', 'sl'],
    place: dolina,
  }),
  'notorieta-it': notorieta({ ...made, person: laura, languages: ['it'], place: spello, code: codeOf('notorieta-it') }),
  'notorieta-it-en': notorieta({
    ...made,
    person: laura,
    languages: ['it', 'en'],
    place: spello,
    code: codeOf('notorieta-it-en'),
  }),
  'notorieta-it-de': notorieta({
    ...made,
    person: juergen,
    languages: ['it', 'de'],
    place: sluderno,
    code: codeOf('notorieta-it-de'),
  }),
  'prontezza-it': readinessIn('it'),
  'prontezza-en': readinessIn('en'),
}
