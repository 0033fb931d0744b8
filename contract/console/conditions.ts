/**
 * The table of conditions: what raises an alarm, how badly, what the screen says and what to do. The gateway evaluates it
 * (gateway/console/alarms/evaluate.ts), one alarm for each condition and subject.
 */
export const severities = ['alarm', 'warn', 'info'] as const
export type Severity = (typeof severities)[number]

/** A sentence and a runbook for operators, in Italian; `stays`: ends only when a person has said so. */
interface Condition {
  name: string
  todo: string
  stays?: true
}

/** Bounds of the conditions. Office hours count where a totem is only of use while its office is open. */
export const BOUNDS = {
  silentMin: 5,
  silentAlarmMin: 120,
  /** An area is silent: more than this share of its totems, at least so many, of at least so many. */
  area: { share: 0.05, silent: 5, totems: 20 },
  queueWarnS: 3_600,
  queueAlarmS: 86_400,
  unsentEntries: 10_000,
  clockS: 120,
  diskWarnMb: 2_000,
  diskAlarmMb: 500,
  certificateWarnDays: 30,
  certificateAlarmDays: 7,
  /** An alarm event of a sync log is shown for so long after it was last received. */
  eventHours: 24,
} as const

export const conditions = {
  'totem-silent': {
    name: 'Totem fuori linea',
    todo: 'Chiamare l’ufficio: corrente, cavo di rete, schermo acceso? Se altri totem vicini tacciono, è la linea.',
  },
  'area-silent': {
    name: 'Molti totem di una regione fuori linea',
    todo: 'Sentire il gestore della linea della regione. I totem della regione restano nella tabella, senza un allarme ciascuno.',
  },
  'paper-low': { name: 'Carta in esaurimento', todo: 'Chiedere all’ufficio di preparare un rotolo nuovo.' },
  'printer-stopped': {
    name: 'La stampante non stampa',
    todo: 'Chiamare l’ufficio: cambiare il rotolo, chiudere il coperchio, togliere la carta inceppata. Il totem riprende da sé.',
  },
  'device-gone': {
    name: 'Stampante o lettore non rispondono',
    todo: 'Chiedere all’ufficio di controllare il cavo; se non torna, mandare un tecnico.',
  },
  'queue-old': {
    name: 'Richieste ferme in coda',
    todo: 'Controllare linea e ANPR. Se la linea c’è e le altre code scorrono, guardare il registro di questo totem.',
  },
  'set-aside': {
    name: 'Richieste messe da parte',
    todo: 'Sul totem: totem queue list, poi totem queue retry. La persona attende.',
  },
  clone: {
    name: 'Totem presente due volte',
    todo: 'Qualcuno ha copiato disco o chiavi, o rimesso una copia più vecchia. Ritirare il totem e mandare un tecnico.',
    stays: true,
  },
  'log-broken': {
    name: 'Registro del totem non integro, o non inviato',
    todo: 'Guardare spazio su disco e linea; un registro che non torna va esportato sul posto.',
  },
  'log-alarm': { name: 'Allarme nel registro del totem', todo: 'Leggere la voce nel registro del totem, più sotto.' },
  clock: {
    name: 'Orologio sbagliato',
    todo: 'Sincronizzare l’orologio del totem: oltre cinque minuti rifiuta ogni carta.',
  },
  disk: {
    name: 'Poco spazio su disco',
    todo: 'Guardare che cosa lo riempie; sotto 500 MB il totem smette di accettare richieste.',
  },
  certificate: {
    name: 'Certificato del totem in scadenza',
    todo: 'Guardare perché non si rinnova da sé (voce certificate.not-renewed).',
  },
} as const satisfies Record<string, Condition>
export type ConditionId = keyof typeof conditions
export const conditionIds = Object.keys(conditions) as [ConditionId, ...ConditionId[]]
