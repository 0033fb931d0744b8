import type { Contrassegno } from '../../../contract/bollo.ts'

declare module '../../visit/visit.ts' {
  interface Visit {
    contrassegno: {
      /** The 14 digits of the mark, and its day as DDMMYYYY, as the person has typed them. */
      number: string | null
      digits: string | null
      /** True if no mark can have the day that was typed last. */
      wrong: boolean
    }
  }
}

declare module '../../visit/services.ts' {
  interface VisitServices {
    /** True if the calendar has the mark's day, and such a mark may stand on a certificate of today. */
    isContrassegno(mark: Contrassegno): boolean
  }
}

export const fresh = () => ({ contrassegno: { number: null, digits: null, wrong: false } })

/** The summary leads here where a bollo is due. */
export const way = { target: '#contrassegno', set: fresh }
