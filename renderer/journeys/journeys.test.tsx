import { describe, expect, it } from 'vitest'
import { outOfService } from '../../contract/journeys/arrive.ts'
import { screen } from '../../contract/journeys/index.ts'
import { language } from '../../contract/language.ts'
import { refusal } from '../../contract/refusal.ts'
import { view } from '../../contract/visit.ts'
import { galleryViews } from '../gallery-views.ts'
import { readAllMessages } from '../i18n/messages.ts'
import { pageOf } from './drawn.tsx'

const messages = await readAllMessages()

const languages = language.options
const cases = languages.flatMap((language) =>
  Object.entries(galleryViews(language)).map(([name, shown]) => [language, name, shown] as const),
)
describe('the gallery shows what main can send', () => {
  it('has a valid view of every screen, refusal and cause of being out of service', () => {
    const views = Object.values(galleryViews('it'))
    for (const shown of views) expect(view.safeParse(shown).error).toBeUndefined()
    const shown = new Set(
      views.map(({ screen: drawn }) => ('reason' in drawn ? `${drawn.screen} ${drawn.reason}` : drawn.screen)),
    )
    const all = screen.options.flatMap(({ shape: { screen: name } }) => {
      if (name.value === 'refused') return refusal.options.map((reason) => `refused ${reason}`)
      if (name.value === 'out-of-service') return outOfService.options.map((reason) => `out-of-service ${reason}`)
      return name.value
    })
    expect([...shown].sort()).toEqual([...all].sort())
  })
})

