import type { Answer } from '../../../contract/console/api.ts'
import { decidedSaid } from '../enti/decided.ts'
import type { ConsoleTransaction } from '../tables.ts'

/** The versions of profiles in sight, the newest first. */
export async function profilesOf(
  transaction: ConsoleTransaction,
  person: string,
  at: Date,
): Promise<Answer<'profiles'>> {
  const rows = await transaction
    .selectFrom('profilo')
    .innerJoin('ente', 'ente.id', 'profilo.comune')
    .selectAll('profilo')
    .select('ente.name as comune_name')
    .orderBy('profilo.id', 'desc')
    .orderBy('profilo.versione', 'desc')
    .limit(1_000)
    .execute()
  return {
    profiles: rows.map((row) => ({
      ...{ profilo: row.id, versione: row.versione, comune: row.comune, comuneName: row.comune_name, nome: row.nome },
      ...{ servizi: row.servizi, sezioni: row.sezioni, perche: row.perche, chiavi: row.chiavi },
      ...{ provvisori: row.provvisori, motivi: row.motivi, baseGiuridica: row.base_giuridica },
      ...{ territorio: row.territorio, righeMax: row.righe_max, righeGiorno: row.righe_giorno },
      ...{ dal: row.dal, al: row.al },
      ...decidedSaid(row, person, at),
    })),
  }
}
