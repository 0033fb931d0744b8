import { prepareZXingModule, purgeZXingModule, type ReaderOptions, readBarcodes } from 'zxing-wasm/reader'
import { VERIFICATION_PREFIX } from '../../contract/verification.ts'

/** A file (PNG, JPEG, …) or pixels: RGBA, row by row. */
export type Picture = Uint8Array | { width: number; height: number; data: Uint8ClampedArray }

const OPTIONS: ReaderOptions = { formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 8 }

/**
 * Reads QR codes from pictures. `wasm`: zxing-wasm/reader/zxing_reader.wasm, given here because the package would fetch
 * it from the network. Answers all texts, a totem's code first, and none for anything that is no picture.
 */
export function createPictureReader(wasm: Uint8Array<ArrayBuffer>): (picture: Picture) => Promise<string[]> {
  prepareZXingModule({ overrides: { wasmBinary: wasm.buffer } })
  return async (picture) => {
    try {
      const found = await readBarcodes(picture as Uint8Array | ImageData, OPTIONS)
      const texts = found.filter(({ isValid }) => isValid).map(({ text }) => text)
      return texts.sort((a, b) => Number(isOurs(b)) - Number(isOurs(a)))
    } catch {
      // A picture that is too large for its memory leaves the module unusable: the next picture gets a new one.
      purgeZXingModule()
      prepareZXingModule({ overrides: { wasmBinary: wasm.buffer } })
      return []
    }
  }
}

const isOurs = (text: string) => text.startsWith(VERIFICATION_PREFIX)
