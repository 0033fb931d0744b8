import type { OwnRequest } from '../../../contract/journeys/requests.ts'
import type { Language } from '../../../contract/language.ts'
import { type Fact, type Paper, type Place, said } from '../../documents/model.ts'
import { dateTime, texts, titleOf } from '../../documents/texts.ts'

const words = {
  it: {
    title: 'RICHIESTA ANNULLATA',
    lead: 'Chi ha fatto questa richiesta l’ha annullata. Il certificato non viene rilasciato.',
    requested: 'Richiesta del',
    withdrawn: 'Annullata il',
    mark: 'Una marca da bollo indicata per questa richiesta resta buona per un altro certificato.',
    note: 'Non è un certificato. Si può chiedere di nuovo, a ogni totem.',
  },
  de: {
    title: 'ANTRAG ZURÜCKGEZOGEN',
    lead: 'Wer diesen Antrag gestellt hat, hat ihn zurückgezogen. Die Bescheinigung wird nicht ausgestellt.',
    requested: 'Antrag vom',
    withdrawn: 'Zurückgezogen am',
    mark: 'Eine Stempelmarke, die für diesen Antrag angegeben wurde, gilt weiter für eine andere Bescheinigung.',
    note: 'Keine Bescheinigung. Ein neuer Antrag ist an jedem Totem möglich.',
  },
  fr: {
    title: 'DEMANDE ANNULÉE',
    lead: 'La personne qui a fait cette demande l’a annulée. Le certificat n’est pas délivré.',
    requested: 'Demande du',
    withdrawn: 'Annulée le',
    mark: 'Un timbre indiqué pour cette demande reste bon pour un autre certificat.',
    note: 'Ce n’est pas un certificat. Une nouvelle demande est possible à chaque totem.',
  },
  sl: {
    title: 'ZAHTEVEK UMAKNJEN',
    lead: 'Kdor je vložil ta zahtevek, ga je umaknil. Potrdilo ne bo izdano.',
    requested: 'Zahtevek z dne',
    withdrawn: 'Umaknjen dne',
    mark: 'Kolek, naveden za ta zahtevek, ostane dober za drugo potrdilo.',
    note: 'To ni potrdilo. Nov zahtevek je mogoč pri vsakem totemu.',
  },
  en: {
    title: 'REQUEST WITHDRAWN',
    lead: 'Whoever made this request has withdrawn it. The certificate is not issued.',
    requested: 'Requested',
    withdrawn: 'Withdrawn',
    mark: 'A stamp that was given for this request stays good for another certificate.',
    note: 'This is not a certificate. You may ask again, at every totem.',
  },
} satisfies Record<Language, unknown>

const fact = (label: string, value: string): Fact => ({ label: said(label), value, source: null })

/** What a person keeps of a withdrawal. It names nobody: a paper is easily left behind. */
export function withdrawalPaper(
  { operation, types, requestedAt }: Pick<OwnRequest, 'operation' | 'types' | 'requestedAt'>,
  { language, place, at }: { language: Language; place: Place; at: Date },
): Paper {
  const own = words[language]
  const { receipt, totem, operation: number } = texts[language]
  return {
    ...{ languages: [language], title: said(own.title), subtitle: null, at, ...place, operation },
    blocks: [
      { kind: 'paragraph', style: 'strong', text: said(own.lead) },
      {
        kind: 'facts',
        facts: [
          ...(types === null ? [] : [fact(receipt.document, titleOf(language, types))]),
          fact(own.requested, dateTime(requestedAt, language)),
          fact(own.withdrawn, dateTime(at.toISOString(), language)),
          fact(totem, place.totem),
          fact(number, operation),
        ],
      },
      { kind: 'paragraph', style: 'body', text: said(own.mark) },
      { kind: 'paragraph', style: 'strong', text: said(own.note) },
    ],
  }
}
