import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ADDRESS_FAULTS, distance, emailAddress, suggestedDomain, textOf } from './email-address.ts'

describe('an address as it is typed', () => {
  test.each([
    ['mario.rossi@gmail.com', 'mario.rossi@gmail.com'],
    ['  Mario.Rossi@GMAIL.com ', 'Mario.Rossi@gmail.com'],
    ["o'neil+totem@poste.it", "o'neil+totem@poste.it"],
    ['a@b.co', 'a@b.co'],
    ['nome@caffè.it', 'nome@caffè.it'],
    ['nome@CAFFE\u0300.it', 'nome@caffè.it'],
    ['nome@xn--caff-8oa.it', 'nome@xn--caff-8oa.it'],
    ['nome@例え.テスト', 'nome@例え.テスト'],
    [`${'a'.repeat(64)}@gmail.com`, `${'a'.repeat(64)}@gmail.com`],
    [`a@${'b'.repeat(63)}.it`, `a@${'b'.repeat(63)}.it`],
    ['nome@1.2.3.it', 'nome@1.2.3.it'],
  ])('%s', (typed, text) => {
    const read = emailAddress(typed)
    expect(read.ok && textOf(read.value)).toBe(text)
  })

  test.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['mario.rossi', 'no-at'],
    ['mario rossi@gmail.com', 'space'],
    ['a@x.it\r\nBcc: x@evil.it', 'space'],
    ['a@x.it\u0000', 'space'],
    ['a\u200b@x.it', 'space'],
    ['a@x.it, b@evil.it', 'space'],
    ['a@x.it,b@evil.it', 'several-at'],
    ['a@@x.it', 'several-at'],
    ['@x.it', 'no-name'],
    ['"mario rossi"@x.it', 'space'],
    ['"mario"@x.it', 'name-quoted'],
    ['marìo@x.it', 'name-letters'],
    ['Mario<a@x.it', 'name-letters'],
    ['.mario@x.it', 'name-dots'],
    ['mario.@x.it', 'name-dots'],
    ['mario..rossi@x.it', 'name-dots'],
    [`${'a'.repeat(65)}@gmail.com`, 'too-long'],
    ['mario@', 'no-domain'],
    ['mario@gmail', 'no-ending'],
    ['mario@gmail.c', 'no-ending'],
    ['mario@127.0.0.1', 'no-ending'],
    ['mario@[127.0.0.1]', 'domain-letters'],
    ['mario@gmail..com', 'domain-dots'],
    ['mario@.gmail.com', 'domain-dots'],
    ['mario@gmail.com.', 'domain-dots'],
    ['mario@-gmail.com', 'domain-letters'],
    ['mario@gm_ail.com', 'domain-letters'],
    ['mario@gmail.com>', 'domain-letters'],
    [`a@${'b'.repeat(64)}.it`, 'too-long'],
    [`a@${'è'.repeat(60)}.it`, 'too-long'],
    [`a@${'b.'.repeat(126)}it`, 'too-long'],
    [`a@${`${'è'.repeat(20)}.`.repeat(10)}it`, 'too-long'],
  ])('%j: %s', (typed, kind) => {
    expect(emailAddress(typed)).toEqual({ ok: false, error: { kind } })
  })

  test('whatever is typed, an address that is taken is one receiver in one line, and is taken again as it is', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '@',
        '.',
        '..',
        ',',
        '<',
        '>',
        '"',
        ' ',
        '\r\n',
        '\0',
        'gmail.com',
        'it',
        'mario',
        '-',
        ';',
        'è',
        'ⓐ',
        '。',
        '%',
        '/',
        '#',
        '?',
        ':',
        '\\',
      ),
      fc.string({ maxLength: 4, unit: 'binary' }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const read = emailAddress(pieces.join(''))
        if (!read.ok) return ADDRESS_FAULTS.includes(read.error.kind)
        const text = textOf(read.value)
        const again = emailAddress(text)
        return (
          /^[^\s@,;:<>"()[\]\\\p{C}]+@[^\s@,;:<>"()[\]\\\p{C}]+$/u.test(text) &&
          again.ok &&
          textOf(again.value) === text
        )
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('another domain that may have been meant', () => {
  test.each([
    ['gmial.com', 'gmail.com'],
    ['gmai.com', 'gmail.com'],
    ['gmail.con', 'gmail.com'],
    ['gmail.coom', 'gmail.com'],
    ['gmail.it', 'gmail.com'],
    ['libero.ut', 'libero.it'],
    ['libero.itt', 'libero.it'],
    ['libero.com', 'libero.it'],
    ['lbiero.it', 'libero.it'],
    ['hotmial.it', 'hotmail.it'],
    ['hotmail.co', 'hotmail.com'],
    ['vigilio.it', 'virgilio.it'],
    ['tiscai.it', 'tiscali.it'],
    ['fastwebnett.it', 'fastwebnet.it'],
    ['postecret.it', 'postecert.it'],
    ['comune.spello.pg.ut', 'comune.spello.pg.it'],
    ['azienda.con', 'azienda.com'],
  ])('%s: %s', (domain, meant) => {
    expect(suggestedDomain({ local: 'a', domain })).toBe(meant)
  })
  test.each([
    'gmail.com',
    'outlook.com',
    'yahoo.com',
    'tim.it',
    'live.com',
    'comune.spello.pg.it',
    'unipg.it',
    'azienda.eu',
    'pec.azienda.it',
  ])('%s is left alone', (domain) => {
    expect(suggestedDomain({ local: 'a', domain })).toBeNull()
  })
  test('a suggestion is an address, never the same, and suggests nothing further', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,12}\.[a-z]{2,4}$/), (domain) => {
        const meant = suggestedDomain({ local: 'a', domain })
        if (meant === null) return true
        return (
          meant !== domain && emailAddress(`a@${meant}`).ok && suggestedDomain({ local: 'a', domain: meant }) === null
        )
      }),
    )
  })
  test.each([
    ['gmail.com', 'gmial.com', 1],
    ['gmail.com', 'gmail.com', 0],
    ['', 'abc', 3],
    ['tin.it', 'tnii.t', 2],
  ])('%s and %s are %i slips apart', (one, other, far) => {
    expect(distance(one, other)).toBe(far)
  })
})
