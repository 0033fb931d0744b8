const ACCENTED: Record<string, string> = {
  a: 'á',
  e: 'é',
  i: 'í',
  o: 'ó',
  u: 'ú',
  A: 'Á',
  E: 'É',
  I: 'Í',
  O: 'Ó',
  U: 'Ú',
}

/**
 * A message as no language has it: with accents, in brackets, and longer by 40 %. Words that stand on a screen without
 * them did not come from a locale; what does not fit would not fit in the next language. ICU's arguments and tags stay.
 */
export function pseudo(message: string): string {
  let depth = 0
  let letters = 0
  let inTag = false
  let changed = ''
  for (const sign of message) {
    if (sign === '{') depth += 1
    if (sign === '<') inTag = true
    // Words stand outside of braces, and in the branches of an argument, which are two deep.
    const isWord = depth % 2 === 0 && !inTag
    if (isWord && /\p{L}/u.test(sign)) letters += 1
    changed += isWord ? (ACCENTED[sign] ?? sign) : sign
    if (sign === '}') depth -= 1
    if (sign === '>') inTag = false
  }
  // Of five letters and a space, as words are.
  const more = 'óóóóó '.repeat(Math.ceil(letters / 5)).slice(0, Math.round(letters * 0.4))
  return `[${changed}${more.trim() === '' ? '' : ` ${more.trim()}`}]`
}
