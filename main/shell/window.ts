import { join } from 'node:path'
import { BrowserWindow, screen, session, type WebContents } from 'electron'
import { VIEW_CHANNEL } from '../../contract/bridge.ts'
import { lockSession } from './lockdown.ts'
import { ORIGIN } from './origin.ts'
import { serveRenderer } from './protocol.ts'

export interface CitizenWindow {
  /** The first renderer; `onGone` is told of each that dies while a citizen may look at it. */
  open(onGone: (reason: string) => void): Promise<void>
  /** A new renderer in a new process; the old one is destroyed with all it knew. */
  recycle(): Promise<void>
  push(view: unknown): void
  isCurrent(sender: WebContents): boolean
}

const BACKGROUND = '#F5F7FA'

/** The totem's one window; each citizen gets a renderer of their own (invariant 2, and the cure for its growth). */
export function createCitizenWindow(panel: { width: number; height: number }): CitizenWindow {
  // In memory only: no `persist:`, no cache, so nothing is ever written of a visit.
  const partition = session.fromPartition('citizen', { cache: false })
  lockSession(partition)
  serveRenderer(partition.protocol, join(__dirname, '..', 'renderer'))
  let current: BrowserWindow | null = null
  let onGone = (_reason: string) => {}
  const windows = new Set<BrowserWindow>()

  async function recycle() {
    // A touch in this moment is meant for nobody: the old page must not speak any more, the new one does not yet.
    for (const old of windows) old.setIgnoreMouseEvents(true)
    const window = new BrowserWindow({
      ...sizeOf(panel),
      show: false,
      kiosk: !__DEVELOPMENT__,
      frame: __DEVELOPMENT__,
      resizable: false,
      backgroundColor: BACKGROUND,
      title: 'Totem Polis',
      webPreferences: {
        preload: join(__dirname, 'preload.cjs'),
        session: partition,
        // SECURITY: checklist 2, 3, 4: spelled out though they are the defaults, so that a change is seen.
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        devTools: __DEVELOPMENT__,
        disableBlinkFeatures: 'Auxclick',
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
    // A renderer that dies while loading also tells `render-process-gone`: one death, told once.
    await webContents.loadURL(`${ORIGIN}index.html`).catch(() => {
      if (window === current && !webContents.isCrashed()) onGone('load-failed')
    })
    if (window !== current) return
    if (__DEVELOPMENT__) webContents.setZoomFactor(sizeOf(panel).zoom)
    window.show()
    // Every earlier one, also that of a recycling that this one has overtaken.
    for (const old of windows) {
      if (old === window) continue
      windows.delete(old)
      old.destroy()
    }
    await partition.clearStorageData()
  }

  return {
    open(told) {
      onGone = told
      return recycle()
    },
    recycle,
    push: (view) => {
      if (current && !current.isDestroyed() && !current.webContents.isCrashed())
        current.webContents.send(VIEW_CHANNEL, view)
    },
    isCurrent: (sender) => current !== null && !current.isDestroyed() && sender === current.webContents,
  }
}

/** The panel's size; on a developer's smaller display the same layout, scaled down, at the right: the dock is left. */
function sizeOf({ width, height }: { width: number; height: number }) {
  if (!__DEVELOPMENT__) return { width, height, zoom: 1, useContentSize: true }
  const { workArea } = screen.getPrimaryDisplay()
  const zoom = Math.min(1, workArea.height / height, workArea.width / width)
  const scaled = { width: Math.floor(width * zoom), height: Math.floor(height * zoom) }
  return { ...scaled, x: workArea.x + workArea.width - scaled.width, y: workArea.y, zoom, useContentSize: true }
}
