import type { Answer } from '../../../contract/journeys/index.ts'

/** The answers that a walk gives, one or more of each type. A missing type does not compile. */
const answers: { [Type in Answer['type']]: Omit<Extract<Answer, { type: Type }>, 'type'>[] } = {
  start: [{}],
  chooseLanguage: [{ language: 'it' }],
  usePinPad: [{}],
  acceptLastTry: [{}],
  askExpiry: [{}],
  enterCan: [{ can: '123456' }],
  chooseService: [
    { service: 'certificate' },
    { service: 'visura' },
    { service: 'declaration' },
    { service: 'collect' },
  ],
  collect: [{}],
  collectLater: [{}],
  choosePerson: [{ index: 0 }, { index: 1 }],
  chooseCertificates: [{ types: ['8', '12'] }],
  choosePurpose: [{ purpose: 'publicBody' }, { purpose: 'privateParty' }, { purpose: 'processuale' }],
  morePurposes: [{}],
  change: [{ line: 'person' }, { line: 'certificate' }, { line: 'purpose' }, { line: 'delivery' }],
  chooseWay: [{ way: 'paper' }, { way: 'phone' }],
  chooseTheme: [{ theme: 'home' }],
  toggleCertificate: [{ certificate: '8' }],
  acceptCertificates: [{}],
  seeSheet: [{}],
  confirm: [{}],
  declareInstead: [{}],
  haveContrassegno: [{}],
  enterContrassegno: [{ number: '01234567890123' }],
  enterContrassegnoDate: [{ digits: '05032026' }, { digits: '31022026' }],
  printVisura: [{}],
  printDeclaration: [{ form: 'declaration' }, { form: 'atto-notorio' }],
  printAgain: [{}],
  keepForLater: [{}],
  takeOnPhone: [{}],
  newCode: [{}],
  printInstead: [{}],
  another: [{}],
  printNow: [{}],
  back: [{}],
  leave: [{}],
}

export const answersOfAll = Object.entries(answers).flatMap(([type, all]) =>
  all.map((one) => ({ type, ...one }) as Answer),
)
