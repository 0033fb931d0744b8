import type { Block, Paper, Words } from './model.ts'
import { registerWords, say } from './words.ts'

/** The end of a form: the verification code, if there is one, with its meaning, and the notes of law. */
export function closing(
  code: string | null,
  languages: Paper['languages'],
  notes: readonly Words[],
  { fromAnpr }: { fromAnpr: boolean },
): Block[] {
  if (code === null) return notes.map((text) => ({ kind: 'paragraph', style: 'note', text }))
  const vouches = say(languages, (language) => registerWords[language][fromAnpr ? 'code' : 'codeOfCard'])
  const alt = registerWords[languages[0]][fromAnpr ? 'codeAlt' : 'codeOfCardAlt']
  return [{ kind: 'qr', text: code, beside: [vouches, ...notes], alt }]
}
