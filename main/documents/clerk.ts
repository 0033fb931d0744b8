import type { Language } from '../../contract/language.ts'
import { type Block, said } from './model.ts'

type About = 'receipt' | 'slip' | 'notice' | 'refund'

/** In the first person, as on the screen that is shown to the clerk (renderer/help). */
const words: Record<Language, Record<'title' | About, string>> = {
  it: {
    title: 'Da mostrare allo sportello',
    receipt:
      'Il totem mi ha stampato il certificato scritto qui sopra. Se il foglio manca o non si legge, può aiutarmi a ristamparlo?',
    slip: 'Ho chiesto un certificato al totem, ma mancava il collegamento. Lo devo ritirare qui con la tessera e il PIN: può aiutarmi?',
    notice: 'Vorrei pagare questo avviso pagoPA allo sportello.',
    refund: 'Questo pagamento mi deve essere restituito. Può aiutarmi, con il numero della ricevuta scritto qui sopra?',
  },
  de: {
    title: 'Am Schalter vorzeigen',
    receipt:
      'Der Totem hat mir die oben genannte Bescheinigung gedruckt. Falls das Blatt fehlt oder unleserlich ist: Können Sie mir helfen, es noch einmal zu drucken?',
    slip: 'Ich habe am Totem eine Bescheinigung beantragt, aber es gab keine Verbindung. Ich muss sie hier mit Karte und PIN abholen: Können Sie mir helfen?',
    notice: 'Ich möchte diese pagoPA-Mitteilung am Schalter bezahlen.',
    refund: 'Diese Zahlung muss mir erstattet werden. Können Sie mir helfen? Die Nummer der Quittung steht oben.',
  },
  fr: {
    title: 'À montrer au guichet',
    receipt:
      'Le totem m’a imprimé le certificat indiqué ci-dessus. Si la feuille manque ou est illisible, pouvez-vous m’aider à la réimprimer ?',
    slip: 'J’ai demandé un certificat au totem, mais il n’y avait pas de connexion. Je dois le retirer ici avec la carte et le code PIN : pouvez-vous m’aider ?',
    notice: 'Je voudrais payer cet avis pagoPA au guichet.',
    refund: 'Ce paiement doit m’être remboursé. Pouvez-vous m’aider ? Le numéro du reçu est ci-dessus.',
  },
  sl: {
    title: 'Pokažite na okencu',
    receipt:
      'Totem mi je natisnil zgoraj navedeno potrdilo. Če list manjka ali ni čitljiv, mi lahko pomagate pri ponovnem tisku?',
    slip: 'Na totemu je vložen moj zahtevek za potrdilo, a ni bilo povezave. Prevzem je tukaj, s kartico in kodo PIN: mi lahko pomagate?',
    notice: 'Ta nalog pagoPA želim plačati na okencu.',
    refund: 'To plačilo mi je treba vrniti. Mi lahko pomagate? Številka potrdila o plačilu je zgoraj.',
  },
  en: {
    title: 'Show this to the clerk',
    receipt:
      'The totem printed me the certificate named above. If the sheet is missing or cannot be read, can you help me print it again?',
    slip: 'I asked the totem for a certificate, but there was no connection. I have to collect it here with my card and PIN: can you help me?',
    notice: 'I would like to pay this pagoPA notice at the counter.',
    refund: 'This payment has to be refunded to me. Can you help me? The receipt number is above.',
  },
}

/**
 * The part of a paper that its holder shows at the counter: what happened and what they need, for the clerk in Italian and
 * below in the paper's own language. A paper in Italian says it all already.
 */
export const forClerk = (about: About, language: Language): Block[] =>
  language === 'it'
    ? []
    : [
        { kind: 'heading', text: said(words[language].title) },
        { kind: 'paragraph', style: 'strong', text: said(words.it[about]), language: 'it' },
        { kind: 'paragraph', style: 'body', text: said(words[language][about]) },
      ]
