/** 8-bit grey pixels row by row, 255 is white. */
export interface GreyImage {
  width: number
  height: number
  pixels: Uint8Array
}
