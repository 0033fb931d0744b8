import type { Language } from '../../contract/language.ts'

/**
 * Languages in which the totem writes: those of the screen, German and Slovene. Legal forms are Italian, alone or with one
 * of the others: in the province of Bolzano with German (DPR 574/1988), in 32 comuni with Slovene (L. 38/2001).
 */
export type PaperLanguage = Language | 'de' | 'sl'
export type PaperLanguages = readonly [PaperLanguage] | readonly [PaperLanguage, PaperLanguage]

/** A piece of a sentence; `gap`: millimetres left free to be written on by hand. */
export type Run = string | { strong: string } | { gap: number }

/** One thing, said in each of the document's languages, in their order. */
export type Words = readonly (readonly Run[])[]

/**
 * Who told the totem: ANPR, or the person's card. It is printed beside the fact, so that nobody takes what the person
 * writes for what the register says.
 */
export type Source = 'anpr' | 'card'

/** `value` null: the person writes it. `source` null: the totem's own word. */
export interface Fact {
  label: Words
  value: string | null
  source: Source | null
}

interface TableColumn {
  head: Words
  /** Part of the width; all together make 1. */
  share: number
}

export interface Table {
  columns: readonly TableColumn[]
  /** The first cell of a row is its heading. */
  rows: readonly (readonly Words[])[]
  source: Source | null
}

/** A box to tick. `source` null: what follows is written by hand. */
export interface Choice {
  ticked: boolean
  text: Words
  source: Source | null
  table?: Table
  /** Whole lines to write on below the text. */
  lines?: number
}

export type Block =
  | { kind: 'heading'; text: Words }
  /** `strong`: what must not be overlooked; `note`: conditions and privacy, in columns where there are two languages. */
  | { kind: 'paragraph'; text: Words; style: 'body' | 'strong' | 'note' }
  /** In a frame, e.g. that this is no certificate. */
  | { kind: 'warning'; text: Words }
  | { kind: 'facts'; facts: readonly Fact[] }
  | { kind: 'table'; table: Table }
  | { kind: 'choices'; choices: readonly Choice[] }
  /** Whole lines to write on. */
  | { kind: 'lines'; count: number }
  /** What is copied by hand or read out, e.g. a collect code. */
  | { kind: 'code'; label: Words; code: string }
  /** Places to write in, side by side; `share` is a part of the width. */
  | { kind: 'signature'; fields: readonly { label: Words; share: number }[] }
  /** A code with paragraphs beside it; `alt` says what the picture is to who does not see it. */
  | { kind: 'qr'; text: string; beside: readonly Words[]; alt: string }

/** A paper of the totem, independent of how it is printed. */
export interface Paper {
  languages: PaperLanguages
  title: Words
  subtitle: Words | null
  /** When it was made: on the sheet, and the PDF's own date. */
  at: Date
  totem: string
  office: string
  /** What ties the sheets together, at the foot of each; null where there is no operation. */
  operation: string | null
  /** Another copy of it may exist; said at the foot of each sheet. */
  reprint?: boolean
  blocks: readonly Block[]
}

/** The same in each language where there is only one way to say it. */
export const said = (text: string): Words => [[text]]

/** Puts runs into a sentence with `{names}`; a name that is not there is a mistake in the words. */
export function fill(template: string, runs: Readonly<Record<string, Run>> = {}): Run[] {
  return template
    .split(/(\{\w+\})/)
    .filter((part) => part !== '')
    .map((part) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1]
      if (name === undefined) return part
      const run = runs[name]
      if (run === undefined) throw new Error(`no words for {${name}}`)
      return run
    })
}

/** Where a paper is printed. */
export interface Place {
  totem: string
  office: string
}
