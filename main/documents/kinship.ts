import type { Belonging } from '../../contract/document.ts'
import type { Language } from '../../contract/language.ts'

// ANPR table 5. Both forms stand here, because ANPR's family sheet does not give the sex.
const RELATIONS: Record<string, Record<Language, string>> = {
  '1': {
    it: 'intestatario/a',
    en: 'reference person',
    de: 'Bezugsperson',
    fr: 'personne de référence',
    sl: 'nosilec/nosilka lista',
  },
  '2': { it: 'marito/moglie', en: 'husband/wife', de: 'Ehemann/Ehefrau', fr: 'mari/femme', sl: 'mož/žena' },
  '3': { it: 'figlio/a', en: 'son/daughter', de: 'Sohn/Tochter', fr: 'fils/fille', sl: 'sin/hči' },
  '4': {
    it: 'nipote (discendente)',
    en: 'grandchild',
    de: 'Enkel/in',
    fr: 'petit-fils/petite-fille',
    sl: 'vnuk/vnukinja',
  },
  '5': {
    it: 'pronipote',
    en: 'great-grandchild',
    de: 'Urenkel/in',
    fr: 'arrière-petit-enfant',
    sl: 'pravnuk/pravnukinja',
  },
  '6': { it: 'padre/madre', en: 'father/mother', de: 'Vater/Mutter', fr: 'père/mère', sl: 'oče/mati' },
  '7': { it: 'nonno/a', en: 'grandparent', de: 'Großvater/Großmutter', fr: 'grand-parent', sl: 'stari oče/stara mati' },
  '8': {
    it: 'bisnonno/a',
    en: 'great-grandparent',
    de: 'Urgroßvater/Urgroßmutter',
    fr: 'arrière-grand-parent',
    sl: 'praded/prababica',
  },
  '9': { it: 'fratello/sorella', en: 'brother/sister', de: 'Bruder/Schwester', fr: 'frère/sœur', sl: 'brat/sestra' },
  '10': {
    it: 'nipote (collaterale)',
    en: 'nephew/niece',
    de: 'Neffe/Nichte',
    fr: 'neveu/nièce',
    sl: 'nečak/nečakinja',
  },
  '11': { it: 'zio/a', en: 'uncle/aunt', de: 'Onkel/Tante', fr: 'oncle/tante', sl: 'stric/teta' },
  '12': { it: 'cugino/a', en: 'cousin', de: 'Cousin/Cousine', fr: 'cousin/cousine', sl: 'bratranec/sestrična' },
  '13': {
    it: 'altro parente',
    en: 'other relative',
    de: 'andere/r Verwandte/r',
    fr: 'autre parent',
    sl: 'drug sorodnik',
  },
  '14': {
    it: 'figliastro/a',
    en: 'stepchild',
    de: 'Stiefsohn/Stieftochter',
    fr: 'enfant du conjoint',
    sl: 'pastorek/pastorka',
  },
  '15': {
    it: 'patrigno/matrigna',
    en: 'step-parent',
    de: 'Stiefvater/Stiefmutter',
    fr: 'conjoint du parent',
    sl: 'očim/mačeha',
  },
  '16': {
    it: 'genero/nuora',
    en: 'son-/daughter-in-law',
    de: 'Schwiegersohn/-tochter',
    fr: 'gendre/bru',
    sl: 'zet/snaha',
  },
  '17': {
    it: 'suocero/a',
    en: 'father-/mother-in-law',
    de: 'Schwiegervater/-mutter',
    fr: 'beau-père/belle-mère',
    sl: 'tast/tašča',
  },
  '18': {
    it: 'cognato/a',
    en: 'brother-/sister-in-law',
    de: 'Schwager/Schwägerin',
    fr: 'beau-frère/belle-sœur',
    sl: 'svak/svakinja',
  },
  '19': {
    it: 'fratellastro/sorellastra',
    en: 'step-sibling',
    de: 'Stiefbruder/-schwester',
    fr: 'demi-frère/demi-sœur',
    sl: 'polbrat/polsestra',
  },
  '20': {
    it: 'nipote (affine)',
    en: 'nephew/niece by marriage',
    de: 'angeheiratete/r Neffe/Nichte',
    fr: 'neveu/nièce par alliance',
    sl: 'nečak/-inja po svaštvu',
  },
  '21': {
    it: 'zio/a (affine)',
    en: 'uncle/aunt by marriage',
    de: 'angeheiratete/r Onkel/Tante',
    fr: 'oncle/tante par alliance',
    sl: 'stric/teta po svaštvu',
  },
  '22': {
    it: 'altro affine',
    en: 'other relative by marriage',
    de: 'andere/r Verschwägerte/r',
    fr: 'autre parent par alliance',
    sl: 'drug sorodnik po svaštvu',
  },
  '23': {
    it: 'convivente',
    en: 'cohabiting partner',
    de: 'Mitbewohner/in (Lebensgemeinschaft)',
    fr: 'vit dans la famille',
    sl: 'sostanovalec/-ka',
  },
  '24': {
    it: 'responsabile della convivenza',
    en: 'head of the institution',
    de: 'Verantwortliche/r der Wohngemeinschaft',
    fr: 'responsable de la communauté',
    sl: 'odgovorni za skupnost',
  },
  '25': {
    it: 'convivente (convivenza non affettiva)',
    en: 'cohabitant',
    de: 'Mitglied der Wohngemeinschaft',
    fr: 'vit dans la famille',
    sl: 'član/-ica skupnosti',
  },
  '26': { it: 'tutore', en: 'guardian', de: 'Vormund', fr: 'tuteur/tutrice', sl: 'skrbnik/skrbnica' },
  '28': {
    it: 'unito/a civilmente',
    en: 'civil partner',
    de: 'eingetragene/r Lebenspartner/in',
    fr: 'en union civile',
    sl: 'partner/-ica v partnerski zvezi',
  },
  '80': { it: 'adottato/a', en: 'adopted child', de: 'Adoptivkind', fr: 'enfant adoptif', sl: 'posvojenec/posvojenka' },
  '81': {
    it: 'nipote',
    en: 'nephew/niece or grandchild',
    de: 'Neffe/Nichte oder Enkel/in',
    fr: 'neveu/nièce ou petit-enfant',
    sl: 'nečak/-inja ali vnuk/-inja',
  },
}

// ANPR table 6: the same codes have other meanings in a convivenza. 9 is "ignoto".
const IN_CONVIVENZA: Record<string, Record<Language, string>> = {
  '1': {
    it: 'responsabile della convivenza',
    en: 'head of the institution',
    de: 'Verantwortliche/r der Gemeinschaft',
    fr: 'responsable de la communauté',
    sl: 'odgovorni/-a za skupnost',
  },
  '2': {
    it: 'membro della convivenza',
    en: 'member of the institution',
    de: 'Mitglied der Gemeinschaft',
    fr: 'membre de la communauté',
    sl: 'član/-ica skupnosti',
  },
  '3': {
    it: 'altro componente della convivenza',
    en: 'other person in the institution',
    de: 'andere Person der Gemeinschaft',
    fr: 'autre personne de la communauté',
    sl: 'druga oseba v skupnosti',
  },
}

/** e.g. `figlio/a`; null for a code that the table does not define (99, 9) or this totem does not know. */
export const relationName = ({ tie, relation }: Belonging, language: Language): string | null =>
  (tie === 'convivenza' ? IN_CONVIVENZA : RELATIONS)[relation]?.[language] ?? null
