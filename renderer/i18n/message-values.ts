// Made from assets/locales/it.json by `node scripts/message-values.ts`.

/** The values of each message that has placeholders. */
export interface MessageValues {
  'action.more': { page: string | number; pages: string | number }
  'steps.label': { at: string | number; of: string | number }
  'certificate.both.name': { names: string | number }
  'statoCivile.1': { sex: string }
  'statoCivile.2': { sex: string }
  'statoCivile.3': { sex: string }
  'statoCivile.4': { sex: string }
  'statoCivile.6': { sex: string }
  'statoCivile.7': { sex: string }
  'statoCivile.8': { sex: string }
  'kin.1': { sex: string }
  'kin.2': { sex: string }
  'kin.3': { sex: string }
  'kin.4': { sex: string }
  'kin.5': { sex: string }
  'kin.6': { sex: string }
  'kin.7': { sex: string }
  'kin.8': { sex: string }
  'kin.9': { sex: string }
  'kin.10': { sex: string }
  'kin.11': { sex: string }
  'kin.12': { sex: string }
  'kin.13': { sex: string }
  'kin.14': { sex: string }
  'kin.15': { sex: string }
  'kin.16': { sex: string }
  'kin.17': { sex: string }
  'kin.18': { sex: string }
  'kin.19': { sex: string }
  'kin.20': { sex: string }
  'kin.21': { sex: string }
  'kin.22': { sex: string }
  'kin.23': { sex: string }
  'kin.25': { sex: string }
  'kin.26': { sex: string }
  'kin.28': { sex: string }
  'kin.80': { sex: string }
  'kin.81': { sex: string }
  'kin.99': { sex: string }
  'kin.of': { kinship: string | number; name: string | number }
  'wait.clock': { time: string | number }
  'outOfService.since': { id: string | number; date: string | number }
  'office.hours': { days: string | number; opens: string | number; closes: string | number }
  'office.phone': { phone: string | number }
  'office.place': { name: string | number; address: string | number }
  'office.placeAt': { name: string | number; address: string | number; distance: string | number }
  'attract.notice.closed': { day: string | number }
  'attract.notice.works': { day: string | number }
  'attract.notice.registry': { day: string | number }
  'cardLost.now.title': { seconds: number }
  'pin.tries': { tries: number }
  'pin.count': { count: number }
  'can.typed': { digits: string | number }
  'cardExpiry.when.title': { date: string | number }
  'collect.title': { count: number }
  'collect.requested': { date: string | number }
  'collect.moreWaiting': { count: number }
  'collect.now': { count: number }
  'menu.lead': { name: string | number }
  'menu.pending': { count: number }
  'menu.returned': { count: number }
  'menu.notice.refused': { date: string | number }
  'menu.notice.expired': { date: string | number }
  'menu.notice.aside': { date: string | number }
  'menu.card.expiring': { date: string | number }
  'menu.card.expired': { date: string | number }
  'menu.card.cancelled': { date: string | number }
  'menu.collect.line': { count: number }
  'family.line': { tie: string | number; year: string | number }
  'family.deceased': { count: number }
  'family.living': { count: number }
  'member.since': { day: string | number }
  'member.actNumber': { number: string | number }
  'member.asOf': { tie: string | number; day: string | number }
  'member.section.asOf': { name: string | number; day: string | number }
  'memberDay.lead': { name: string | number }
  'memberUnavailable.day': { day: string | number }
  'requests.line': { day: string | number; state: string | number }
  'request.lead': { date: string | number }
  'request.unpaid': { date: string | number }
  'request.refund': { date: string | number }
  'request.mailed': { date: string | number }
  'request.opened': { date: string | number }
  'request.domicile': { date: string | number }
  'request.delivered': { date: string | number }
  'accesses.line': { who: string | number; what: string | number }
  'accesses.by.operator': { operator: string | number }
  'accesses.by.operatorRelative': { operator: string | number }
  'accesses.use': { office: string | number; use: string | number }
  'person.bornKinship': { year: string | number; kinship: string | number }
  'person.more.line': { count: number }
  'purpose.lead': { price: string | number }
  'sheet.due': { price: string | number }
  'sheet.self': { name: string | number }
  'sheet.together': { count: number }
  'sheet.cost.exempt': { reference: string | number }
  'sheet.cost.contrassegno': { price: string | number; reference: string | number }
  'sheet.cost.pagopa': { price: string | number }
  'sheet.diritti': { price: string | number }
  'sheet.diritti.pagopa': { price: string | number }
  'sheet.pay': { price: string | number }
  'themes.chosen': { names: string | number }
  'themes.beside': { names: string | number }
  'contrassegno.choice.lead': { price: string | number }
  'contrassegno.choice.mark': { price: string | number }
  'contrassegno.typed': { digits: string | number }
  'preview.page': { page: string | number; pages: string | number }
  'preview.image': { page: string | number; pages: string | number }
  'printing.page': { page: string | number; pages: string | number }
  'printFault.void.lead': { page: string | number }
  'printFault.none.lead': { page: number }
  'printFault.perhaps.lead': { page: string | number }
  'phone.left': { left: string | number }
  'email.typed': { typed: string | number }
  'email.meant': { domain: string | number }
  'email.code': { code: string | number }
  'domicilio.title': { count: number }
  'domicilio.send': { address: string | number }
  'domicilio.profession': { profession: string | number }
  'refused.card-error.now': { issuer: string | number }
  'refused.no-certificate.now': { issuer: string | number }
  'refused.certificate-truncated.now': { issuer: string | number }
  'refused.certificate-malformed.now': { issuer: string | number }
  'refused.certificate-expired.titleOn': { date: string | number }
  'refused.certificate-expired.now': { issuer: string | number }
  'refused.certificate-not-yet-valid.titleOn': { date: string | number }
  'refused.certificate-not-yet-valid.now': { issuer: string | number }
  'refused.certificate-signature-unsupported.now': { issuer: string | number }
  'refused.certificate-revoked.now': { issuer: string | number }
  'refused.signature-invalid.now': { issuer: string | number }
  'refused.codice-fiscale-invalid.now': { issuer: string | number }
  'refused.codice-fiscale-differs.now': { issuer: string | number }
  'refused.pin-blocked.now': { issuer: string | number }
  'refused.pin-not-active.now': { issuer: string | number }
  'idle.seconds': { seconds: number }
  'pagopa.title': { price: string | number }
  'pagopa.number': { notice: string | number }
  'pagopa.later.lead': { date: string | number }
  'pagopa.now': { price: string | number }
  'pagopa.refund.title': { price: string | number }
  'pagopa.refund.lead': { date: string | number }
  'pagopa.receipt': { receipt: string | number }
}
