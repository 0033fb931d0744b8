import { sql } from 'kysely'
import { DAY_MS, italianMidnight, MINUTE_MS } from '../../basics/time.ts'

/** A totem keeps what it did without a line for so long, and its log comes after it. */
const LATE_MS = 36 * DAY_MS
/** A totem whose clock is further ahead is dated by the gateway's. */
const AHEAD_MS = 10 * MINUTE_MS

/** A totem's id (contract/identity.ts). What else issues is a desk at a counter: its office and two digits (contract/caller.ts). */
const TOTEM = '^[A-Z]{2}-[0-9]{4}$'
const OF_DESK = '-[0-9]{2}$'

/** What is counted together. Days are YYYY-MM-DD in Italy; '' is what is not known, or says nothing of this product. */
export interface Counted {
  giorno: string
  comune: string
  ufficio: string
  canale: string
  prodotto: string
  esito: string
  bollo: string
  regione: string | null
  n: number
}

/** The day after this one, or so many days on. */
export const dayAfter = (day: string, days = 1): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)

/**
 * What was given on the days from `first` to `last`, out of the raw events, as a query:
 *
 * - a certificate is one operation, on the day on which its request came. `stampato`: the printer has acknowledged every
 *   page of it, or an operator at a counter has said so, who may have given it out of a totem's request, whenever that
 *   was; `emesso`: it was issued, and nobody has printed it here;
 * - what is made without an operation (declarations, visure) is one job of the totem's printer, on the totem's day, or on
 *   the gateway's where the totem's clock cannot be believed; at a counter it is one sheet. What a counter gives out of a
 *   totem's requests is that totem's certificate;
 * - a consultation is one line of the access log. An office of another body is named there
 *   (`USL2:PROTESI`), and the comune that lets it ask in its request.
 *
 * An event belongs to the office where its totem stood on that day (`places.ts`), or to its desk's own.
 */
export const counted = (first: string, last: string) => {
  const [from, to] = [italianMidnight(first), italianMidnight(dayAfter(last))]
  // A visit over midnight may print its paper again.
  const [heardFrom, heardTo] = [new Date(+from - DAY_MS), new Date(+to + LATE_MS)]
  const heard = sql`received_at >= ${heardFrom}::timestamptz and received_at < ${heardTo}::timestamptz`
  return sql<Counted>`
    select giorno::text as giorno, coalesce(event.comune, office.comune, '') as comune,
      coalesce(event.body, office.ufficio, '') as ufficio, canale,
      prodotto, esito, bollo, office.regione, count(*)::integer as n
    from (
      with rendered as (
        select totem, fields ->> 'job' as job, min(fields ->> 'document') as document,
          max((fields ->> 'pages')::integer) as pages,
          min(case when at > received_at - ${`${LATE_MS} milliseconds`}::interval
            and at < received_at + ${`${AHEAD_MS} milliseconds`}::interval then at else received_at end) as at
        from journal_entry where event = 'print.rendered' and ${heard}
        group by 1, 2
      ), acknowledged as (
        select totem, fields ->> 'job' as job, count(distinct fields ->> 'page') as pages
        from journal_entry where event = 'print.acknowledged' and ${heard}
        group by 1, 2
      ), paper as (
        select rendered.totem, rendered.job, document, rendered.at, coalesce(acknowledged.pages, 0) >= rendered.pages as whole
        from rendered left join acknowledged using (totem, job)
      ), issue as (
        select caller as totem, operation, bool_or(exemption is not null) as exempt
        from access_log
        where channel in ('totem', 'counter') and operation is not null
          and at >= ${from}::timestamptz and at < ${heardTo}::timestamptz
        group by 1, 2
      )
      select operation.totem as machine, null as body, null as comune,
        (operation.received_at at time zone 'Europe/Rome')::date as giorno,
        case when operation.totem ~ ${TOTEM} then 'totem' else 'sportello' end as canale,
        'certificato' || coalesce('-' || replace(nullif(operation.types, ''), ' ', '+'), '') as prodotto,
        case when state = 'issued' then case when paper.whole or exists (select from counter_paper where answered = 'printed'
          and ((station = operation.totem and counter_paper.operation = operation.id)
            or (of_totem = operation.totem and of_operation = operation.id))) then 'stampato' else 'emesso' end
          when state = 'pending' then 'in-attesa' when refusal = 'withdrawn' then 'annullato' else 'rifiutato' end as esito,
        case when state <> 'issued' then '' when issue.exempt then 'esente' else 'bollo' end as bollo
      from operation
        left join issue on issue.totem = operation.totem and issue.operation = operation.id
        left join paper on paper.totem = operation.totem and paper.job = operation.id || '.certificate'
      where received_at >= ${from}::timestamptz and received_at < ${to}::timestamptz
      union all
      select totem, null, null, (at at time zone 'Europe/Rome')::date, 'totem',
        case document when 'visura' then 'visura' when 'attoNotorio' then 'dichiarazione-notorio'
          else 'dichiarazione-sostitutiva' end,
        case when whole then 'stampato' else 'non-stampato' end, ''
      from paper where document in ('visura', 'dichiarazioneSostitutiva', 'attoNotorio')
        and at >= ${from}::timestamptz and at < ${to}::timestamptz
      union all
      select station, null, null, (at at time zone 'Europe/Rome')::date, 'sportello', 'dichiarazione-sostitutiva',
        case when answered = 'printed' then 'stampato' else 'non-stampato' end, ''
      from counter_paper where kind = 'declaration' and at >= ${from}::timestamptz and at < ${to}::timestamptz
      union all
      select null, case when caller like '%:%' then caller end, richiesta.comune, (at at time zone 'Europe/Rome')::date,
        'massiva',
        'consultazione-' || replace(types, ' ', '+'),
        case outcome when 'shown' then 'trovato' when 'EN122' then 'non-trovato' when 'asked' then 'senza-risposta'
          when 'not-answered' then 'senza-risposta' else 'errore' end, ''
      from access_log left join richiesta on richiesta.id = access_log.operation
      where channel = 'console' and at >= ${from}::timestamptz and at < ${to}::timestamptz
    ) as event
    left join (
      select totem, ufficio, dal, lead(dal, 1, 'infinity'::date) over (partition by totem order by dal) as until
      from stat_posto
    ) as stood on stood.totem = machine and giorno >= dal and giorno < until
    left join stat_ufficio as office on office.ufficio =
      case canale when 'sportello' then regexp_replace(machine, ${OF_DESK}, '') else stood.ufficio end
    group by 1, 2, 3, canale, prodotto, esito, bollo, office.regione`
}
