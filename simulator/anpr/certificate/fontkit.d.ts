/** The part of fontkit (the font engine inside pdfkit, which ships no types) that the stamp is drawn with. */
declare module 'fontkit' {
  interface Path {
    scale(x: number, y: number): Path
    toSVG(): string
  }
  interface Font {
    unitsPerEm: number
    hasGlyphForCodePoint(point: number): boolean
    layout(text: string): { glyphs: { path: Path; advanceWidth: number }[] }
  }
  export function create(file: Uint8Array): Font
}
