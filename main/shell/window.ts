import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { BrowserWindow, screen, session, type WebContents } from 'electron'
import { VIEW_CHANNEL } from '../../contract/bridge.ts'
import { type Panel, type ProvisionedPanel, panel } from '../../contract/panel.ts'
import { exitForRestart } from './app.ts'
import { lockSession } from './lockdown.ts'
import { ORIGIN } from './origin.ts'
import { serveRenderer } from './protocol.ts'

export interface CitizenWindow {
  /**
   * Begins to load the first renderer, unseen: its process starts while main still opens its stores. Until main answers
   * it has nothing to show.
   */
  load(): void
  /** The page has what its first picture needs. */
  served: Promise<void>
  /** Shows that renderer. `onGone` hears of each one that dies while a citizen may look at it. */
  open(onGone: (reason: string) => void): Promise<void>
  /** Starts a new renderer in a new process; the old one is destroyed with all it knew. */
  recycle(): Promise<void>
  push(view: unknown): void
  isCurrent(sender: WebContents): boolean
  /** True when the page has just drawn: its process, its script and the way to the glass are alive. */
  draws(): Promise<boolean>
}

/**
 * Features of the page that the totem does not use. The middle mouse button opens windows; the pickers show files of
 * the machine, the eye dropper what is on the screen.
 */
const DISABLED_FEATURES = ['Auxclick', 'FileSystemAccess', 'FileSystemAccessLocal', 'EyeDropperAPI'].join()

/** The panel for which the screens are drawn. */
const REFERENCE = { width: 1080, height: 1920 }
const BACKGROUND = '#F5F7FA'

/** Chromium asks for the next picture when the last one is on the glass. */
const DRAWS = 'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(true))))'
const DRAWS_MS = 10_000
/** Not the page's own world, which could answer in its place, nor the preload script's (999). */
const ISOLATED = 1000

/** The totem's one window. Each citizen gets a new renderer (invariant 2), which also cures its growth. */
export function createCitizenWindow(glass: { width: number; height: number }): CitizenWindow {
  // The partition is in memory only: no `persist:`, no cache, so nothing of a visit is ever written.
  const partition = session.fromPartition('citizen', { cache: false })
  lockSession(partition)
  // No window uses this one, and none shall find it open. The bench's driver may.
  if (!__DEVELOPMENT__) lockSession(session.defaultSession)
  const served = serveRenderer(partition.protocol, join(__dirname, '..', 'renderer'))
  let current: BrowserWindow | null = null
  /** The first renderer has died before anybody could look at it. */
  let gone: string | null = null
  let onGone = (reason: string) => {
    gone = reason
  }
  const windows = new Set<BrowserWindow>()
  let first: { window: BrowserWindow; loaded: Promise<void> } | null = null

  function load() {
    const window = new BrowserWindow({
      ...sizeOf(glass),
      show: false,
      kiosk: !__DEVELOPMENT__,
      frame: __DEVELOPMENT__,
      resizable: false,
      backgroundColor: BACKGROUND,
      title: 'Totem Polis',
      webPreferences: {
        preload: join(__dirname, 'preload.cjs'),
        session: partition,
        // SECURITY: Electron's security checklist, items 2 to 4: the defaults, written out so that a change is seen.
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        devTools: __DEVELOPMENT__,
        disableBlinkFeatures: DISABLED_FEATURES,
        spellcheck: false,
        // The idle warning and its countdown must run whatever covers the window.
        backgroundThrottling: false,
      },
    })
    current = window
    windows.add(window)
    const { webContents } = window
    webContents.on('render-process-gone', (_event, { reason }) => {
      if (window === current && reason !== 'clean-exit') onGone(reason)
    })
    // A renderer that does not answer is ended; `render-process-gone` then brings a new one.
    window.on('unresponsive', () => webContents.forcefullyCrashRenderer())
    // A renderer that dies while loading also sends `render-process-gone`: one death is reported once.
    const loaded = webContents.loadURL(`${ORIGIN}index.html`).catch(() => {
      if (window === current && !webContents.isCrashed()) onGone('load-failed')
    })
    return { window, loaded }
  }

  async function show({ window, loaded }: ReturnType<typeof load>) {
    await loaded
    if (window !== current) return
    if (__DEVELOPMENT__) window.webContents.setZoomFactor(sizeOf(glass).zoom)
    window.show()
    // All earlier windows go, also that of a recycling that this one has overtaken.
    for (const old of windows) {
      if (old === window) continue
      windows.delete(old)
      old.destroy()
    }
  }

  async function recycle() {
    // A touch in this moment reaches nobody: the old page must not speak any more, and the new one does not yet.
    for (const old of windows) old.setIgnoreMouseEvents(true)
    await show(load())
    await partition.clearStorageData()
  }

  return {
    served,
    load() {
      first = load()
    },
    async open(told) {
      onGone = told
      if (gone !== null) return told(gone)
      await show(first ?? load())
    },
    recycle,
    push: (view) => {
      if (current && !current.isDestroyed() && !current.webContents.isCrashed())
        current.webContents.send(VIEW_CHANNEL, view)
    },
    async draws() {
      if (!current || current.isDestroyed() || current.webContents.isCrashed()) return false
      const drawn = current.webContents.executeJavaScriptInIsolatedWorld(ISOLATED, [{ code: DRAWS }])
      return Promise.race([drawn, delay(DRAWS_MS, false, { ref: false })])
    },
    isCurrent: (sender) => current !== null && !current.isDestroyed() && sender === current.webContents,
  }
}

/**
 * The glass as it is: a totem's display knows its own pixels, also those of a panel that the compositor has turned; only
 * their width in mm is the technician's. A bench's window has the size that the configuration says.
 */
export function glassOf({ width = REFERENCE.width, height = REFERENCE.height, ...measured }: ProvisionedPanel): Panel {
  if (__DEVELOPMENT__) return { width, height, ...measured }
  const { size, scaleFactor } = screen.getPrimaryDisplay()
  const { mmPerPixel, bottomMm } = measured
  const glass = panel.safeParse({ ...size, mmPerPixel: mmPerPixel * scaleFactor, bottomMm })
  if (glass.success) return glass.data
  // As for a configuration that says so: a control would be cut or out of reach.
  const why = glass.error.issues.map(({ message }) => message).join('; ')
  process.stderr.write(`totem: the display has ${size.width} × ${size.height} pixels: ${why}\n`)
  return exitForRestart()
}

/**
 * The panel's size. On a developer's smaller display the same layout, scaled down, on the right; the dock is on the
 * left.
 */
function sizeOf({ width, height }: { width: number; height: number }) {
  if (!__DEVELOPMENT__) return { width, height, zoom: 1, useContentSize: true }
  const { workArea } = screen.getPrimaryDisplay()
  const zoom = Math.min(1, workArea.height / height, workArea.width / width)
  const scaled = { width: Math.floor(width * zoom), height: Math.floor(height * zoom) }
  return { ...scaled, x: workArea.x + workArea.width - scaled.width, y: workArea.y, zoom, useContentSize: true }
}
