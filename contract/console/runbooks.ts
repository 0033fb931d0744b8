import type { ConditionId } from './conditions.ts'

/**
 * What an operator does about each condition, from the first look to its end, in Italian. The console shows it beside the
 * alarm, and scripts/alerts.ts makes alerts/runbooks.md of it for whoever is called away from a console.
 */
export interface Runbook {
  /** What it means for citizens. */
  means: string
  /** In this order. */
  steps: readonly [string, ...string[]]
  /** How one knows that it is over. */
  over: string
  /** How it is produced on a bench: `npx totem simulator trouble …`, or the dock. */
  drill: string
}

const trouble = (what: string) => `npx totem simulator trouble ${what}`
const OFFICE =
  'Chiamare l’ufficio (numero nella scheda del totem) e dire il codice del totem, scritto sotto lo schermo.'
const TECHNICIAN =
  'Se non basta, mandare un tecnico: aprire un intervento e scriverne il numero nella nota dell’allarme.'

export const runbooks: Record<ConditionId, Runbook> = {
  'totem-silent': {
    means:
      'Il totem non parla con il gateway mentre l’ufficio è aperto. Serve ancora chi vuole una dichiarazione, e tiene le richieste sul disco.',
    steps: [
      'Guardare la mappa della regione: se tacciono anche i vicini, è la linea. Sentire il gestore, non l’ufficio.',
      OFFICE,
      'Far guardare: corrente, spia dello schermo, cavo di rete. Chiedere che cosa dice lo schermo.',
      'Se lo schermo dice «fuori servizio» o è nero, farlo spegnere e riaccendere una volta dall’interruttore.',
      TECHNICIAN,
    ],
    over: 'Il totem chiama di nuovo; l’allarme finisce dopo cinque minuti senza interruzioni.',
    drill: `${trouble('totem-silent')}, oppure nel banco: linea «cut»`,
  },
  'area-silent': {
    means:
      'Più di uno su venti dei totem di una regione tace: la linea di molti uffici è giù. Gli allarmi dei singoli totem seguono da questo.',
    steps: [
      'Aprire la flotta filtrata per regione e guardare da quando tacciono: lo stesso minuto vuol dire una causa sola.',
      'Chiamare il gestore della rete e scrivere il numero della segnalazione nella nota.',
      'Se anche altre regioni tacciono, guardare il gateway: /readyz, certificati, base di dati.',
    ],
    over: 'I totem della regione chiamano di nuovo. Le richieste tenute sul disco arrivano in pochi minuti.',
    drill: trouble('area-silent'),
  },
  'paper-low': {
    means: 'Restano pochi fogli: il totem stampa ancora.',
    steps: ['Chiedere all’ufficio di tenere pronto un rotolo nuovo, e se ne hanno di scorta.'],
    over: 'Il rotolo è cambiato.',
    drill: `${trouble('paper-low')}, oppure nel banco: carta «low»`,
  },
  'printer-stopped': {
    means:
      'Nessun foglio esce: carta finita, coperchio aperto, carta inceppata o testina calda. Resta il telefono; i certificati in attesa non si perdono.',
    steps: [
      OFFICE,
      'Carta finita: cambiare il rotolo. Coperchio: chiuderlo. Carta inceppata: aprire, togliere il foglio, chiudere.',
      'Testina calda: attendere dieci minuti a coperchio aperto.',
      'Il totem riprende da sé e ristampa il foglio rovinato: non serve riavviare.',
      TECHNICIAN,
    ],
    over: 'La stampante è pronta: l’allarme finisce entro un minuto.',
    drill: `${trouble('printer-stopped')}, oppure nel banco: carta «out», coperchio aperto, «jam»`,
  },
  'device-gone': {
    means: 'Il totem non trova stampante o lettore. Senza lettore non riconosce nessuno.',
    steps: [
      OFFICE,
      'Far controllare il cavo dietro il totem; staccarlo e riattaccarlo una volta.',
      'Nel registro: device.died dice se cade il processo, reader o printer se manca l’apparecchio.',
      TECHNICIAN,
    ],
    over: 'L’apparecchio è di nuovo lì.',
    drill: `${trouble('device-gone')}, oppure nel banco: «kill reader»`,
  },
  'device-dies': {
    means:
      'Il processo che guida lettore e stampante è caduto cinque volte in dieci minuti: le visite si interrompono.',
    steps: [
      'Leggere nel registro le voci device.died: motivo e codice, e se cade sempre dopo lo stesso tipo di carta.',
      'Se la versione è nuova, guardare se accade anche ad altri totem con la stessa: fermare il rilascio.',
      TECHNICIAN,
    ],
    over: 'Nessun riavvio da dieci minuti.',
    drill: `${trouble('device-dies')}, oppure nel banco: «kill device» cinque volte`,
  },
  'queue-old': {
    means: 'Una richiesta attende da più di un’ora con la linea attiva: una persona aspetta il suo certificato.',
    steps: [
      'Se c’è un allarme di ANPR, attendere quello: le richieste partono da sole.',
      'Pagina Operazioni: cercare il totem. Se la richiesta è lì, attende ANPR; se non c’è, non è ancora arrivata.',
      'Registro del totem: voci request.put-off e sync dicono perché.',
    ],
    over: 'La coda è vuota, o la richiesta più vecchia ha meno di un’ora.',
    drill: trouble('queue-old'),
  },
  'set-aside': {
    means: 'Il totem ha messo da parte una richiesta che non riesce a inviare: solo un tecnico la riprende.',
    steps: [
      'Leggere nel registro perché (request.aside).',
      'Sul totem, come utente totem: totem queue list, poi totem queue retry. La persona attende ed è avvisata alla visita seguente.',
      'Se torna da parte, esportare la richiesta e aprire una segnalazione: non cancellarla.',
    ],
    over: 'Nessuna richiesta è da parte.',
    drill: trouble('set-aside'),
  },
  'operations-dead': {
    means: 'Il gateway ha rinunciato a operazioni che ANPR non ha mai accettato: le persone aspettano.',
    steps: [
      'Pagina Operazioni, «abbandonate»: leggere il codice di ANPR e copiare il numero GovWay.',
      'Se la causa è passata, «Riprova»: ogni operazione ha effetto una volta sola.',
      'Se tornano, aprire una segnalazione ad ANPR con i numeri copiati.',
    ],
    over: 'Nessuna operazione è abbandonata.',
    drill: trouble('operations-dead'),
  },
  clone: {
    means:
      'Lo stesso totem scrive da due macchine, o da una copia più vecchia del suo disco: chiavi o disco sono in mano ad altri, o un ripristino è andato male.',
    steps: [
      'Subito: proporre il ritiro del totem e dirlo alla sicurezza. Non attendere il tecnico.',
      'Chiamare l’ufficio: il totem è al suo posto? Qualcuno ci ha lavorato oggi?',
      'Guardare interventi e finestre di manutenzione: un disco rimesso da una copia dà lo stesso segno.',
      'Prima di rimetterlo in servizio: chiavi nuove e registrazione da capo. Poi chiudere l’allarme scrivendo la causa.',
    ],
    over: 'Mai da sé: una persona lo chiude e dice perché.',
    drill: trouble('clone'),
  },
  'log-broken': {
    means:
      'Un pezzo del registro non torna con la sua catena, o manca da più di un’ora: qualcuno potrebbe averlo cambiato.',
    steps: [
      'Chiedere se sul totem si è lavorato: un disco riparato lascia un buco.',
      'Esportare sul posto: totem journal export, poi totem journal verify con le ancore del gateway.',
      'Se la catena è rotta senza una ragione, trattarlo come una copia: sicurezza e ritiro.',
    ],
    over: 'Un giorno senza nuovi pezzi rotti.',
    drill: trouble('log-broken'),
  },
  'log-unsent': {
    means: 'Più di diecimila voci restano sul totem: il disco si riempie, e qui non si vede che cosa accade lì.',
    steps: [
      'La linea c’è? Il battito arriva e il registro no: guardare nel log del gateway journal-too-much-today.',
      'Cercare la voce che si ripete: un guasto che scrive mille voci l’ora va tolto, non inviato.',
      TECHNICIAN,
    ],
    over: 'Meno di diecimila voci da inviare.',
    drill: trouble('log-unsent'),
  },
  'log-alarm': {
    means: 'Il totem ha scritto una voce di gravità «allarme»: ogni voce ha la sua frase nel registro.',
    steps: [
      'Aprire il totem: il registro, solo allarmi, dice che cosa e quando.',
      'storage.*: spazio o disco. keys.* e certificate.*: chiavi e certificati. ipc.*: un attacco alla pagina, sicurezza subito.',
      'device.cie-unavailable: manca la chiave per leggere le CIE, fornirla con il pacchetto.',
      'Scrivere nella nota che cosa si è fatto: la voce resta un giorno.',
    ],
    over: 'Un giorno dopo l’ultima voce.',
    drill: trouble('log-alarm'),
  },
  clock: {
    means:
      'L’orologio del totem sbaglia di oltre due minuti. Oltre cinque, ogni carta gli pare scaduta o non ancora valida.',
    steps: [
      'Il totem si corregge dalla linea: se l’errore resta, systemd-timesyncd non gira o la porta è chiusa.',
      'Sul posto: timedatectl, poi una prova con il menu del tecnico.',
      'Se torna a ogni accensione è la pila della scheda: cambiarla.',
    ],
    over: 'L’errore è sotto i due minuti.',
    drill: trouble('clock'),
  },
  disk: {
    means: 'Il disco del totem si riempie. Sotto 500 MB non accetta più richieste di certificati.',
    steps: [
      'Registro non inviato? Vedere quell’allarme.',
      'Sul posto: df e du in /var; rapporti di guasto e vecchi pacchetti sono i soliti.',
      'Non cancellare nulla in /var/lib/totem-polis: lì sono le richieste delle persone.',
    ],
    over: 'Più di 2.000 MB liberi.',
    drill: trouble('disk'),
  },
  'cards-refused': {
    means: 'Quasi una visita su tre si ferma alla carta: lettore sporco, o qualcuno prova carte non sue.',
    steps: [
      'Leggere i motivi nel registro: card-error e card-mute dicono lettore o chip; certificate-… dice elenco o orologio.',
      OFFICE,
      'Far pulire l’antenna e la fessura; provare la carta di un impiegato fino alla richiesta del PIN, senza darlo.',
      TECHNICIAN,
    ],
    over: 'Nell’ultima ora le carte rifiutate sono meno di tre su dieci.',
    drill: trouble('cards-refused'),
  },
  'issuers-refused': {
    means: 'In tutta la flotta molte carte sono rifiutate perché l’emittente non è riconosciuto, o la sua CRL non c’è.',
    steps: [
      'Guardare l’allarme degli elenchi: uno è alla fine?',
      'Nel log del gateway: crl-…; l’indirizzo della CRL risponde?',
      'Se un’autorità ha un certificato nuovo, metterlo nell’elenco di fiducia e firmarlo (totem list sign).',
    ],
    over: 'Nell’ultima ora i rifiuti per l’emittente sono meno di tre su dieci.',
    drill: trouble('issuers-refused'),
  },
  'anpr-errors': {
    means: 'Una chiamata su cinque ad ANPR va male: le visure non escono, i certificati attendono in coda.',
    steps: [
      'Pagina Operazioni: leggere il codice più frequente e copiare un GovWay-Transaction-ID.',
      'anpr-misconfigured: siamo noi (chiave, finalità, orologio); gli altri: ANPR o la porta.',
      'Aprire la segnalazione con gli identificativi. Gli uffici non possono farci nulla: non chiamarli.',
    ],
    over: 'Meno di una chiamata su cinque sbaglia, per cinque minuti.',
    drill: trouble('anpr-errors'),
  },
  'anpr-slow': {
    means:
      'ANPR risponde, ma più di una chiamata su venti dura oltre cinque secondi: le persone aspettano davanti allo schermo.',
    steps: [
      'Confrontare i servizi: uno solo lento è ANPR, tutti lenti è la rete verso PDND.',
      'Segnalarlo con un GovWay-Transaction-ID lento e uno veloce.',
    ],
    over: 'Al massimo una chiamata su venti dura oltre cinque secondi.',
    drill: trouble('anpr-slow'),
  },
  'anpr-away': {
    means: 'Dopo cinque chiamate senza risposta il gateway non chiede più quel servizio, e lo riprova da sé.',
    steps: [
      'La porta risponde? PDND rilascia i voucher? Il log del gateway dice anpr-out e il servizio.',
      'Chiamare chi gestisce la porta; i totem dicono alle persone che ora non si può.',
    ],
    over: 'Il servizio risponde di nuovo a una prova.',
    drill: trouble('anpr-away'),
  },
  'list-old': {
    means: 'Un elenco firmato o una CRL è oltre quattro quinti della sua vita: alla fine i totem rifiutano le carte.',
    steps: [
      'trust.list, keys.list: firmarne uno nuovo (totem list sign) e metterlo al posto del vecchio.',
      'crl: l’indirizzo dell’autorità risponde? Il gateway la riprova ogni minuto e ne scrive il motivo.',
    ],
    over: 'L’elenco nuovo è in vigore: entro un minuto.',
    drill: trouble('list-old'),
  },
  certificate: {
    means: 'Il certificato con cui il totem parla al gateway finisce: poi il totem è muto.',
    steps: [
      'Si rinnova da sé un mese prima: nel registro certificate.not-renewed dice perché no.',
      'Un totem ritirato non si rinnova: rimetterlo in servizio o dismetterlo.',
      'Negli ultimi giorni: un ordine nuovo e la registrazione sul posto.',
    ],
    over: 'Il certificato nuovo vale per più di trenta giorni.',
    drill: trouble('certificate'),
  },
  'gateway-certificate': {
    means: 'Un certificato del gateway finisce: poi nessun totem, telefono o operatore entra da quella porta.',
    steps: [
      'Il nome dice quale impostazione: tls, public.tls, console.tls, pagopa.door.',
      'Mettere il nuovo al posto del vecchio, chiave e certificato insieme: vale entro un minuto.',
      'clientCa: un’autorità nuova va aggiunta, non messa al posto: i totem hanno certificati della vecchia.',
    ],
    over: 'Il certificato in vigore dura più di trenta giorni.',
    drill: trouble('gateway-certificate'),
  },
  'mail-old': {
    means: 'I messaggi con il collegamento al certificato attendono da oltre un quarto d’ora.',
    steps: [
      'Nel log del gateway mail-server-away dice il codice: EAUTH è la password, ESOCKET la rete.',
      'Il server di posta ha spazio? Ha messo il gateway in attesa (451)?',
      'Dopo un giorno le lettere non partono più: dirlo a chi segue le persone.',
    ],
    over: 'Nessun messaggio attende da oltre un quarto d’ora.',
    drill: trouble('mail-old'),
  },
  'mail-returned': {
    means: 'Più di un messaggio su venti torna indietro: molti domini non ci accettano.',
    steps: [
      'Leggere i motivi: 5.7.x è reputazione o SPF, 5.1.1 sono indirizzi sbagliati.',
      'Controllare liste nere, SPF, DKIM e DMARC del mittente.',
      'Finché dura, i totem propongono carta e telefono.',
    ],
    over: 'Nelle ultime 24 ore torna meno di un messaggio su venti.',
    drill: trouble('mail-returned'),
  },
}
