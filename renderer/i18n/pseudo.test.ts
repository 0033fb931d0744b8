import { expect, it } from 'vitest'
import { pseudo } from './pseudo.ts'

it.each([
  ['Esci', '[Éscí óó]'],
  ['Avanti ({page} di {pages})', '[Ávántí ({page} dí {pages}) óóó]'],
  ['{n, plural, one {# foglio} other {# fogli}}', '[{n, plural, one {# fóglíó} other {# fóglí}} óóóó]'],
  ['Il <it>certificato</it>.', '[Íl <it>cértífícátó</it>. óóóóó]'],
  ['16,00 €', '[16,00 €]'],
])('%s', (message, expected) => expect(pseudo(message)).toBe(expected))
