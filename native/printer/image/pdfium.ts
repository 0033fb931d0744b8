import { PDFiumModule } from '@hyzyla/pdfium'

/**
 * pdfium as its WebAssembly build exports it. The package's own classes draw whole pages only, while the printer draws
 * strips and looks for pictures. Pointers are numbers; 0 is null.
 */
export type Pdfium = Awaited<ReturnType<typeof PDFiumModule>> & {
  HEAPF32: Float32Array
  HEAPU32: Uint32Array
  _FPDF_InitLibrary(): void
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

let loading: Promise<Pdfium> | null = null

/** The one pdfium of this process (4 MB of WASM, 70 ms the first time). */
export function loadPdfium(): Promise<Pdfium> {
  loading ??= PDFiumModule({}).then((module) => {
    const pdfium = module as Pdfium
    pdfium._FPDF_InitLibrary()
    return pdfium
  })
  return loading
}

/** An instance cannot be trusted after a WASM trap: the next file gets a new one. */
export function dropPdfium(): void {
  loading = null
}
