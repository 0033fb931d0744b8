import type { StaffLanguage } from '../../contract/language.ts'
import { type TrialOutcome, verdictOf } from '../../contract/readiness.ts'
import type { Place } from '../documents/model.ts'
import { type Block, type Fact, type Paper, said } from '../documents/model.ts'
import { dateTime } from '../documents/texts.ts'

export interface Readiness {
  place: Place
  at: Date
  language: StaffLanguage
  /** Program, Electron, Node: name and version. */
  versions: readonly { name: string; version: string }[]
  /** Readers, printer, panel: each trial and its result. */
  checks: readonly { name: string; detail: string; outcome: TrialOutcome }[]
  queue: { waiting: number; oldest: Date | null }
  /** Null: the totem has never reached the gateway. */
  lastSync: Date | null
  trustListSequence: number
}

const readinessWords = {
  it: {
    title: 'RAPPORTO DI PRONTEZZA',
    subtitle: 'Per il tecnico. Non contiene dati personali.',
    verdicts: {
      ready: 'Il totem è pronto all’uso',
      attention: 'Il totem è pronto all’uso, con avvisi',
      'not-ready': 'Il totem NON è pronto all’uso',
    },
    checks: 'Prove',
    check: 'Prova',
    outcome: 'Esito',
    detail: 'Dettaglio',
    outcomes: { ok: 'riuscita', attention: 'avviso', failed: 'FALLITA', 'not-tried': 'non provata' },
    state: 'Stato',
    waiting: 'Richieste in coda',
    oldest: 'La più vecchia del',
    lastSync: 'Ultima sincronizzazione',
    never: 'mai',
    trust: 'Elenco di fiducia, numero',
    versions: 'Versioni',
    technician: 'Tecnico (nome e firma)',
    date: 'Data',
  },
  en: {
    title: 'READINESS REPORT',
    subtitle: 'For the technician. No personal data.',
    verdicts: {
      ready: 'The totem is ready for use',
      attention: 'The totem is ready for use, with warnings',
      'not-ready': 'The totem is NOT ready for use',
    },
    checks: 'Checks',
    check: 'Check',
    outcome: 'Outcome',
    detail: 'Detail',
    outcomes: { ok: 'passed', attention: 'warning', failed: 'FAILED', 'not-tried': 'not tried' },
    state: 'State',
    waiting: 'Requests in the queue',
    oldest: 'Oldest of',
    lastSync: 'Last synchronisation',
    never: 'never',
    trust: 'Trust list, number',
    versions: 'Versions',
    technician: 'Technician (name and signature)',
    date: 'Date',
  },
} as const satisfies Record<StaffLanguage, unknown>

/** The report that a technician signs and leaves in the totem's folder. */
export function readinessReport({
  place,
  at,
  language,
  versions,
  checks,
  queue,
  lastSync,
  trustListSequence,
}: Readiness): Paper {
  const words = readinessWords[language]
  const fact = (label: string, value: string): Fact => ({ label: said(label), value, source: null })
  const instant = (date: Date) => dateTime(date.toISOString(), language)
  const blocks: Block[] = [
    { kind: 'warning', text: said(words.verdicts[verdictOf(checks)]) },
    { kind: 'heading', text: said(words.checks) },
    {
      kind: 'table',
      table: {
        source: null,
        columns: [
          { head: said(words.check), share: 0.34 },
          { head: said(words.outcome), share: 0.16 },
          { head: said(words.detail), share: 0.5 },
        ],
        rows: checks.map(({ name, outcome, detail }) => [said(name), said(words.outcomes[outcome]), said(detail)]),
      },
    },
    { kind: 'heading', text: said(words.state) },
    {
      kind: 'facts',
      facts: [
        fact(words.waiting, String(queue.waiting)),
        ...(queue.oldest ? [fact(words.oldest, instant(queue.oldest))] : []),
        fact(words.lastSync, lastSync ? instant(lastSync) : words.never),
        fact(words.trust, String(trustListSequence)),
      ],
    },
    { kind: 'heading', text: said(words.versions) },
    { kind: 'facts', facts: versions.map(({ name, version }) => fact(name, version)) },
    {
      kind: 'signature',
      fields: [
        { label: said(words.date), share: 0.3 },
        { label: said(words.technician), share: 0.7 },
      ],
    },
  ]
  return {
    languages: [language],
    title: said(words.title),
    subtitle: said(words.subtitle),
    at,
    ...place,
    operation: null,
    blocks,
  }
}
