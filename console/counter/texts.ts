import it from '../../assets/locales/it.json' with { type: 'json' }
import type { CertificateType } from '../../contract/catalogue.ts'
import type { CounterRefusal } from '../../contract/console/counter.ts'
import type { FamilyMember } from '../../contract/gateway.ts'

/** The totem's own Italian: counter and totem say the same thing in the same words. */
const texts = it as Record<string, string>
export const said = (key: string): string => texts[key] ?? key

export const typeSaid = (type: CertificateType): string => said(`certificate.${type}`)
export const typesSaid = (types: readonly CertificateType[] | null): string =>
  types === null ? 'Dichiarazione sostitutiva' : types.map(typeSaid).join(' e ')

/** `{sex, select, M {celibe} F {nubile} other {…}}`, as the totem writes it. */
export function statoCivileSaid(code: string, sex: string | null): string {
  const forms = new Map(
    [...said(`statoCivile.${code}`).matchAll(/(\w+) \{([^}]*)\}/g)].map(([, key, form]) => [key, form]),
  )
  return forms.get(sex ?? 'other') ?? forms.get('other') ?? ''
}

export const memberSaid = ({ name, surname, yearOfBirth, self, deceased }: FamilyMember): string =>
  [
    `${name} ${surname}`.trim(),
    yearOfBirth === null ? null : `(${yearOfBirth})`,
    self ? '– chi è allo sportello' : deceased ? '– deceduto/a' : null,
  ]
    .filter((part) => part !== null)
    .join(' ')

/** What only a counter meets; what a totem is told too stands in its own texts. */
const OWN: Partial<Record<CounterRefusal, { title: string; now: string }>> = {
  'document-expired': {
    title: 'Il documento è scaduto',
    now: 'Non si può riconoscere la persona: chieda un documento valido.',
  },
  'document-void': {
    title: 'La carta d’identità di carta non vale più',
    now: 'Dal 3 agosto 2026 serve la carta elettronica, o un altro documento valido.',
  },
  'minor-alone': {
    title: 'È un minore',
    now: 'Il certificato lo chiede un genitore della stessa famiglia, con il proprio documento.',
  },
  'operator-self': { title: 'È lei', now: 'Nessuno serve se stesso: si rivolga a un’altra persona dello sportello.' },
  'operator-family': {
    title: 'È una persona della sua famiglia anagrafica',
    now: 'Deve servirla un’altra persona dello sportello.',
  },
  'too-many-visits': {
    title: 'In un’ora si riconoscono al massimo sessanta persone',
    now: 'Aspetti qualche minuto, o faccia servire la persona a un altro sportello.',
  },
  'already-given': {
    title: 'È già stato consegnato',
    now: 'Il foglio è uscito, al totem o a uno sportello. Per un altro si fa una nuova richiesta.',
  },
  'reprint-only': {
    title: 'Uno sportello l’ha già consegnato',
    now: 'Riapra la visita: se il foglio non è uscito, lo può ristampare.',
  },
  'session-expired': {
    title: 'Il riconoscimento è durato più di quindici minuti',
    now: 'Riconosca di nuovo la persona.',
  },
  'session-spent': { title: 'Troppe domande in una visita', now: 'Riconosca di nuovo la persona.' },
  'anpr-unavailable': {
    title: 'L’anagrafe nazionale non risponde',
    now: 'Non è stato emesso nulla. Riprovi tra qualche minuto.',
  },
  'anpr-unreadable': {
    title: 'La risposta dell’anagrafe nazionale non si riesce a leggere',
    now: 'Non è stato stampato nulla. Avvisi l’assistenza; la persona si rivolga al comune.',
  },
  'not-in-family': {
    title: 'Non è nella stessa famiglia anagrafica',
    now: 'L’altra persona può venire allo sportello con il proprio documento.',
  },
  'not-a-partner': {
    title: said('refused.not-a-partner.title'),
    now: 'Ciascuno dei due conviventi lo chiede con il proprio documento.',
  },
  'evidence-spent': {
    title: 'Con un riconoscimento si chiedono al massimo sei cose',
    now: 'Quanto già chiesto resta. Per altro, riconosca di nuovo la persona.',
  },
  'request-malformed': {
    title: 'La richiesta non si può accettare',
    now: 'Controlli quel che è scritto e ricominci.',
  },
  'payment-missing': {
    title: 'L’avviso pagoPA non risulta pagato per questo certificato',
    now: 'Controlli il numero sull’avviso.',
  },
}

export const refusalSaid = (kind: CounterRefusal): { title: string; now: string } =>
  OWN[kind] ?? {
    title: texts[`refused.${kind}.title`] ?? said('refused.certificate-not-issuable.title'),
    now: texts[`refused.${kind}.now`] ?? said('refused.certificate-not-issuable.now'),
  }
