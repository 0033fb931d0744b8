import type { TotemConfig } from '../../contract/config.ts'

export type PrinterModel = TotemConfig['printer']['profile']

/** Build of the two virtual mechanisms, in dots of 1/8 mm. Written from the makers' data, not from our driver's. */
export const models: Record<
  PrinterModel,
  { vendor: number; product: number; headDots: number; cutterDots: number; receiveBufferBytes: number }
> = {
  // 216 mm head (Custom KPM216H class); the blade sits 12 mm after the head.
  'a4-kiosk': { vendor: 0x0dd4, product: 0x0237, headDots: 1728, cutterDots: 96, receiveBufferBytes: 64 * 1024 },
  // 72 mm of 80 mm paper.
  'receipt-80': { vendor: 0x0dd4, product: 0x0237, headDots: 576, cutterDots: 96, receiveBufferBytes: 16 * 1024 },
}
