import type { Answer } from '../../../contract/console/api.ts'
import type { ConsoleTransaction } from '../tables.ts'
import { decidedSaid } from './decided.ts'

/** The tenants in sight, each with its offices. */
export async function entiOf(transaction: ConsoleTransaction): Promise<Answer<'enti'>> {
  const uffici = await transaction.selectFrom('ufficio_ente').selectAll().orderBy('id').execute()
  const enti = await transaction.selectFrom('ente').selectAll().orderBy('kind').orderBy('name').execute()
  return {
    enti: enti.map(({ id, kind, name, patron }) => ({
      ...{ id, kind, name, patron },
      uffici: uffici
        .filter(({ ente }) => ente === id)
        .map(({ id: office, name: called }) => ({ id: office, name: called })),
    })),
  }
}

/** The agreements in sight, the newest first. */
export async function agreementsOf(
  transaction: ConsoleTransaction,
  person: string,
  at: Date,
): Promise<Answer<'agreements'>> {
  const rows = await transaction
    .selectFrom('convenzione')
    .innerJoin('ente as comune_', 'comune_.id', 'convenzione.comune')
    .innerJoin('ente as fruitore_', 'fruitore_.id', 'convenzione.fruitore')
    .innerJoin('profilo', (join) =>
      join
        .onRef('profilo.id', '=', 'convenzione.profilo')
        .onRef('profilo.versione', '=', 'convenzione.profilo_versione'),
    )
    .selectAll('convenzione')
    .select(['comune_.name as comune_name', 'fruitore_.name as fruitore_name', 'profilo.nome as profilo_nome'])
    .orderBy('convenzione.id', 'desc')
    .limit(1_000)
    .execute()
  return {
    agreements: rows.map((row) => ({
      ...{ agreement: row.id, comune: row.comune, fruitore: row.fruitore, dal: row.dal, al: row.al },
      ...{ comuneName: row.comune_name, fruitoreName: row.fruitore_name, profiloNome: row.profilo_nome },
      ...{ baseGiuridica: row.base_giuridica, protocollo: row.protocollo },
      silenzio:
        row.silenzio_giorni === null || row.silenzio_righe_max === null
          ? null
          : { giorni: row.silenzio_giorni, righeMax: row.silenzio_righe_max },
      quote: { personaGiorno: row.quota_persona, ufficioGiorno: row.quota_ufficio, mese: row.quota_mese },
      ...{ territorio: row.territorio, comuni: row.comuni },
      ...{ profilo: row.profilo, profiloVersione: row.profilo_versione },
      ...decidedSaid(row, person, at),
    })),
  }
}
