import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import PDFDocument from 'pdfkit'
import { describe, expect, test } from 'vitest'
import { annotated, pdfPage } from '../../../test/support/paper/pdf-file.ts'
import { openPdf } from './pdf.ts'
import type { Paper } from './task.ts'

async function pdfOf(pages: number, options: PDFKit.PDFDocumentOptions = {}): Promise<Buffer> {
  const pdf = new PDFDocument({ size: 'A4', autoFirstPage: false, ...options })
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise((resolve) => pdf.on('end', resolve))
  for (let n = 0; n < pages; n++) pdf.addPage().text(`Pagina ${n + 1}`)
  pdf.end()
  await ended
  return Buffer.concat(chunks)
}

async function refusal(bytes: Uint8Array) {
  const opened = await openPdf(bytes)
  if (!opened.ok) return opened.error.reason
  const drawn = await opened.value.pixels(1, { width: 100 })
  await opened.value.close()
  return drawn.ok ? null : drawn.error.reason
}

describe('a PDF', () => {
  test('is drawn in grey at the width asked for, in its own proportions', async () => {
    const opened = await openPdf(await pdfOf(2))
    if (!opened.ok) throw new Error(opened.error.reason)
    expect(opened.value.pages).toBe(2)
    const drawn = await opened.value.pixels(2, { pixelsPerMm: 8 })
    await opened.value.close()
    if (!drawn.ok) throw new Error(drawn.error.reason)
    expect([drawn.value.width, drawn.value.height, drawn.value.pixels.length]).toEqual([1680, 2376, 1680 * 2376])
    expect(drawn.value.pixels.some((pixel) => pixel < 60)).toBe(true)
    expect(drawn.value.pixels[0]).toBe(255)
  })

  test('that asks for a password is refused as encrypted', async () => {
    expect(await refusal(await pdfOf(1, { userPassword: 'segreto' }))).toBe('encrypted')
  })

  test('whose page would cover a wall is refused as too large', async () => {
    const wall = await openPdf(await pdfOf(1, { size: [20, 14_000] }))
    if (!wall.ok) throw new Error(wall.error.reason)
    expect(await wall.value.pixels(1, { width: 1680 })).toEqual({
      ok: false,
      error: { kind: 'pdf-refused', reason: 'too-large' },
    })
    await wall.value.close()
  })

  test('of 201 pages, or of 20 MB and a byte, is refused as too large', async () => {
    expect(await refusal(await pdfOf(201))).toBe('too-large')
    expect(await refusal(new Uint8Array(20 * 1024 * 1024 + 1))).toBe('too-large')
  })

  test('has no page 0 and none after the last', async () => {
    const opened = await openPdf(await pdfOf(1))
    if (!opened.ok) throw new Error(opened.error.reason)
    for (const page of [0, 2, -1]) expect((await opened.value.pixels(page, { width: 100 })).ok).toBe(false)
    await opened.value.close()
  })

  test('gives its memory back: a thousand openings fit where one does', async () => {
    const pdf = await pdfOf(1)
    const grow = async (times: number) => {
      const before = process.memoryUsage().rss
      for (let n = 0; n < times; n++) expect(await refusal(pdf)).toBe(null)
      return process.memoryUsage().rss - before
    }
    await grow(100)
    // WASM memory never shrinks: a leak of one such file and page (60 kB) would show as 60 MB.
    expect(await grow(1000)).toBeLessThan(40 * 1024 * 1024)
  })
})

