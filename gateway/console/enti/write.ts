import type { ProfileTerms } from '../../../contract/console/profiles.ts'
import type { AgreementTerms, EnteWish } from '../../../contract/console/registry.ts'
import type { ConsoleTransaction } from '../tables.ts'

/** Who proposes, and who has approved already: at the console nobody has, the installation is both (gateway/console.ts). */
export interface Decision {
  proposed_by: string
  proposed_name: string
  proposed_at: Date
  approved_by?: string
  approved_name?: string
  approved_at?: Date
}

export async function addEnte(transaction: ConsoleTransaction, wish: EnteWish): Promise<void> {
  const { id, kind, name } = wish
  const own = wish.kind === 'comune' ? { istat: id, patron: wish.patron } : { istat: null, patron: null }
  await transaction
    .insertInto('ente')
    .values({ id, kind, name, ...own })
    .execute()
}

export async function addProfile(
  transaction: ConsoleTransaction,
  { id, versione }: { id: string; versione: number },
  { comune, nome, territorio, provvisori, dal, al, ...terms }: ProfileTerms,
  decision: Decision,
): Promise<void> {
  await transaction
    .insertInto('profilo')
    .values({
      ...{ id, versione, comune, nome, territorio, provvisori, dal, al, ...decision },
      ...{ servizi: JSON.stringify(terms.servizi), sezioni: JSON.stringify(terms.sezioni) },
      ...{ perche: JSON.stringify(terms.perche), chiavi: JSON.stringify(terms.chiavi) },
      ...{ motivi: JSON.stringify(terms.motivi), base_giuridica: terms.baseGiuridica },
      ...{ righe_max: terms.righeMax, righe_giorno: terms.righeGiorno },
    })
    .execute()
}

export async function addAgreement(
  transaction: ConsoleTransaction,
  id: string,
  { comune, fruitore, dal, al, protocollo, territorio, silenzio, quote, ...terms }: AgreementTerms,
  decision: Decision,
): Promise<void> {
  await transaction
    .insertInto('convenzione')
    .values({
      ...{ id, comune, fruitore, dal, al, protocollo, territorio, ...decision },
      ...{ base_giuridica: terms.baseGiuridica, comuni: JSON.stringify(terms.comuni) },
      ...{ silenzio_giorni: silenzio?.giorni ?? null, silenzio_righe_max: silenzio?.righeMax ?? null },
      ...{ quota_persona: quote.personaGiorno, quota_ufficio: quote.ufficioGiorno, quota_mese: quote.mese },
      ...{ profilo: terms.profilo, profilo_versione: terms.profiloVersione },
    })
    .execute()
}