describe('every screen in every language', () => {
  it.each(cases)('%s %s is drawn with one title and no missing word', (_language, _name, shown) => {
    const html = pageOf(shown)
    expect(html.match(/<h1/g)).toHaveLength(1)
    expect(html.replace(/<[^>]*>/g, ' ').match(/\b(undefined|null|NaN)\b|[{}]/)).toBeNull()
  })

  it.each(cases)('%s %s asks one question with at most five answers', (_language, _name, shown) => {
    expect((pageOf(shown).match(/class="touch answer/g) ?? []).length).toBeLessThanOrEqual(5)
  })

  it.each(cases)('%s %s has nothing that the CSP forbids', (_language, _name, shown) => {
    expect(pageOf(shown).match(/ style=|<style|<script|javascript:/)).toBeNull()
  })
})

describe('a refusal, a fault of the printer, a totem that is out of service', () => {
  it.each(cases)('%s %s: what to do now is the title, short enough for three lines', (_language, _name, shown) => {
    if (!['refused', 'print-fault', 'out-of-service'].includes(shown.screen.screen)) return
    const title = /<h1[^>]*>([^<]*)</.exec(pageOf(shown))?.[1] ?? ''
    expect(title.length).toBeGreaterThan(0)
    expect(title.length).toBeLessThanOrEqual(100)
    expect(title).not.toMatch(/[.]$/)
  })
})

describe('words by the kind of card', () => {
  const shown = (contactless: boolean) =>
    languages.flatMap((language) =>
      Object.entries(galleryViews(language)).map(([name, one]) => [language, name, { ...one, contactless }] as const),
    )
  // A card-independent screen names both readers: both kinds of card, or the reader's own keypad, which takes a CNS.
  const ofBoth = ({ screen: { screen: name } }: (typeof cases)[number][2]) =>
    name === 'card' || name === 'attract' || name === 'pin-checking' || name === 'pin'

  it.each(shown(true))('%s %s says of a CIE that it lies on the reader', (_language, _name, one) => {
    if (ofBoth(one)) return
    expect(pageOf(one)).not.toMatch(/nel lettore|dal lettore|inserit|entra nel|(in|into|out of) the reader/i)
  })
  it.each(shown(false))('%s %s says of a health card that it is in the reader', (_language, name, one) => {
    if (ofBoth(one) || name.startsWith('card-lost') || name.startsWith('can-')) return
    expect(pageOf(one)).not.toMatch(/sul lettore|riquadro con le onde|on the reader|panel with the waves/i)
  })
  it.each(languages)('%s: every sentence about a card in or on the reader takes its kind', (language) => {
    // These are said where the card is known to be of one kind, or of either.
    const fixed = /^(card|cardLost|cardReading|pin|pinChecking|canChecking|help\.card|refused\.card-mute)\b/
    for (const [key, message] of Object.entries(messages[language])) {
      if (fixed.test(key)) continue
      expect(message.replaceAll(/(cie|other) \{[^}]*\}/g, ''), key).not.toMatch(
        /[ns]ul? lettore|(in|on|into) the reader/i,
      )
    }
  })
})

describe('law on the screen', () => {
  const words = (name: string) => pageOf(galleryViews('it')[name] ?? never())
  const never = (): never => {
    throw new Error('no such view')
  }
  it('a public body is answered with the free declaration and its articles, never with a price', () => {
    const html = words('declaration-public-body')
    expect(html).toMatch(/articoli 40\s+e 46\s+del DPR 445\/2000/)
    expect(html).not.toContain('16,00')
  })
  it('a private party is told of the free declaration before the bollo', () => {
    const html = words('private-party')
    expect(html.indexOf('Basta la dichiarazione, gratuita')).toBeLessThan(html.indexOf('Ho una marca da bollo'))
  })
  it('stopping stands before spending the last try', () => {
    const html = words('last-try')
    expect(html.indexOf('Mi fermo qui')).toBeLessThan(html.indexOf('ultimo tentativo</span>'))
  })
  it('a fault draws the sheet that came out: whole, torn, or none', () => {
    for (const [name, shown] of Object.entries(galleryViews('it'))) {
      if (shown.screen.screen !== 'print-fault') continue
      const { sheet, resumable, ways } = shown.screen
      const html = pageOf(shown)
      // Five answers leave no room for a drawing on one page.
      if (resumable && ways.length === 3) {
        expect(html.includes('class="f-paper"'), name).toBe(false)
        continue
      }
      expect(html.includes('class="f-paper"'), name).toBe(sheet !== 'none')
      expect(html.includes('class="paper-still"'), name).toBe(sheet === 'perhaps')
      expect(html.includes('non esce alcun foglio'), name).toBe(sheet === 'none')
      expect(/incompleto|uscito a metà/.test(html), name).toBe(sheet !== 'none')
    }
  })
  it('a printer that is ready again says so, whatever was wrong before', () => {
    for (const [name, shown] of Object.entries(galleryViews('it'))) {
      if (shown.screen.screen !== 'print-fault') continue
      expect(pageOf(shown).includes('La stampante è di nuovo pronta'), name).toBe(shown.screen.resumable)
    }
  })
  // Where a certificate has arrived after its slip, a sheet in a drawing would be taken for the certificate.
  it('every sheet that lies in the slot is announced there, in words and in a drawing, but a slip whose certificate has arrived', () => {
    for (const [name, shown] of Object.entries(galleryViews('it'))) {
      if (shown.screen.screen !== 'done') continue
      const { outcome, slip, arrived } = shown.screen
      const html = pageOf(shown)
      expect(/Disegno: [^"]* si prend(e|ono) dalla fessura/.test(html), name).toBe(
        !arrived && (outcome === 'printed' || slip),
      )
      if (outcome === 'printed') expect(html, name).toMatch(/<p class="lead">Prenda (i fogli|il foglio) dalla fessura/)
    }
  })
  it('a slip is announced where it is printed and where it is to be taken', () => {
    expect(words('printing-slip')).toContain('Esce dalla fessura della stampante')
    expect(words('done-queued')).toContain('Prenda il promemoria dalla fessura')
    expect(words('done-queued')).toContain('il promemoria si prende dalla fessura')
    expect(words('done-queued-no-slip')).not.toContain('promemoria')
  })
})

describe('data that a person hides', () => {
  const views = galleryViews('it')
  it.each([
    ['visura', ['BIANCHI', 'BNC', '1951', 'SPELLO (PG)', 'coniugata']],
    ['family', ['GIUSEPPE', 'ROSSI', '1948', 'Marito']],
    ['member', ['ANDREA', 'ROSSI', '1984', 'FOLIGNO']],
    ['member-marriage', ['ELENA', 'FERRARI', '2010', 'SPELLO (PG)']],
  ])('%s: the page does not hold them, and holds them again', (name, data) => {
    const shown = views[name]
    if (!shown) throw new Error('no such view')
    const hidden = pageOf({ ...shown, preferences: { ...shown.preferences, hidden: true } })
    for (const word of data) {
      expect(pageOf(shown)).toContain(word)
      expect(hidden).not.toContain(word)
    }
    expect(hidden).toContain('Mostrare i dati')
  })

  it.each(['recognised', 'menu'])('%s: a passer-by reads no surname', (name) => {
    const shown = views[name]
    expect(shown && pageOf(shown)).toContain('MARIA TERESA')
    expect(shown && pageOf(shown)).not.toContain('BIANCHI')
  })
})

describe('simple screens', () => {
  const simple = (name: string) => {
    const shown = galleryViews('it')[name]
    return shown ? pageOf({ ...shown, preferences: { ...shown.preferences, simple: true } }) : ''
  }
  const answers = (html: string) => (html.match(/class="touch answer/g) ?? []).length

  it.each(['menu', 'menu-waiting', 'person-large-family', 'purpose'])(
    '%s: two answers and the way to others',
    (name) => {
      const html = simple(name)
      expect(answers(html)).toBe(3)
      expect(html).toContain('Altro')
      expect(html).not.toMatch(/class="(lead|answer-line)"/)
    },
  )

  it('the menu asks: public office or certificate', () => {
    const html = simple('menu')
    expect(html).toContain('Un ufficio o un servizio pubblico')
    expect(html).toContain('Un privato, l’estero, un tribunale')
    expect(html).not.toContain('A me: vedere i miei dati')
  })

  it('the summary asks: print or change', () => {
    const html = simple('sheet')
    expect(html).toContain('Stampa gratis')
    expect(html.match(/>Cambia</g)).toHaveLength(1)
  })

  it('a refusal keeps all that it says', () => {
    const shown = galleryViews('it')['refused-pin-blocked-cns']
    expect(shown && simple('refused-pin-blocked-cns')).toBe(shown && pageOf(shown))
  })
})
