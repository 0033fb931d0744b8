import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ElectronApplication, _electron as electron, type Page } from 'playwright-core'
import { build } from 'vite'
import type { Spoken } from '../../../contract/speech.ts'
import { galleryViews } from '../../../renderer/gallery-views.ts'
import { electronDist } from '../../../scripts/build.ts'
import { type Display, startDisplay } from '../../../simulator/bench/display.ts'

const PANEL = { width: 1080, height: 1920 }
const SHELL = `const { app, BrowserWindow } = require('electron')
app.disableHardwareAcceleration()
app.whenReady().then(() =>
  new BrowserWindow({ ...${JSON.stringify(PANEL)}, useContentSize: true, frame: false }).loadURL(process.env.PAGE))`
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

declare global {
  interface Window {
    show: (address: string) => boolean
    spoken: () => Spoken[]
    walk: () => { stops: string[]; missed: string[] }
  }
}

/** The gallery of all screens, in Electron's Chromium and on the reference panel. */
export interface Gallery {
  /**
   * Its `show` draws a view at once, and is true where a part of it comes a moment later. Whoever waits for no more than that
   * has nothing painted: what is measured stands without it, and it would take two fifths of the time.
   */
  page: Page
  close(): Promise<void>
}

/** All views, by name. */
export const viewNames = Object.keys(galleryViews('it'))

/** Builds the gallery and opens it; what moves stands still at its end. */
export async function openGallery(): Promise<Gallery> {
  const folder = mkdtempSync(join(tmpdir(), 'totem-gallery-'))
  let display: Display | undefined
  let app: ElectronApplication | undefined
  const server = createServer(({ url = '' }, response) => {
    const { pathname } = new URL(url, 'http://gallery')
    response.setHeader('content-type', TYPES[extname(pathname)] ?? 'application/octet-stream')
    response.end(readFileSync(join(folder, 'gallery', pathname)))
  })
  const close = async () => {
    await app?.close()
    await display?.stop()
    server.close()
    rmSync(folder, { recursive: true })
  }
  try {
    await build({
      configFile: fileURLToPath(new URL('../../../renderer/vite.config.ts', import.meta.url)),
      mode: 'gallery',
      logLevel: 'error',
      build: { outDir: join(folder, 'gallery') },
    })
    server.listen(0, '127.0.0.1')
    writeFileSync(join(folder, 'main.cjs'), SHELL)
    display = await startDisplay(PANEL)
    app = await electron.launch({
      executablePath: join(electronDist(), 'electron'),
      args: ['--force-device-scale-factor=1', join(folder, 'main.cjs')],
      env: {
        PATH: '/usr/bin:/bin',
        HOME: folder,
        DISPLAY: display.name,
        DBUS_SESSION_BUS_ADDRESS: 'disabled:',
        PAGE: `http://127.0.0.1:${(server.address() as AddressInfo).port}/gallery.html`,
      },
      // The pages are the project's own, and root may run this test, for whom Chromium has no sandbox.
      chromiumSandbox: false,
    })
    const page = await app.firstWindow()
    await page.locator('li a').first().waitFor()
    await page.addStyleTag({
      content: '*, *::before, *::after { animation: none !important; transition: none !important }',
    })
    return { page, close }
  } catch (failure) {
    await close()
    throw failure
  }
}
