import type { Pdfium } from './pdfium.ts'

/** A rectangle of pixels; `right` and `bottom` lie outside it. */
export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

/** fpdf_edit.h: FPDF_PAGEOBJ_IMAGE, _SHADING, _FORM. */
const IMAGE = 3
const SHADING = 4
const FORM = 5
// Certificates carry a seal and a code or two. Pictures beyond this number are drawn by threshold.
const MAX_PICTURES = 32
const MAX_OBJECTS = 20_000
const MAX_DEPTH = 4

/** a b c d e f of a PDF matrix: x' = ax + cy + e, y' = bx + dy + f. */
type Matrix = readonly [number, number, number, number, number, number]
const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0]

/** `turn`: quarters clockwise. */
export interface Drawing {
  width: number
  height: number
  turn: number
}

/** Places of images and shadings on a page that is so drawn, also of those inside forms. */
export function pictureBoxes(pdfium: Pdfium, page: number, { width, height, turn }: Drawing): Box[] {
  const scratch = pdfium.wasmExports.malloc(6 * 4)
  const found: Box[] = []
  let seen = 0

  const floats = (count: number) => Array.from(pdfium.HEAPF32.subarray(scratch >> 2, (scratch >> 2) + count))

  function matrixOf(form: number): Matrix {
    const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = pdfium._FPDFPageObj_GetMatrix(form, scratch) ? floats(6) : []
    return [a, b, c, d, e, f]
  }

  function add(object: number, [a, b, c, d, e, f]: Matrix) {
    if (!pdfium._FPDFPageObj_GetBounds(object, scratch, scratch + 4, scratch + 8, scratch + 12)) return
    const [left = 0, bottom = 0, right = 0, top = 0] = floats(4)
    const corners = [left, right].flatMap((x) => [bottom, top].map((y) => [a * x + c * y + e, b * x + d * y + f]))
    const xs: number[] = []
    const ys: number[] = []
    for (const [x = 0, y = 0] of corners) {
      pdfium._FPDF_PageToDevice(page, 0, 0, width, height, turn, x, y, scratch, scratch + 4)
      xs.push(pdfium.HEAP32[scratch >> 2] ?? 0)
      ys.push(pdfium.HEAP32[(scratch >> 2) + 1] ?? 0)
    }
    const box = {
      left: Math.max(0, Math.min(...xs)),
      top: Math.max(0, Math.min(...ys)),
      right: Math.min(width, Math.max(...xs) + 1),
      bottom: Math.min(height, Math.max(...ys) + 1),
    }
    if (box.left < box.right && box.top < box.bottom) found.push(box)
  }

  function search(count: number, objectAt: (index: number) => number, matrix: Matrix, depth: number) {
    for (let i = 0; i < count && seen < MAX_OBJECTS && found.length < MAX_PICTURES; i++) {
      seen += 1
      const object = objectAt(i)
      const type = pdfium._FPDFPageObj_GetType(object)
      if (type === IMAGE || type === SHADING) add(object, matrix)
      if (type !== FORM || depth === MAX_DEPTH) continue
      const inside = times(matrixOf(object), matrix)
      const at = (index: number) => pdfium._FPDFFormObj_GetObject(object, index)
      search(pdfium._FPDFFormObj_CountObjects(object), at, inside, depth + 1)
    }
  }

  search(pdfium._FPDFPage_CountObjects(page), (index) => pdfium._FPDFPage_GetObject(page, index), IDENTITY, 0)
  pdfium.wasmExports.free(scratch)
  return found
}

/** First `m`, then `n`. */
function times(m: Matrix, n: Matrix): Matrix {
  return [
    m[0] * n[0] + m[1] * n[2],
    m[0] * n[1] + m[1] * n[3],
    m[2] * n[0] + m[3] * n[2],
    m[2] * n[1] + m[3] * n[3],
    m[4] * n[0] + m[5] * n[2] + n[4],
    m[4] * n[1] + m[5] * n[3] + n[5],
  ]
}
