import type { Devices } from '../devices/index.ts'
import type { Journal } from '../journal/journal.ts'
import { type About, isAbout } from './about.ts'

/** What a journal entry names. */
interface Of {
  session: string
  operation?: string
}

export interface Reading {
  /** The words of a PDF; null where it cannot be read. */
  wordsOf(pdf: Uint8Array): Promise<string | null>
  /** May a certificate with these words go to whoever asked about this person? A no is journalled. */
  concerns(words: string | null, about: About | null, of: Of): boolean
}

/**
 * SECURITY: ANPR's answer may name the right person and hold another's paper, so its words are read here, where it is
 * drawn anyway: at the gateway that would cost as much as all the rest of a request.
 */
export function createReading({
  devices,
  journal,
}: {
  devices: Pick<Devices, 'call'>
  journal: Pick<Journal, 'record'>
}): Reading {
  return {
    async wordsOf(pdf) {
      const words = await devices.call('pdf.text', { pdf })
      return words.ok ? words.value.text : null
    },
    concerns(words, about, of) {
      if (about === null || words === null || isAbout(words, about) !== false) return true
      journal.record('request.other-person', of)
      return false
    },
  }
}
