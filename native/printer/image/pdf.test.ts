import fc from 'fast-check'
import PDFDocument from 'pdfkit'
import { describe, expect, test } from 'vitest'
import { openPdf } from './pdf.ts'

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
  const drawn = opened.value.render(1, () => 100)
  opened.value.close()
  return drawn.ok ? null : drawn.error.reason
}

describe('a PDF', () => {
  test('is drawn in grey at the width asked for, in its own proportions', async () => {
    const opened = await openPdf(await pdfOf(2))
    if (!opened.ok) throw new Error(opened.error.reason)
    expect(opened.value.pages).toBe(2)
    let mm = 0
    const drawn = opened.value.render(2, (width) => {
      mm = width
      return 1680
    })
    opened.value.close()
    if (!drawn.ok) throw new Error(drawn.error.reason)
    expect(mm).toBeCloseTo(210, 1)
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
    expect(wall.value.render(1, () => 1680)).toEqual({
      ok: false,
      error: { kind: 'pdf-refused', reason: 'too-large' },
    })
    wall.value.close()
  })

  test('of 201 pages, or of 20 MB and a byte, is refused as too large', async () => {
    expect(await refusal(await pdfOf(201))).toBe('too-large')
    expect(await refusal(new Uint8Array(20 * 1024 * 1024 + 1))).toBe('too-large')
  })

  test('has no page 0 and none after the last', async () => {
    const opened = await openPdf(await pdfOf(1))
    if (!opened.ok) throw new Error(opened.error.reason)
    for (const page of [0, 2, -1]) expect(opened.value.render(page, () => 100).ok).toBe(false)
    opened.value.close()
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

/** A page of 200 × 100 points with one image: drawn by `content`, in a form when there is a `form`. */
const drawing = (content: string, { form = '', page = '' } = {}) =>
  Buffer.from(
    [
      '%PDF-1.4',
      '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj',
      '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj',
      `3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]${page}/Contents 4 0 R/Resources<</XObject<</I 5 0 R/F 6 0 R>>>>>>endobj`,
      `4 0 obj<</Length ${content.length}>>stream\n${content}\nendstream endobj`,
      '5 0 obj<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\n@\nendstream endobj',
      `6 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 200 100]/Matrix[1 0 0 1 10 0]/Resources<</XObject<</I 5 0 R>>>>/Length ${form.length}>>stream\n${form}\nendstream endobj`,
      'trailer<</Root 1 0 R>>',
      '%%EOF',
    ].join('\n'),
  )

describe('a page', () => {
  test('in strips is what it is at once, the last one shorter or not', async () => {
    const opened = await openPdf(await pdfOf(1))
    if (!opened.ok) throw new Error(opened.error.reason)
    const whole = opened.value.render(1, () => 420)
    const page = opened.value.open(1, () => 420)
    if (!whole.ok || !page.ok) throw new Error('refused')
    const strips: Uint8Array[] = []
    for (let top = 0; top < page.value.height; top += 50) {
      const strip = page.value.strip(top, Math.min(50, page.value.height - top))
      if (strip.ok) strips.push(strip.value.pixels)
    }
    page.value.close()
    opened.value.close()
    expect(Buffer.concat(strips).equals(whole.value.pixels)).toBe(true)
  })

  test.each([
    ['drawn straight', drawing('q 50 0 0 20 100 60 cm /I Do Q'), { left: 100, top: 20, right: 150, bottom: 40 }],
    [
      'drawn in a form that is moved',
      drawing('q 1 0 0 1 20 0 cm /F Do Q', { form: 'q 50 0 0 20 70 60 cm /I Do Q' }),
      { left: 100, top: 20, right: 150, bottom: 40 },
    ],
    ['half off the page', drawing('q 100 0 0 20 150 60 cm /I Do Q'), { left: 150, top: 20, right: 200, bottom: 40 }],
    [
      'on a page that is turned',
      drawing('q 50 0 0 20 100 60 cm /I Do Q', { page: '/Rotate 90' }),
      { left: 60, top: 100, right: 80, bottom: 150 },
    ],
  ])('tells where a picture stands: %s', async (_, pdf, box) => {
    const opened = await openPdf(pdf)
    if (!opened.ok) throw new Error(opened.error.reason)
    const page = opened.value.open(1, (mm) => (mm / 25.4) * 72)
    if (!page.ok) throw new Error(page.error.reason)
    const [found, ...others] = page.value.pictures
    page.value.close()
    opened.value.close()
    expect(others).toEqual([])
    for (const side of ['left', 'top', 'right', 'bottom'] as const) {
      expect(Math.abs((found?.[side] ?? Number.NaN) - box[side]), side).toBeLessThanOrEqual(1)
    }
  })

  test('of letters and lines has no picture', async () => {
    const opened = await openPdf(await pdfOf(1))
    if (!opened.ok) throw new Error(opened.error.reason)
    const page = opened.value.open(1, () => 420)
    expect(page.ok && page.value.pictures).toEqual([])
    if (page.ok) page.value.close()
    opened.value.close()
  })
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
