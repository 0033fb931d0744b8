/**
 * The table of conditions: what raises an alarm, how badly, what the screen says and what to do. Everything about alarms is
 * made of it: the gateway evaluates it for the screen (gateway/console/alarms/evaluate.ts), and scripts/alerts.ts makes
 * Prometheus' rules and Alertmanager's configuration of it (alerts/). runbooks.ts tells the whole way of each.
 */
export const severities = ['alarm', 'warn', 'info'] as const
export type Severity = (typeof severities)[number]

/**
 * What is measured, by the name under which `/metrics/fleet` tells it; gateway/console/alarms/measures.ts has the statement
 * of each. `by`: whose a series is. A measure `of` something has a second series, `NAME_of`: out of how many.
 */
interface Measure {
  help: string
  by: 'totem' | 'region' | 'gateway'
  /** What else a series is named by, from a closed or a short list: never a person, an operation or a visit. */
  label?: 'event' | 'service' | 'certificate' | 'list' | 'way'
  of?: true
}
export const measures = {
  totem_silent_seconds: {
    by: 'totem',
    help: 'Time since a totem was last heard, while its office was open; 0: it is heard, or need not be',
  },
  totem_region_silent: {
    by: 'region',
    of: true,
    help: 'Totems of a region that are silent in opening hours, of those whose office is open',
  },
  totem_paper_low: { by: 'totem', help: '1 while the roll comes to its end, else 0' },
  totem_printer_stopped_seconds: {
    by: 'totem',
    help: 'Time, while the office was open, since the printer stopped for paper, cover, jam or heat; 0: it prints',
  },
  totem_device_gone: { by: 'totem', help: '1 while printer, reader or their process do not answer, else 0' },
  totem_device_restarts: { by: 'totem', help: 'Restarts of the device process within ten minutes' },
  totem_queue_age_seconds: { by: 'totem', help: 'Age of the oldest request that a totem still waits with' },
  totem_queue_aside: { by: 'totem', help: 'Requests that a totem has set aside' },
  totem_clone: { by: 'totem', help: '1 where a totem was seen twice and nobody has said why yet' },
  totem_log_broken: { by: 'totem', help: 'Parts of a sync log that do not fit, of a day, and gaps that last' },
  totem_log_unsent: { by: 'totem', help: 'Entries that a totem still keeps to itself' },
  totem_log_alarms: {
    by: 'totem',
    label: 'event',
    help: 'Entries of severity alarm in a sync log, received within a day',
  },
  totem_clock_ahead_seconds: { by: 'totem', help: 'How far the clock of a totem is off, in either direction' },
  totem_disk_free_megabytes: { by: 'totem', help: 'Free space on the disk of a totem' },
  totem_cards_refused: {
    by: 'totem',
    of: true,
    help: 'Visits within an hour whose card was not accepted, of all that brought a card',
  },
  totem_issuers_refused: {
    by: 'gateway',
    of: true,
    help: 'The same at all totems, where the card’s issuer was not trusted or its CRL not at hand',
  },
  totem_totem_certificate_days: { by: 'totem', help: 'Days until the TLS certificate of a totem ends' },
  totem_items_given_up: { by: 'gateway', help: 'Operations given up until somebody redrives them' },
  totem_anpr_failed: {
    by: 'gateway',
    label: 'service',
    of: true,
    help: 'Calls of ANPR without an answer within five minutes, of all, by all gateways',
  },
  totem_anpr_slow: {
    by: 'gateway',
    label: 'service',
    of: true,
    help: 'Calls of ANPR that took longer than five seconds, of all within five minutes',
  },
  totem_anpr_resting: {
    by: 'gateway',
    label: 'service',
    help: 'Gateways that do not ask a service of ANPR because it has not answered',
  },
  totem_list_age_ratio: {
    by: 'gateway',
    label: 'list',
    help: 'Age of a signed list or CRL in force, as a share of its whole life',
  },
  totem_gateway_certificate_days: {
    by: 'gateway',
    label: 'certificate',
    help: 'Days until a certificate of the gateway ends',
  },
  totem_mail_oldest_seconds: { by: 'gateway', help: 'Age of the oldest letter that waits for the mail server' },
  totem_mail_returned: {
    by: 'gateway',
    label: 'way',
    of: true,
    help: 'Letters of a day that came back or were refused, of all of that day',
  },
} as const satisfies Record<string, Measure>
export type MeasureId = keyof typeof measures
export const measureIds = Object.keys(measures) as MeasureId[]
export const measureOf = (id: MeasureId): Measure => measures[id]