/** Dots of the first page on the A4 head, or why it has none. */
async function inked(bytes: Uint8Array, paper: Partial<Paper> = {}) {
  const opened = await openPdf(bytes)
  if (!opened.ok) return opened.error.reason
  const drawn = await opened.value.dots(1, { dotsPerMm: 8, width: 1728, roll: true, ...paper })
  await opened.value.close()
  if (!drawn.ok) return drawn.error.reason
  const { width, height, rows } = drawn.value
  const black = (x: number, y: number) => ((rows[y * Math.ceil(width / 8) + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1
  const box = { left: width, top: height, right: 0, bottom: 0 }
  let dots = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (black(x, y) === 0) continue
      dots += 1
      box.left = Math.min(box.left, x)
      box.right = Math.max(box.right, x + 1)
      box.top = Math.min(box.top, y)
      box.bottom = Math.max(box.bottom, y + 1)
    }
  }
  return { width, height, dots, box }
}
async function dotsIn(bytes: Uint8Array): Promise<number> {
  const found = await inked(bytes)
  if (typeof found === 'string') throw new Error(found)
  return found.dots
}

/** Dark pixels of the first page by poppler, in the same resolution. */
function byPoppler(bytes: Uint8Array): number {
  const args = ['-gray', '-r', '203.2', '-f', '1', '-l', '1', '-']
  const picture = execFileSync('pdftoppm', args, {
    input: bytes,
    maxBuffer: 2 ** 26,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  return picture.subarray(-4_000_000).filter((pixel) => pixel < 190).length
}

describe('a page on paper', () => {
  const sides = ['left', 'top', 'right', 'bottom'] as const
  const POINT = { dotsPerMm: 72 / 25.4, width: 2000 }
  const picture = (content: string, { form = '', page = '' } = {}) =>
    pdfPage({
      content,
      box: '0 0 200 100',
      page,
      resources: '/XObject<</I 6 0 R/F 7 0 R>>',
      more: [
        '<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\n@\nendstream',
        `<</Type/XObject/Subtype/Form/BBox[0 0 200 100]/Matrix[1 0 0 1 10 0]/Resources<</XObject<</I 6 0 R>>>>/Length ${form.length}>>stream\n${form}\nendstream`,
      ],
    })

  test.each([
    ['drawn straight', picture('q 50 0 0 20 100 60 cm /I Do Q'), { left: 100, top: 20, right: 150, bottom: 40 }],
    [
      'drawn in a form that is moved',
      picture('q 1 0 0 1 20 0 cm /F Do Q', { form: 'q 50 0 0 20 70 60 cm /I Do Q' }),
      { left: 100, top: 20, right: 150, bottom: 40 },
    ],
    ['half off the page', picture('q 100 0 0 20 150 60 cm /I Do Q'), { left: 150, top: 20, right: 200, bottom: 40 }],
    [
      'on a page that is turned',
      picture('q 50 0 0 20 100 60 cm /I Do Q', { page: '/Rotate 90' }),
      { left: 60, top: 100, right: 80, bottom: 150 },
    ],
  ])('has its picture in grey tones where it stands: %s', async (_, pdf, box) => {
    const found = await inked(pdf, POINT)
    if (typeof found === 'string') throw new Error(found)
    for (const side of sides) expect(Math.abs(found.box[side] - box[side]), side).toBeLessThanOrEqual(1)
    const area = (box.right - box.left) * (box.bottom - box.top)
    expect(Math.abs(found.dots / area - 0.75)).toBeLessThan(0.05)
  })

  test.each([
    ['a visible signature', '/Subtype/Widget/FT/Sig/T(a)/F 132', {}],
    ['a text field', '/Subtype/Widget/FT/Tx/T(a)/V(x)/F 4', {}],
    ['a box that is ticked', '/Subtype/Widget/FT/Btn/T(a)/V/Yes/AS/Yes/F 4/AP<</N<</Yes 7 0 R>>>>', {}],
    ['a box without a tick', '/Subtype/Widget/FT/Btn/T(a)/V/Off/AS/Off/F 4/AP<</N<</Yes 7 0 R>>>>', {}],
    ['a button', '/Subtype/Widget/FT/Btn/Ff 65536/T(a)/F 4', {}],
    [
      'a text without an appearance',
      '/Subtype/Widget/FT/Tx/T(a)/V(BIANCHI ANNA)/F 4/DA(/F 14 Tf 0 g)',
      { look: false },
    ],
    [
      'a text that asks for a new appearance',
      '/Subtype/Widget/FT/Tx/T(a)/V(BIANCHI ANNA)/F 4/DA(/F 14 Tf 0 g)',
      { form: '/NeedAppearances true' },
    ],
    ['a field on a page that is turned', '/Subtype/Widget/FT/Tx/T(a)/V(x)/F 4', { page: '/Rotate 90' }],
    ['a stamp', '/Subtype/Stamp/F 4', {}],
    ['a hidden field', '/Subtype/Widget/FT/Tx/T(a)/V(x)/F 6', {}],
    ['a free text without an appearance', '/Subtype/FreeText/DA(/F 14 Tf 0 g)/Contents(testo)/F 4', { look: false }],
  ])('has the ink that poppler gives it: %s', async (_, entries, options) => {
    const pdf = annotated(entries, options)
    const [here, there] = [await dotsIn(pdf), byPoppler(pdf)]
    expect(here / there).toBeGreaterThan(0.85)
    expect(here / there).toBeLessThan(1.25)
  })

  test('shows a choice that has no appearance', async () => {
    const choice = '/Subtype/Widget/FT/Ch/Ff 131072/T(a)/V(due)/Opt[(uno)(due)]/F 4/DA(/F 14 Tf 0 g)'
    expect(await dotsIn(annotated(choice, { look: false }))).toBeGreaterThan((await dotsIn(pdfPage())) * 1.2)
  })

  test.each([
    ['for the screen alone', 0, false],
    ['that is hidden', 6, false],
    ['for print alone', 36, true],
    ['for screen and print', 4, true],
  ])('shows a field or a stamp %s as its flags say', async (_, flags, shown) => {
    const bare = await dotsIn(pdfPage())
    for (const kind of ['/Subtype/Widget/FT/Tx/T(a)/V(x)', '/Subtype/Stamp']) {
      expect((await dotsIn(annotated(`${kind}/F ${flags}`))) > bare).toBe(shown)
    }
  })

  test('shows the layers that are for print, not those for the screen', async () => {
    const layers = (usage: string) =>
      pdfPage({
        content: '/OC /A BDC BT /F 24 Tf 72 700 Td (STRATO) Tj ET EMC 72 100 20 20 re f',
        resources: '/Properties<</A 6 0 R>>',
        catalog: '/OCProperties<</OCGs[6 0 R]/D<</AS[<</Event/Print/Category[/Print]/OCGs[6 0 R]>>]>>>>',
        more: [`<</Type/OCG/Name(a)/Usage<<${usage}>>>>`],
      })
    const square = await dotsIn(pdfPage({ content: '72 100 20 20 re f' }))
    expect(await dotsIn(layers('/Print<</PrintState/OFF>>/View<</ViewState/ON>>'))).toBe(square)
    expect(await dotsIn(layers('/Print<</PrintState/ON>>/View<</ViewState/OFF>>'))).toBeGreaterThan(square)
  })

  test.each(['0.8 g', '0.9 g', '1 1 0 rg', '0 1 1 rg', '0.7 g', '0.5 g'])('keeps letters in %s', async (colour) => {
    for (const size of [6, 12]) {
      const text = (fill: string) =>
        pdfPage({ content: `${fill} BT /F ${size} Tf 72 700 Td (certificato di residenza) Tj ET` })
      const share = (await dotsIn(text(colour))) / (await dotsIn(text('0 g')))
      expect(share, `${size} points`).toBeGreaterThan(0.6)
      expect(share, `${size} points`).toBeLessThan(1.5)
    }
  })

  test('tones a shaded field, and the letters on it stay', async () => {
    const shaded = await inked(pdfPage({ content: '0.8 g 72 600 300 60 re f' }))
    if (typeof shaded === 'string') throw new Error(shaded)
    const { left, top, right, bottom } = shaded.box
    expect(shaded.dots / ((right - left) * (bottom - top))).toBeCloseTo(0.2, 1)
    const letters = await dotsIn(pdfPage({ content: 'BT /F 12 Tf 80 620 Td (certificato) Tj ET' }))
    const both = pdfPage({ content: '0.8 g 72 600 300 60 re f 0 g BT /F 12 Tf 80 620 Td (certificato) Tj ET' })
    expect((await dotsIn(both)) - shaded.dots).toBeGreaterThan(letters * 0.6)
  })

  test('dithers a light picture, which the threshold would drop', async () => {
    const light = pdfPage({
      content: 'q 200 0 0 100 72 600 cm /I Do Q',
      resources: '/XObject<</I 6 0 R>>',
      more: [
        '<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\n\xd8\nendstream',
      ].map((object) => Buffer.from(object, 'latin1')),
    })
    expect(await dotsIn(light)).toBeGreaterThan(1000)
  })

  test('that lies on its side is turned on a roll, and shrunk on a sheet', async () => {
    const wide = pdfPage({ box: '0 0 842 595', content: 'BT /F 24 Tf 72 500 Td (CERTIFICATO) Tj ET' })
    expect(await inked(wide)).toMatchObject({ width: 1679, height: 2376 })
    expect(await inked(wide, { roll: false })).toMatchObject({ width: 1728, height: 1221 })
    // Its own unit of two points makes this one as wide as A4.
    const large = pdfPage({ box: '0 0 298 421', page: '/UserUnit 2', content: '0 0 99 99 re f' })
    expect(await inked(large)).toMatchObject({ width: 1682, height: 2376 })
    // One that fits is not turned.
    expect(await inked(pdfPage({ box: '0 0 400 200', content: '0 0 99 99 re f' }))).toMatchObject({
      width: 1129,
      height: 565,
    })
  })

  test.each([
    ['without content', pdfPage({ content: '' })],
    ['with white letters alone', pdfPage({ content: '1 g BT /F 12 Tf 72 700 Td (bianco) Tj ET' })],
    ['with invisible letters alone', pdfPage({ content: 'BT 3 Tr /F 12 Tf 72 700 Td (invisibile) Tj ET' })],
    ['whose content lies outside its box', pdfPage({ content: '700 900 20 20 re f' })],
  ])('%s is refused as blank', async (_, pdf) => {
    expect(await inked(pdf)).toBe('blank')
  })

  test.each(['0 0 595 34', '0 0 30 842', '0 0 1 1', '0 0 1500 20'])(
    'of %s points is refused as too small',
    async (box) => {
      expect(await inked(pdfPage({ box, content: '0 0 2000 2000 re f' }))).toBe('too-small')
    },
  )
})

describe('what is no PDF', () => {
  test('any bytes are refused as broken', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
        expect(await refusal(bytes)).toBe('broken')
      }),
    )
  })

  test('a damaged PDF is drawn or refused, and the next one is drawn', async () => {
    const whole = await pdfOf(1)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length),
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255))),
        async (cut, changes) => {
          const damaged = Buffer.from(whole.subarray(0, Math.max(cut, whole.length >> 1)))
          for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value
          expect([null, 'broken', 'encrypted', 'too-large']).toContain(await refusal(damaged))
        },
      ),
    )
    expect(await refusal(whole)).toBe(null)
  })
})
