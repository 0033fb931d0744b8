/**
 * What a sheet says in one language. `{name}` is a fact about the person and stands out; `[a|b]` is the form for a man and
 * for a woman.
 */
export interface Words {
  comune: string
  /** `{name}`: of the certificate. */
  certificate: string
  contestuale: string
  and: string
  /** Table 13. */
  names: Record<string, string>
  certifies: string
  born: string
  bornMonth: string
  bornYear: string
  codiceFiscale: string
  act: string
  ansc: string
  birth: string
  birthMonth: string
  birthYear: string
  death: string
  marriage: string
  cancellation: string
  citizen: string
  citizenships: string
  alive: string
  residence: string
  homeless: string
  residences: string
  residenceOn: string
  aire: string
  civilStatus: string
  civilMarriage: string
  civilUnion: string
  widowhood: string
  family: string
  familyBelow: string
  convivenza: string
  familyAire: string
  free: string
  union: string
  contract: string
  /** Columns of the tables. */
  columns: Record<'name' | 'place' | 'date' | 'status' | 'kinship' | 'address' | 'from' | 'to' | 'citizenship', string>
  today: string
  /** Table 1. */
  statuses: Record<string, string>
  /** Table 5. */
  kinship: Record<string, string>
  /** What has no entry above. */
  otherKinship: string
  /** Motivi di cancellazione. */
  cancelled: Record<string, string>
  number: string
  exempt: string
  exemptUnnamed: string
  contrassegno: string
  virtual: string
  otherwisePaid: string
  diritti: string
  /** Art. 40 DPR 445/2000, by `paEstera`. */
  art40: string
  immigration: string
  court: string
  abroad: string
  protocol: string
  issued: string
  code: string
  threeMonths: string
  unlimited: string
  seal: string
  qr: string
}
