import type { Language } from '../../contract/language.ts'
import type { Block, Fact, Paper, Run, Table, Words } from './model.ts'

// What a voice reads of a paper that the totem has written: from the paper itself and not from its page, where two
// languages stand side by side.

export interface PaperSentence {
  lang: Language
  text: string
}

/** What a pen still has to do, and which boxes are ticked. */
const SAID: Record<Language, { byHand: string; ticked: string; open: string }> = {
  it: { byHand: 'da scrivere a penna', ticked: 'Casella barrata', open: 'Casella non barrata' },
  en: { byHand: 'to be written by hand', ticked: 'Box ticked', open: 'Box not ticked' },
  de: { byHand: 'von Hand auszufüllen', ticked: 'Angekreuzt', open: 'Nicht angekreuzt' },
  fr: { byHand: 'à écrire à la main', ticked: 'Case cochée', open: 'Case non cochée' },
  sl: { byHand: 'izpolni se ročno', ticked: 'Označeno', open: 'Neoznačeno' },
}

/**
 * The whole paper in one of its languages, then the whole in the other, each for that language's voice. `first`: the
 * language that the person has chosen; a paper without it begins in its own first.
 */
export function spokenPaper(paper: Paper, first: Language): PaperSentence[] {
  const order = [...paper.languages.keys()].sort(
    (a, b) => Number(paper.languages[b] === first) - Number(paper.languages[a] === first),
  )
  return order.flatMap((at) => {
    const lang = paper.languages[at] ?? 'it'
    const say = (words: Words) => runsIn(words[at] ?? words[0] ?? [], lang)
    return [paper.title, ...(paper.subtitle ? [paper.subtitle] : [])]
      .map(say)
      .concat(paper.blocks.flatMap((block) => sentencesOf(block, lang, say)))
      .filter((text) => text.trim() !== '')
      .map((text) => ({ lang, text }))
  })
}

const runsIn = (runs: readonly Run[], lang: Language): string =>
  runs
    .map((run) => (typeof run === 'string' ? run : 'strong' in run ? run.strong : `, ${SAID[lang].byHand}, `))
    .join('')
    .replaceAll(/\s+/g, ' ')
    .trim()

type Say = (words: Words) => string

function sentencesOf(block: Block, lang: Language, say: Say): string[] {
  const { byHand, ticked, open } = SAID[lang]
  const blank = (label: Words) => `${say(label)}: ${byHand}`
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
    case 'warning':
      return [say(block.text)]
    case 'facts':
      return block.facts.map(({ label, value }: Fact) => (value === null ? blank(label) : `${say(label)}: ${value}`))
    case 'table':
      return rowsOf(block.table, say)
    case 'choices':
      return block.choices.flatMap((choice) => [
        `${choice.ticked ? ticked : open}: ${say(choice.text)}`,
        ...(choice.table ? rowsOf(choice.table, say) : []),
      ])
    case 'lines':
      return [byHand]
    case 'signature':
      return block.fields.map(({ label }) => blank(label))
    case 'box':
      return [say(block.title), ...block.rows.flat().map(({ label }) => blank(label))]
    case 'qr':
      return block.beside.map(say)
  }
}

const rowsOf = ({ columns, rows }: Table, say: Say): string[] =>
  rows.map((row) =>
    row
      .map((cell, at) => [columns[at] ? say(columns[at].head) : '', say(cell)].filter((part) => part !== '').join(': '))
      .join(', '),
  )
