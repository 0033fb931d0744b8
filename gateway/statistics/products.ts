import { certificates, isTableType } from '../../catalogue/certificates.ts'

/** What may be given to a citizen or an office: the id of a product begins with its kind. */
export const kindNames = {
  certificato: 'Certificati',
  dichiarazione: 'Dichiarazioni da firmare',
  visura: 'Visure',
  cie: 'Carte d’identità elettroniche',
  consultazione: 'Consultazioni',
  altro: 'Altro',
} as const
export type ProductKind = keyof typeof kindNames

export const kindOf = (product: string): ProductKind => {
  const [kind = ''] = product.split('-', 1)
  return Object.hasOwn(kindNames, kind) ? (kind as ProductKind) : 'altro'
}

const OWN_NAMES: Record<string, string> = {
  certificato: 'Certificato di tipo non registrato',
  'dichiarazione-sostitutiva': 'Dichiarazione sostitutiva di certificazione',
  'dichiarazione-notorio': 'Dichiarazione sostitutiva di atto notorio',
  visura: 'Visura dei propri dati',
  cie: 'Carta d’identità elettronica',
}

/** The name of a product for people; of a certificate by table 13, several on one sheet together. */
export function productName(product: string): string {
  const own = OWN_NAMES[product]
  if (own) return own
  const [, types = ''] = /^certificato-([\d+]+)$/.exec(product) ?? []
  const names = types.split('+').map((type) => (isTableType(type) ? certificates[type].name : ''))
  if (types !== '' && !names.includes('')) return `Certificato ${names.join(' + ').replace(/^di /, 'di ')}`
  const [, services] = /^consultazione-([A-Z\d+]+)$/.exec(product) ?? []
  return services ? `Consultazione ${services.replaceAll('+', ', ')}` : product
}
