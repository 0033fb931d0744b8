import type { Contrassegno } from '../../../contract/bollo.ts'
import type { VisitServices } from '../../visit/services.ts'
import { step } from '../../visit/step.ts'
import { required, type Visit } from '../../visit/visit.ts'

/** Judges the day that the person typed. The gateway alone can judge the number. */
export async function judge({ contrassegno }: Visit, services: VisitServices) {
  const digits = required(contrassegno.digits, 'day of a mark')
  const bollo: Contrassegno = {
    kind: 'contrassegno',
    number: required(contrassegno.number, 'number of a mark'),
    issued: `${digits.slice(4)}-${digits.slice(2, 4)}-${digits.slice(0, 2)}`,
  }
  return services.isContrassegno(bollo)
    ? step('sheet', { certificate: { bollo } })
    : step('typing', { contrassegno: { wrong: true } })
}
