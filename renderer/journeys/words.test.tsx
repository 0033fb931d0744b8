import { expect, it } from 'vitest'
import { language } from '../../contract/language.ts'
import type { View } from '../../contract/visit.ts'
import { galleryViews } from '../gallery-views.ts'
import { screenOf } from './drawn.tsx'

/** Nobody reads more than this at a machine; an older person needs half a minute for it. */
const BUDGET = 60

/**
 * Words that the screen says. The frame is the same everywhere and is not read again: the names of the steps, Back, the
 * end of the visit, the keys of a keyboard. Nor does what is said again in
 * other languages count, nor a person's own data and records and the office's hours, which are looked at and not read through.
 */
const wordsOf = (view: View): number =>
  screenOf(view)
    .replace(
      /<ol class="steps".*?<\/ol>|<div class="action-(back|leave)">.*?<\/div>|<(dl|ul|p) class="(facts own-data|sheets|sheet-facts)"[^>]*>.*?<\/\2>/g,
      ' ',
    )
    .replace(/<span class="point-data">.*?<\/span>/g, ' ')
    .replace(/<div class="start-others">.*?<\/div>/g, ' ')
    .replace(/<button class="touch key.*?<\/button>|<p class="unseen.*?<\/p>/g, ' ')
    .replace(/<svg.*?<\/svg>|<[^>]*>/g, ' ')
    // Their name as ANPR writes it, and the number of their mark.
    .replace(/\p{Lu}[\p{Lu}’]+(?: \p{Lu}[\p{Lu}’]+)+|\d{4} \d{4} \d{4} \d{2}/gu, ' ')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length

it.each(language.options)(`%s: no screen has more than ${BUDGET} words`, (lang) => {
  const long = Object.entries(galleryViews(lang)).flatMap(([name, view]) => {
    const words = wordsOf(view)
    return words > BUDGET ? [`${name}: ${words}`] : []
  })
  expect(long).toEqual([])
})
