import type { Language } from '../../contract/language.ts'

/** Languages of one paper, in their order. */
export type PaperLanguages = readonly [Language] | readonly [Language, Language]

/** A piece of a sentence; `gap`: millimetres left free for handwriting. */
export type Run = string | { strong: string } | { gap: number }

/** The same text in each of the document's languages, in their order. */
export type Words = readonly (readonly Run[])[]

/**
 * The source of a fact: ANPR, or the person's card. It is printed beside the fact, so that nobody takes the person's
 * words for the register's.
 */
export type Source = 'anpr' | 'card'

/** `value` null: the person writes it. `source` null: the totem itself states it. */
export interface Fact {
  label: Words
  value: string | null
  source: Source | null
}

interface TableColumn {
  head: Words
  /** Part of the width; the parts add up to 1. */
  share: number
}

export interface Table {
  columns: readonly TableColumn[]
  /** The first cell of each row is its heading. */
  rows: readonly (readonly Words[])[]
  source: Source | null
}

/** A box to tick. `source` null: the person writes the text after it. */
export interface Choice {
  ticked: boolean
  text: Words
  source: Source | null
  table?: Table
  /** Number of whole lines below the text for handwriting. */
  lines?: number
}

export type Block =
  | { kind: 'heading'; text: Words }
  /**
   * `strong`: text that nobody may overlook; `note`: conditions and privacy, in columns for two languages. `language`: of a
   * text in one language alone that is not the paper's first.
   */
  | { kind: 'paragraph'; text: Words; style: 'body' | 'strong' | 'note'; language?: Language }
  /** Text in a frame, e.g. that this is no certificate. */
  | { kind: 'warning'; text: Words }
  | { kind: 'facts'; facts: readonly Fact[] }
  | { kind: 'table'; table: Table }
  | { kind: 'choices'; choices: readonly Choice[] }
  /** Whole lines for handwriting. */
  | { kind: 'lines'; count: number }
  /** Places for handwriting, side by side; `share` is a part of the width. */
  | { kind: 'signature'; fields: readonly { label: Words; share: number }[] }
  /** A framed part that somebody else completes by hand; a field without `line` is left white, e.g. for a stamp. */
  | { kind: 'box'; title: Words; rows: readonly (readonly { label: Words; share: number; line: boolean }[])[] }
  /**
   * A code with paragraphs beside it; `alt` describes the picture to people who do not see it. `version`: of a code whose
   * size is laid down, at level M; absent: the smallest that holds the text.
   */
  | { kind: 'qr'; text: string; version?: number; beside: readonly Words[]; alt: string }

/** A paper of the totem, independent of the printer. */
export interface Paper extends Place {
  languages: PaperLanguages
  title: Words
  subtitle: Words | null
  /** Time of its making, on the sheet and as the PDF's own date. */
  at: Date
  /** Id at the foot of each sheet that ties them together; null without an operation. */
  operation: string | null
  /** True when another copy may exist; the foot of each sheet says so. */
  reprint?: boolean
  blocks: readonly Block[]
}

/** The same text in each language, for text that has only one form. */
export const said = (text: string): Words => [[text]]

/** Puts runs into a sentence with `{names}`; an unknown name is a mistake in the words. */
export function fill(template: string, runs: Readonly<Record<string, Run | Run[]>> = {}): Run[] {
  return template
    .split(/(\{\w+\})/)
    .filter((part) => part !== '')
    .flatMap((part) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1]
      if (name === undefined) return part
      const run = runs[name]
      if (run === undefined) throw new Error(`no words for {${name}}`)
      return run
    })
}

/** The office in which a paper is printed. What is absent is left out of the sheet. */
export interface Place {
  totem: string
  office: string
  /** Address of the page that verifies codes, without `https://`. */
  verifyAt?: string
  /** The number that a person may call. */
  phone?: string
}
