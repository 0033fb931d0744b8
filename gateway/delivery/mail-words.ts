import type { Language } from '../../contract/language.ts'

/** No name, no codice fiscale, no kind of document: a mail may go to a stranger, and passes many servers. */
const words: Record<Language, { subject: string; text: (office: string, link: string) => string }> = {
  it: {
    subject: 'Il documento che ha chiesto è pronto',
    text: (office, link) => `Il documento che ha chiesto al totem (${office}) è pronto.

Per scaricarlo, aprire questo collegamento:

${link}

La pagina chiede le 6 cifre che il totem Le ha dato. Il collegamento vale 7 giorni, per 3 volte.

Se non ha chiesto nulla, può cancellare questo messaggio: senza le 6 cifre nessuno apre il documento.

È un messaggio automatico: alle risposte non risponde nessuno.
`,
  },
  de: {
    subject: 'Das angefragte Dokument ist bereit',
    text: (office, link) => `Das Dokument, das Sie am Totem (${office}) angefragt haben, ist bereit.

Zum Herunterladen öffnen Sie diesen Link:

${link}

Die Seite fragt nach den 6 Ziffern, die Ihnen der Totem gegeben hat. Der Link gilt 7 Tage, 3 Mal.

Wenn Sie nichts angefragt haben, löschen Sie diese Nachricht: Ohne die 6 Ziffern öffnet niemand das Dokument.

Diese Nachricht ist automatisch: Niemand liest eine Antwort.
`,
  },
  fr: {
    subject: 'Le document demandé est prêt',
    text: (office, link) => `Le document que vous avez demandé au totem (${office}) est prêt.

Pour le télécharger, ouvrez ce lien :

${link}

La page demande les 6 chiffres que le totem vous a donnés. Le lien vaut 7 jours, 3 fois.

Si vous n’avez rien demandé, effacez ce message : sans les 6 chiffres, personne n’ouvre le document.

Ce message est automatique : personne ne lit les réponses.
`,
  },
  sl: {
    subject: 'Zahtevani dokument je pripravljen',
    text: (office, link) => `Dokument, ki ste ga zahtevali na totemu (${office}), je pripravljen.

Za prenos odprite to povezavo:

${link}

Stran vpraša za 6 števk, ki vam jih je dal totem. Povezava velja 7 dni, 3-krat.

Če niste ničesar zahtevali, izbrišite to sporočilo: brez 6 števk dokumenta nihče ne odpre.

To je samodejno sporočilo: odgovorov nihče ne bere.
`,
  },
  en: {
    subject: 'The document that you asked for is ready',
    text: (office, link) => `The document that you asked for at the totem (${office}) is ready.

To download it, open this link:

${link}

The page asks for the 6 digits that the totem gave you. The link works for 7 days, 3 times.

If you asked for nothing, delete this message: without the 6 digits nobody opens the document.

This message is automatic: nobody reads a reply.
`,
  },
}

/** Of a PEC to a digital domicile, whose document is attached. */
const attached: Record<Language, { subject: string; text: (office: string) => string }> = {
  it: {
    subject: 'Il documento che ha chiesto',
    text: (office) => `In allegato il documento che ha chiesto al totem (${office}), inviato al Suo domicilio digitale.

È un messaggio automatico: alle risposte non risponde nessuno.
`,
  },
  de: {
    subject: 'Das angefragte Dokument',
    text: (
      office,
    ) => `Anbei das Dokument, das Sie am Totem (${office}) angefragt haben, an Ihr digitales Domizil gesendet.

Diese Nachricht ist automatisch: Niemand liest eine Antwort.
`,
  },
  fr: {
    subject: 'Le document que vous avez demandé',
    text: (
      office,
    ) => `Ci-joint le document que vous avez demandé au totem (${office}), envoyé à votre domicile numérique.

Ce message est automatique : personne ne lit les réponses.
`,
  },
  sl: {
    subject: 'Zahtevani dokument',
    text: (office) => `V prilogi je dokument, ki ste ga zahtevali na totemu (${office}), poslan na vaš digitalni naslov.

To je samodejno sporočilo: odgovorov nihče ne bere.
`,
  },
  en: {
    subject: 'The document that you asked for',
    text: (
      office,
    ) => `Attached is the document that you asked for at the totem (${office}), sent to your digital domicile.

This message is automatic: nobody reads a reply.
`,
  },
}
export const pecWords = (language: Language, office: string): { subject: string; text: string } => ({
  subject: attached[language].subject,
  text: attached[language].text(office),
})

export const mailWords = (language: Language, office: string, link: string): { subject: string; text: string } => ({
  subject: words[language].subject,
  text: words[language].text(office, link),
})
