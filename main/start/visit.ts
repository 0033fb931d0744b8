import { setTimeout as wait } from 'node:timers/promises'
import { MINUTE_MS } from '../../basics/time.ts'
import { screenLanguagesAt } from '../../catalogue/languages.ts'
import type { TotemConfig } from '../../contract/config.ts'
import type { CardState, DeviceEvent, PrintSheet } from '../../contract/device.ts'
import { language } from '../../contract/language.ts'
import { type Panel, reachMm } from '../../contract/panel.ts'
import { usual } from '../../contract/preferences.ts'
import type { ToSpeech } from '../../contract/speech.ts'
import type { View } from '../../contract/visit.ts'
import { CLOCK_SKEW_MS } from '../../trust/revocation.ts'
import { isWithdrawn, noticeOf } from '../commands/standing.ts'
import { forgetVisit } from '../devices/forget.ts'
import type { Devices, DevicesListener } from '../devices/index.ts'
import { placeOf } from '../documents/place.ts'
import { verificationSigner } from '../documents/verification-code.ts'
import { callHandlers } from '../handlers.ts'
import { createVisitServices } from '../journeys/services.ts'
import { createPaper, inPrinter } from '../print/paper.ts'
import { createPaperSigner } from '../print/sign.ts'
import { wordsOnSheet } from '../print/words.ts'
import { createSession } from '../session/index.ts'
import { exitForRestart } from '../shell/app.ts'
import { registerCalls } from '../shell/calls.ts'
import { createRecovery } from '../shell/recovery.ts'
import type { CitizenWindow } from '../shell/window.ts'
import { createSpeech } from '../speech/index.ts'
import { KEEP_MS } from '../sync/answer.ts'
import type { GatewayLine } from './line.ts'
import { createServiceDesk } from './service.ts'
import type { Stores } from './stores.ts'
import type { Room } from './updates.ts'

/** A head without a presenter never says that its sheet was taken. */
const HELD_OUT_MS = 3 * MINUTE_MS
/** A page that has drawn nothing by then is in trouble, and the rest of the totem starts all the same. */
const FIRST_PICTURE_MS = 2_000
/** The visit's last tasks, the answers on the line and a person's second visit end at different times. */
const FORGET_AFTER_MS = [1_000, 10_000, 30_000]

type DeviceReady = Extract<DeviceEvent, { event: 'ready' }>

