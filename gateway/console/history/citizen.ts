import { sql } from 'kysely'
import type { Answer, Body } from '../../../contract/console/api.ts'
import { append, type Doer } from '../audit/chain.ts'
import type { ConsoleTransaction } from '../tables.ts'

/** As long as the log is kept (gateway/store/migrations). */
const MONTHS = 36
/** More lines than anybody reads. */
const MOST = 500

interface Line {
  at: Date
  channel: Answer<'searchAccesses'>['accesses'][number]['channel']
  caller: string
  actor: string | null
  types: string
  outcome: string
  richiesta: string | null
  body: string | null
  motivo: string | null
  protocollo: string | null
  autore_nome: string | null
}

/**
 * Who looked at a person: in whatever the reader may see of the access log (064). The search itself stands in the audit,
 * with the keyed hashes of whom it was about, before its answer is shown.
 */
export async function searchAccesses(
  transaction: ConsoleTransaction,
  doer: Doer,
  { codiceFiscale, idAnpr, reason }: Body<'searchAccesses'>,
  { reference, names, now }: { reference(person: string): string; names: ReadonlyMap<string, string>; now: Date },
): Promise<Answer<'searchAccesses'>> {
  const from = new Date(now)
  from.setUTCMonth(from.getUTCMonth() - MONTHS)
  const subjects = [codiceFiscale, idAnpr].flatMap((one) => (one === null ? [] : [reference(one)]))
  const [object = null, second = null] = subjects
  await append(
    transaction,
    doer,
    { deed: 'history.search', object, reason, detail: second ? { also: second } : {} },
    now,
  )
  const { rows } = await sql<Line>`
    select log.at, log.channel, log.caller, log.actor, log.types, log.outcome, asked.id as richiesta,
      asked.fruitore_nome || ', ' || asked.ufficio_nome as body, asked.motivo, asked.protocollo, asked.autore_nome
    from access_log log left join richiesta asked on log.channel = 'console' and asked.id = log.operation
    where log.subject = any(${subjects}::text[]) and log.at > ${from}
    order by log.at desc, log.id desc limit ${MOST + 1}`.execute(transaction)
  return {
    accesses: rows.slice(0, MOST).map((line) => ({
      ...{ at: line.at.toISOString(), channel: line.channel, machine: line.caller, services: line.types },
      ...{ outcome: line.outcome, body: line.body, purpose: line.motivo, protocollo: line.protocollo },
      ...{ request: line.richiesta, by: line.autore_nome ?? (line.actor && (names.get(line.actor) ?? line.actor)) },
    })),
    more: rows.length > MOST,
    from: from.toISOString(),
  }
}