/**
 * When it is so bad. `above`, `below`: a bound of the value. `share`: more than this share of a measure's `of`, and at least
 * `least` of them, and `of` many in all. `forMin`: for so long without a break, before anybody is called; the screen shows
 * it at once, as one that is watched.
 */
export type Bound = { above: number } | { below: number } | { share: number; least: number; of: number }
export type Level = { severity: Severity; forMin: number } & Bound

interface Condition {
  /** For operators, in Italian: what it is, and what to do first. */
  name: string
  todo: string
  measure: MeasureId
  /** The worst first. */
  levels: readonly [Level, ...Level[]]
  /** It ends only when it was away for so long. */
  keepMin?: number
  /** It ends when a person has said why, and no window of maintenance or other alarm hides it. */
  stays?: true
  /** While one of these is there, this one follows from it: of the same totem or region, or anywhere. */
  follows?: Partial<Record<string, 'totem' | 'region' | 'anywhere'>>
}

const HOUR_S = 3_600
const DAY_S = 24 * HOUR_S
/** What a totem says of itself is not worth a call while its line is down. */
const WITH_TOTEM = { 'totem-silent': 'totem' } as const
const WITH_ANPR = { 'anpr-away': 'anywhere', 'anpr-errors': 'anywhere', 'anpr-slow': 'anywhere' } as const