/** Joins the parts of a visit: its services, the paper, the session, the window and the renderer's calls. */
export function createVisits(
  config: TotemConfig & { panel: Panel },
  window: CitizenWindow,
  stores: Stores,
  devices: Devices,
  line: GatewayLine,
) {
  const { journal, queue, trust, gatewayKeys, listEnds, own } = stores
  const { client, challenges, drain, health, updates, online, closed } = line
  const place = placeOf(config)
  const clockWrong = () => isWrong(line, trust.latest)
  const sign = createPaperSigner(own.verification && verificationSigner(own.verification), config.totem)
  const paper = createPaper({ devices, journal, ledger: queue.ledger, sign, onVoid: health.fault })
  const speech = createSpeech(config, {
    onSilent: (reason) => journal.record('speech.silent', { reason }),
    onTurned: () => session.refresh(),
  })
  let cie: DeviceReady['cie'] = 'ready'
  const session = createSession({
    services: createVisitServices({
      devices,
      queue,
      journal,
      client,
      challenges,
      drain,
      paper,
      place,
      sign,
      pdfOnly: config.printer.profile === 'a4-office',
      keepMs: KEEP_MS,
      secondLanguage: config.office.secondLanguage,
      trust: () => trust.trust,
      trustReady: () => trust.ready,
      listsLapsed: () => listEnds.lapsed,
      technician: (readout) => desk.meets(readout),
      possession: config.trust.possession,
      keys: { sealing: gatewayKeys.sealingKey, outcome: own.outcome, holder: own.holder },
      totem: config.totem,
      withdrawn: () => isWithdrawn(queue.commands),
      dataDir: config.dataDir,
      minFreeBytes: config.minFreeBytes,
      online,
      now: () => new Date(),
      clockWrong,
    }),
    timings: config.timings,
    totem: {
      id: config.totem,
      office: config.office.name,
      comune: config.office.comune,
      phone: config.office.phone,
      hours: config.office.hours,
      nearest: config.office.nearest,
      mmPerPixel: config.panel.mmPerPixel,
      reachMm: reachMm(config.panel),
      pad: config.pad,
      voice: config.sound !== null,
      languages: screenLanguagesAt(config.office, language.options),
    },
    line: () => ({
      online: online(),
      closed: closed(),
      cie: cie === 'ready',
      notice: noticeOf(queue.commands, new Date()),
    }),
    speech: speech.state,
    onView(view) {
      if (!isFirst(view.screen)) lastPerson = performance.now()
      speech.shows(view)
      // The person has left with the card, and nobody may hear their paper.
      if (view.screen.screen === 'done' && !view.screen.cardPresent) paper.forget()
      push(view)
    },
    keepWaiting: () => void devices.call('card.wait', {}),
    onVisitOver() {
      speech.visitOver()
      paper.forget()
      // A technician's card began this visit, and has the page: it goes when they have finished.
      if (!desk.screen) void window.recycle()
      for (const ms of FORGET_AFTER_MS) setTimeout(forget, ms)
    },
  })
  const desk = createServiceDesk(config, stores, devices, line, {
    cie: () => cie,
    clockWrong,
    onChange: () => push(session.view()),
    onOver() {
      session.knowCard()
      session.refresh()
      void window.recycle()
    },
  })
  let revision = 0
  /** What is on the glass: a technician's screen stands over the visit's, in Italian and at the usual size. */
  function seen(view: View): View {
    const { screen: service } = desk
    if (!service) return { ...view, revision }
    return { ...view, revision, service, language: 'it', preferences: usual, idle: null, cardLost: null }
  }
  function push(view: View): void {
    revision++
    window.push(seen(view))
  }
  registerCalls({
    isCurrent: window.isCurrent,
    handlers: callHandlers(session, devices, { hear }, desk, () => seen(session.view())),
    onRefused: (reason, method) => journal.record('ipc.refused', { reason, method }),
  })

  let pictured = () => {}
  const picture = new Promise<void>((resolve) => {
    pictured = resolve
  })

  function hear(told: ToSpeech): void {
    if (told.about === 'screen' && told.says.length > 0) pictured()
    speech.hear(told)
    if (told.about === 'paper') void readPaper()
  }

  /** The sheet that this screen is about: the one that is still to be confirmed, or the last that came out. */
  function sheetHere(): PrintSheet | null {
    const preview = session.view().screen.screen === 'preview' ? session.preview() : null
    return preview ? { kind: 'pdf', pdf: preview.pdf } : paper.last()
  }
  const bytesOf = (sheet: PrintSheet | null) => (sheet?.kind === 'pdf' ? sheet.pdf : sheet)

  async function readPaper(): Promise<void> {
    const sheet = sheetHere()
    const words = sheet && (await wordsOnSheet(sheet, session.view().language, devices))
    // Meanwhile they may have left.
    if (words && bytesOf(sheetHere()) === bytesOf(sheet)) speech.read(words)
  }

  const isFirst = ({ screen }: View['screen']) => screen === 'attract' || screen === 'out-of-service'
  const nobodyThere = () => !desk.screen && isFirst(session.view().screen)
  let lastPerson = performance.now()
  /** When the sheet that is held out came, until it is taken, drawn in, or forgotten. */
  let paperCame: number | null = null

  /** What the visit leaves in the memory of main and of the device process is overwritten (invariant 2). */
  function forget(): void {
    // The next person has come: the end of that visit is soon enough, and a pause of 0.1 s would be felt.
    if (!nobodyThere()) return
    forgetVisit(devices)
  }

  const died = createRecovery()
  function rendererGone(reason: string): void {
    const { recovery, inLastMinute } = died()
    journal.record('renderer.died', { reason, inLastMinute })
    health.fault()
    if (recovery === 'leave') exitForRestart()
    if (recovery === 'end-visit') session.answer({ type: 'leave' })
    void window.recycle()
  }

  /** Out of service no visit reads a card, and it may be a technician's who comes to mend it. */
  async function meetTechnician(card: CardState): Promise<void> {
    if (card.state !== 'present' || card.contactless || desk.screen) return
    if (session.view().screen.screen !== 'out-of-service') return
    const read = await devices.call('card.read', {})
    if (read.ok && session.view().screen.screen === 'out-of-service') desk.meets(read.value)
  }

  function onEvent(event: DeviceEvent): void {
    if (event.event === 'ready') {
      // The log says it once, and not at each restart of the device process.
      if (event.cie !== 'ready' && event.cie !== cie) journal.record('device.cie-unavailable', { reason: event.cie })
      cie = event.cie
      session.refresh()
    }
    if (event.event === 'card') {
      journal.record('reader.changed', { state: event.card.state })
      session.card(event.card)
      session.refresh()
      void meetTechnician(event.card)
    }
    if (event.event === 'printer') {
      journal.record('printer.changed', { status: event.status })
      session.printer(event.status)
      desk.printer(event.status)
    }
    if (event.event === 'print') {
      paper.note(event)
      if (event.state === 'acknowledged') health.printed()
      paperCame = inPrinter(event) ? performance.now() : null
      // A sheet that is taken belongs to an earlier print.
      const { page, pages, band, bands } = event
      if (inPrinter(event)) session.progress({ page, pages, band, bands })
    }
  }

  return {
    session,
    cie: () => cie,
    room: {
      nobodyThere,
      aloneMs() {
        if (!nobodyThere()) lastPerson = performance.now()
        return performance.now() - lastPerson
      },
      out() {
        const { screen } = session.view()
        return screen.screen === 'out-of-service' ? screen.reason : null
      },
      paperOut: () => paperCame !== null && performance.now() - paperCame < HELD_OUT_MS,
    } satisfies Room,
    /** The page draws, and the queue, without which nothing can be taken, answers. A dead device is told on the screen. */
    async well() {
      queue.depth()
      return window.draws()
    },
    /** Brings events of the device process to the visit, the log and the heartbeat. */
    deviceListener: {
      onEvent,
      onStarted(restarts) {
        health.restarted(restarts)
        updates.deviceStarted(restarts)
        journal.record('device.started', { restarts })
      },
      onDied(death) {
        journal.record('device.died', death)
        health.fault()
      },
    } satisfies DevicesListener,
    /** The person may still stand here when the certificate of a recorded request comes. */
    onSettled(operation: string) {
      if (queue.get(operation)?.state === 'issued') session.issued(operation)
    },
    /** Shows the first screen, and waits for its picture. */
    async start() {
      paper.start()
      session.start()
      await window.open(rendererGone)
      await Promise.race([picture, wait(FIRST_PICTURE_MS)])
      speech.start()
    },
    stop() {
      desk.end('stopped')
      speech.stop()
      session.stop()
    },
  }
}

/** The gateway says so, or something that was signed before today is of a day to come. */
function isWrong({ drain, identity }: GatewayLine, trustLatest: Date): boolean {
  const latest = Math.max(+trustLatest, +identity.identity.begins)
  return drain.clockDiffers || latest > Date.now() + CLOCK_SKEW_MS
}
