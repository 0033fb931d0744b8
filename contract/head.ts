import type { HeadProfile } from './config.ts'

/** Sizes of a thermal head, in dots: main draws a test page by them, and the device process prints by them. */
export interface HeadSize {
  /** Printable dots across. */
  headDots: number
  dotsPerMm: number
  /** From the head to the blade or the tear bar: paper that has passed the head when a sheet begins. */
  cutterDots: number
}

// Blade distances are the bench's, the same for all profiles. They are confirmed on the first totem of each kind.
export const HEAD_SIZES: Record<HeadProfile, HeadSize> = {
  'a4-kiosk': { headDots: 1728, dotsPerMm: 8, cutterDots: 96 },
  'receipt-80': { headDots: 576, dotsPerMm: 8, cutterDots: 96 },
  'receipt-80-tear': { headDots: 576, dotsPerMm: 8, cutterDots: 96 },
}