export const conditions = {
  'totem-silent': {
    name: 'Totem fuori linea',
    todo: 'Chiamare l’ufficio: corrente, cavo di rete, schermo acceso? Se altri totem vicini tacciono, è la linea.',
    measure: 'totem_silent_seconds',
    levels: [
      { severity: 'alarm', above: 2 * HOUR_S, forMin: 0 },
      { severity: 'warn', above: 300, forMin: 5 },
    ],
    keepMin: 5,
    follows: { 'area-silent': 'region' },
  },
  'area-silent': {
    name: 'Molti totem di una regione fuori linea',
    todo: 'Sentire il gestore della linea della regione. I totem della regione restano nella tabella, senza un allarme ciascuno.',
    measure: 'totem_region_silent',
    levels: [{ severity: 'alarm', share: 0.05, least: 5, of: 20, forMin: 2 }],
  },
  'paper-low': {
    name: 'Carta in esaurimento',
    todo: 'Chiedere all’ufficio di preparare un rotolo nuovo.',
    measure: 'totem_paper_low',
    levels: [{ severity: 'info', above: 0, forMin: 0 }],
    follows: WITH_TOTEM,
  },
  'printer-stopped': {
    name: 'La stampante non stampa',
    todo: 'Chiamare l’ufficio: cambiare il rotolo, chiudere il coperchio, togliere la carta inceppata. Il totem riprende da sé.',
    measure: 'totem_printer_stopped_seconds',
    levels: [
      { severity: 'alarm', above: 4 * HOUR_S, forMin: 0 },
      { severity: 'warn', above: 0, forMin: 10 },
    ],
    follows: WITH_TOTEM,
  },
  'device-gone': {
    name: 'Stampante o lettore non rispondono',
    todo: 'Chiedere all’ufficio di controllare il cavo; se non torna, mandare un tecnico.',
    measure: 'totem_device_gone',
    levels: [{ severity: 'warn', above: 0, forMin: 10 }],
    follows: WITH_TOTEM,
  },
  'device-dies': {
    name: 'Il processo dei dispositivi cade di continuo',
    todo: 'Leggere nel registro la voce device.died: se cade sempre allo stesso passo, mandare un tecnico con un lettore di scorta.',
    measure: 'totem_device_restarts',
    levels: [{ severity: 'alarm', above: 4, forMin: 0 }],
    follows: WITH_TOTEM,
  },
  'queue-old': {
    name: 'Richieste ferme in coda',
    todo: 'Controllare linea e ANPR. Se la linea c’è e le altre code scorrono, guardare il registro di questo totem.',
    measure: 'totem_queue_age_seconds',
    levels: [
      { severity: 'alarm', above: DAY_S, forMin: 10 },
      { severity: 'warn', above: HOUR_S, forMin: 10 },
    ],
    follows: { ...WITH_TOTEM, ...WITH_ANPR },
  },
  'set-aside': {
    name: 'Richieste messe da parte',
    todo: 'Sul totem: totem queue list, poi totem queue retry. La persona attende.',
    measure: 'totem_queue_aside',
    levels: [{ severity: 'alarm', above: 0, forMin: 0 }],
    follows: WITH_TOTEM,
  },
  'operations-dead': {
    name: 'Operazioni abbandonate',
    todo: 'Pagina Operazioni: leggere che cosa ha risposto ANPR, poi farle riprovare. La persona attende.',
    measure: 'totem_items_given_up',
    levels: [{ severity: 'alarm', above: 0, forMin: 0 }],
    follows: WITH_ANPR,
  },
  clone: {
    name: 'Totem presente due volte',
    todo: 'Qualcuno ha copiato disco o chiavi, o rimesso una copia più vecchia. Ritirare il totem e mandare un tecnico.',
    measure: 'totem_clone',
    levels: [{ severity: 'alarm', above: 0, forMin: 0 }],
    stays: true,
  },
  'log-broken': {
    name: 'Registro del totem non integro',
    todo: 'Esportare il registro sul posto (totem journal export) e confrontarlo: un pezzo manca o è stato cambiato.',
    measure: 'totem_log_broken',
    levels: [{ severity: 'alarm', above: 0, forMin: 0 }],
  },
  'log-unsent': {
    name: 'Registro del totem non inviato',
    todo: 'Il totem è in linea e tiene il registro per sé: guardare linea e versione, poi totem journal verify sul posto.',
    measure: 'totem_log_unsent',
    levels: [{ severity: 'alarm', above: 10_000, forMin: 0 }],
    follows: WITH_TOTEM,
  },
  'log-alarm': {
    name: 'Allarme nel registro del totem',
    todo: 'Leggere la voce nel registro del totem: dice che cosa è successo e quando.',
    measure: 'totem_log_alarms',
    levels: [{ severity: 'alarm', above: 0, forMin: 0 }],
  },
  clock: {
    name: 'Orologio sbagliato',
    todo: 'Sincronizzare l’orologio del totem: oltre cinque minuti rifiuta ogni carta.',
    measure: 'totem_clock_ahead_seconds',
    levels: [{ severity: 'warn', above: 120, forMin: 15 }],
    follows: WITH_TOTEM,
  },
  disk: {
    name: 'Poco spazio su disco',
    todo: 'Guardare che cosa lo riempie; sotto 500 MB il totem smette di accettare richieste.',
    measure: 'totem_disk_free_megabytes',
    levels: [
      { severity: 'alarm', below: 500, forMin: 15 },
      { severity: 'warn', below: 2_000, forMin: 15 },
    ],
    follows: WITH_TOTEM,
  },
  'cards-refused': {
    name: 'Molte carte rifiutate a un totem',
    todo: 'Far pulire il lettore e provare una carta nota; se le altre vengono lette, guardare i motivi nel registro.',
    measure: 'totem_cards_refused',
    levels: [{ severity: 'warn', share: 0.3, least: 4, of: 10, forMin: 0 }],
    follows: { ...WITH_TOTEM, 'issuers-refused': 'anywhere' },
  },
  'issuers-refused': {
    name: 'Carte di un emittente rifiutate ovunque',
    todo: 'Guardare elenco di fiducia e CRL: un emittente nuovo manca, o la sua CRL non arriva.',
    measure: 'totem_issuers_refused',
    levels: [{ severity: 'warn', share: 0.3, least: 4, of: 10, forMin: 0 }],
  },
  'anpr-errors': {
    name: 'ANPR sbaglia o non risponde',
    todo: 'Guardare lo stato di ANPR e della porta (GovWay); i totem accettano richieste e attendono. Aprire una segnalazione con un GovWay-Transaction-ID.',
    measure: 'totem_anpr_failed',
    levels: [{ severity: 'alarm', share: 0.2, least: 4, of: 20, forMin: 5 }],
  },
  'anpr-slow': {
    name: 'ANPR è lenta',
    todo: 'Più di una chiamata su venti dura oltre 5 secondi. Guardare la rete verso PDND, poi segnalarlo ad ANPR.',
    measure: 'totem_anpr_slow',
    levels: [{ severity: 'alarm', share: 0.05, least: 2, of: 20, forMin: 5 }],
    follows: { 'anpr-away': 'anywhere' },
  },
  'anpr-away': {
    name: 'Un servizio di ANPR non viene più chiesto',
    todo: 'Cinque chiamate di seguito senza risposta: il gateway riprova da sé. Se dura, chiamare chi gestisce la porta.',
    measure: 'totem_anpr_resting',
    levels: [{ severity: 'alarm', above: 0, forMin: 5 }],
  },
  'list-old': {
    name: 'Elenco firmato o CRL vicino alla fine',
    todo: 'Firmarne uno nuovo (totem list sign) o guardare perché la CRL non arriva: alla fine i totem rifiutano le carte.',
    measure: 'totem_list_age_ratio',
    levels: [{ severity: 'warn', above: 0.8, forMin: 0 }],
  },
  certificate: {
    name: 'Certificato del totem in scadenza',
    todo: 'Guardare perché non si rinnova da sé (voce certificate.not-renewed).',
    measure: 'totem_totem_certificate_days',
    levels: [
      { severity: 'alarm', below: 7, forMin: 0 },
      { severity: 'warn', below: 30, forMin: 0 },
    ],
  },
  'gateway-certificate': {
    name: 'Certificato del gateway in scadenza',
    todo: 'Farne uno nuovo e metterlo al posto del vecchio: vale entro un minuto, senza riavvio.',
    measure: 'totem_gateway_certificate_days',
    levels: [
      { severity: 'alarm', below: 7, forMin: 0 },
      { severity: 'warn', below: 30, forMin: 0 },
    ],
  },
  'mail-old': {
    name: 'Messaggi che non partono',
    todo: 'Guardare il server di posta: nome, password, spazio. Le lettere attendono fino a un giorno.',
    measure: 'totem_mail_oldest_seconds',
    levels: [{ severity: 'warn', above: 900, forMin: 10 }],
  },
  'mail-returned': {
    name: 'Molti messaggi tornano indietro',
    todo: 'Leggere i motivi: il dominio è in una lista nera, o SPF e DKIM non tornano?',
    measure: 'totem_mail_returned',
    levels: [{ severity: 'warn', share: 0.05, least: 3, of: 20, forMin: 10 }],
    follows: { 'mail-old': 'anywhere' },
  },
} as const satisfies Record<string, Condition>
export type ConditionId = keyof typeof conditions
export const conditionIds = Object.keys(conditions) as [ConditionId, ...ConditionId[]]
export const conditionOf = (id: ConditionId): Condition => conditions[id]
