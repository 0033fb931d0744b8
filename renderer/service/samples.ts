import type { ServiceScreen } from '../../contract/service-screen.ts'

const button = (id: string, label: string) => ({ id, label })
const menu = button('menu', 'Menu')

/** Each kind of screen that a technician sees, for the gallery. Italian alone. */
export const serviceSamples: Record<string, ServiceScreen> = {
  'service-pin': {
    ...{ kind: 'pin', title: 'Accesso del tecnico', lead: 'Questa tessera è di un tecnico. Digiti il PIN.' },
    back: button('citizen', 'Sono un cittadino'),
  },
  'service-code': {
    ...{ kind: 'code', title: 'Codice del giorno', mistyped: 'Scritto male: le ultime due lettere non tornano.' },
    lead: 'Manca la linea. Telefoni alla centrale e dica: totem TT-0001, giorno 30/11/2026.',
    ...{ main: button('code', 'Conferma'), back: button('end', 'Fine') },
  },
  'service-menu': {
    ...{ kind: 'menu', title: 'Menu del tecnico' },
    lead: 'TT-0001, Ufficio postale di Spello. Finché è qui, nessuno comincia una visita.',
    tiles: [
      { ...button('network', 'Rete'), outcome: 'ok' },
      { ...button('clock', 'Orologio'), outcome: 'ok' },
      { ...button('reader', 'Lettore di tessere'), outcome: 'not-tried' },
      { ...button('printer', 'Stampante'), outcome: 'failed' },
      { ...button('audio', 'Audio'), outcome: null },
      { ...button('disk', 'Disco'), outcome: null },
      { ...button('line', 'Linea con il gateway'), outcome: 'attention' },
      { ...button('trust', 'Elenchi e revoche'), outcome: null },
      { ...button('versions', 'Versioni e aggiornamenti'), outcome: null },
      { ...button('panel', 'Schermo e tocco'), outcome: null },
      { ...button('keys', 'Tasti'), outcome: null },
      { ...button('paper', 'Cambio carta'), outcome: null },
      { ...button('log', 'Registro'), outcome: null },
      { ...button('restart', 'Riavvio del programma'), outcome: null },
    ],
    ...{ back: button('end', 'Esci'), aside: button('out', 'Fuori servizio'), main: button('report', 'Consegna') },
  },
  'service-check': {
    ...{ kind: 'page', title: 'Linea con il gateway', lead: null, tone: null, busy: false, choices: [] },
    rows: [
      { label: 'Gateway', detail: '0.1.0', outcome: 'ok' },
      { label: 'Chiave degli esiti', detail: 'il gateway ha la più recente', outcome: 'ok' },
      { label: 'Richieste in attesa di invio', detail: '2, la più vecchia del 30/11/26, 09:12', outcome: 'ok' },
      {
        label: 'Ultima interruzione',
        detail:
          '30/11/26, 08:40, 12 min: nessuna risposta in tempo: linea interrotta o lenta, firewall, o gateway sovraccarico',
        outcome: 'attention',
      },
    ],
    ...{ back: menu, aside: null, main: button('again', 'Ripeti') },
  },
  'service-busy': {
    ...{ kind: 'page', title: 'Consegna', lead: 'Si provano tutte le parti e si stampa il rapporto: circa un minuto.' },
    ...{ tone: null, busy: true, rows: [], choices: [], back: null, aside: null, main: null },
  },
  'service-report': {
    ...{ kind: 'page', title: 'Il totem è pronto, con avvisi', tone: 'warning', busy: false },
    lead: 'Il rapporto è stampato: lo firmi e lo lasci nell’armadio del totem.',
    rows: [
      { label: 'Stampante', detail: 'a4-kiosk: paperLow', outcome: 'attention' },
      { label: 'Certificato del totem', detail: 'scade il 2026-12-14', outcome: 'attention' },
    ],
    choices: [button('stay-out', 'Lascia fuori servizio')],
    ...{ back: menu, aside: null, main: button('in-service', 'Metti in servizio') },
  },
  'service-refused': {
    ...{ kind: 'page', title: 'Accesso non consentito', tone: 'danger', busy: false, rows: [], choices: [] },
    lead: 'L’abilitazione di questa tessera è stata revocata il 29/11/26, 11:00. Nessuno entra con essa, neppure con il codice del giorno. Chiami la centrale.',
    ...{ back: null, aside: null, main: button('end', 'Fine') },
  },
  'service-paper': {
    ...{
      kind: 'page',
      title: 'Cambio carta',
      lead: 'Adesso la stampante è senza carta.',
      tone: 'warning',
      busy: false,
    },
    rows: [
      { label: '1', detail: 'Apra lo sportello della stampante e tolga il rotolo finito.', outcome: null },
      {
        label: '2',
        detail: 'Metta il rotolo nuovo, con la carta che si svolge come indica il disegno.',
        outcome: null,
      },
      { label: '3', detail: 'Faccia uscire la carta dritta dalla fessura e chiuda lo sportello.', outcome: null },
    ],
    ...{ choices: [], back: menu, aside: null, main: button('print', 'Pagina di prova') },
  },
  'service-log': {
    ...{ kind: 'log', title: 'Registro', lead: null, back: menu },
    ...{ aside: button('again', 'Aggiorna'), main: button('export', 'Esporta su chiavetta') },
    lines: Array.from({ length: 40 }, (_, at) => `30/11/26, 10:${String(at + 10)}  Lettore: present, stampante: ready`),
  },
  'service-touch': {
    ...{ kind: 'touch', title: 'Schermo e tocco', lead: 'Tocchi ogni bersaglio al centro, uno dopo l’altro.' },
    back: menu,
  },
  'service-keys': {
    ...{ kind: 'keys', title: 'Tasti', back: menu, aside: null, main: button('keys', 'Fatto') },
    lead: 'Prema ogni tasto della pulsantiera: quando il totem lo vede, si accende.',
    keys: ['ArrowUp', 'ArrowDown', 'Escape', 'Enter', 'F13'].map((code, at) => ({
      code,
      label: `${['Precedente', 'Successivo', 'Indietro', 'Scelta', 'Aiuto'][at]} (${code})`,
    })),
  },
}
