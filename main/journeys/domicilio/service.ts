import { domiciles } from '../../../contract/domicile.ts'
import { err, ok } from '../../../contract/result.ts'
import { type LetterOptions, sendLetter } from '../../sync/letter.ts'
import type { VisitServices } from '../../visit/services.ts'

/** Asks INAD through the gateway, and has documents sent by PEC. No disk of the totem's holds an address. */
export function createDomicilio(options: LetterOptions): Pick<VisitServices, 'domiciles' | 'sendToDomicile'> {
  const { client, journal } = options
  return {
    async domiciles({ session }, { token }, codiceFiscale) {
      const body = { codiceFiscale }
      const told =
        token === null ? null : await client.ask(domiciles, '/v1/domiciles', { body, token, repeatable: false })
      if (!told?.ok) {
        journal.record('visit.domicile', { session, became: 'unavailable' })
        return err({ kind: 'unavailable' })
      }
      if (told.value.domiciles.length === 0) journal.record('visit.domicile', { session, became: 'none' })
      return ok(told.value.domiciles)
    },
    async sendToDomicile({ session, language }, { token }, { pdf, about, domicile: { address, proof } }) {
      const { became } = await sendLetter(options, { token, pdf, about, to: address, language, proof })
      // The gateway looks at no name server for an address of INAD's.
      const told = became === 'unknown' ? 'unavailable' : became
      journal.record('visit.domicile', { session, became: told })
      return told === 'refused' || told === 'unavailable' ? err({ kind: told }) : ok(true)
    },
  }
}
