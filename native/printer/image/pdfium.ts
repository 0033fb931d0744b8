import { PDFiumModule } from '@hyzyla/pdfium'

/**
 * pdfium as its WebAssembly build exports it. The package's own classes draw pages as the screen shows them, while a
 * sheet needs the print layers, the form fields and the places of pictures. Pointers are numbers; 0 is null.
 */
export type Pdfium = Awaited<ReturnType<typeof PDFiumModule>> & {
  HEAPF32: Float32Array
  HEAPU32: Uint32Array
  wasmExports: { memory: WebAssembly.Memory }
  _FPDF_InitLibrary(): void
  _FPDFPage_Flatten(page: number, usage: number): number
  _FPDFPageObj_GetBounds(object: number, left: number, bottom: number, right: number, top: number): number
  _FPDFPageObj_GetMatrix(object: number, matrix: number): number
  _FPDFFormObj_CountObjects(form: number): number
  _FPDFFormObj_GetObject(form: number, index: number): number
  _FPDF_PageToDevice(
    page: number,
    startX: number,
    startY: number,
    sizeX: number,
    sizeY: number,
    rotate: number,
    pageX: number,
    pageY: number,
    deviceX: number,
    deviceY: number,
  ): number
}

/** An A4 page takes some 30 MB with everything that belongs to it, and the whole totem has 4 GB. */
const MAX_MEMORY_BYTES = 512 * 1024 * 1024
const WASM_PAGE_BYTES = 65_536

/**
 * A fresh pdfium (4 MB of WASM, 70 ms). `onFull`: a file asked for more memory than it may have. pdfium cannot go on
 * without it and ends in a trap.
 */
export async function loadPdfium(onFull: () => void): Promise<Pdfium> {
  // Emscripten's own lines are for its programmer. The output of a program is its answer.
  const silent = { print: () => undefined, printErr: () => undefined }
  const pdfium = (await PDFiumModule(silent as Parameters<typeof PDFiumModule>[0])) as Pdfium
  // The module declares 2 GB as its maximum, and grows by this method alone.
  const { memory } = pdfium.wasmExports
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * WASM_PAGE_BYTES <= MAX_MEMORY_BYTES) {
      return WebAssembly.Memory.prototype.grow.call(memory, pages)
    }
    onFull()
    throw new RangeError('a PDF may not have so much memory')
  }
  pdfium._FPDF_InitLibrary()
  return pdfium
}
