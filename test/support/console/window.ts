import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as Axe from 'axe-core'
import { type ElectronApplication, _electron as electron, type Page } from 'playwright-core'
import { electronDist } from '../../../scripts/build.ts'
import { type Display, startDisplay } from '../../../simulator/bench/display.ts'

const SIZE = { width: 1280, height: 800 }
/** Electron's Chromium as an operator's browser: an ordinary page, without anything of Node. */
const SHELL = `const { app, BrowserWindow } = require('electron')
app.disableHardwareAcceleration()
app.whenReady().then(() => new BrowserWindow({ ...${JSON.stringify(SIZE)}, useContentSize: true, frame: false }).loadURL(process.env.PAGE))`
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

export interface ConsoleWindow {
  page: Page
  /** What the page has complained of, a breach of its CSP among it. */
  complaints: string[]
  /** Rules of WCAG (A and AA) that the page breaks now, with the elements. */
  findings(): Promise<string[]>
  close(): Promise<void>
}

export async function openWindow(url: string): Promise<ConsoleWindow> {
  const folder = mkdtempSync(join(tmpdir(), 'totem-console-window-'))
  writeFileSync(join(folder, 'main.cjs'), SHELL)
  let display: Display | undefined
  let app: ElectronApplication | undefined
  const close = async () => {
    await app?.close()
    await display?.stop()
    rmSync(folder, { recursive: true })
  }
  try {
    display = await startDisplay(SIZE)
    app = await electron.launch({
      executablePath: join(electronDist(), 'electron'),
      // The bench's own authority vouches for gateway and issuer.
      args: ['--force-device-scale-factor=1', '--ignore-certificate-errors', join(folder, 'main.cjs')],
      env: {
        ...{ PATH: '/usr/bin:/bin', HOME: folder, DISPLAY: display.name },
        ...{ DBUS_SESSION_BUS_ADDRESS: 'disabled:', PAGE: url },
      },
      chromiumSandbox: false,
    })
    const page = await app.firstWindow()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 401/.test(message.text())) complaints.push(message.text())
    })
    page.on('pageerror', (failure) => complaints.push(failure.message))
    const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    return {
      page,
      complaints,
      async findings() {
        // Evaluated, and not put into the page as a script: the page's CSP takes none.
        await page.evaluate(source)
        const { violations } = await page.evaluate(
          (runOnly) => (window as unknown as { axe: typeof Axe }).axe.run(document, { runOnly }),
          WCAG,
        )
        return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
      },
      close,
    }
  } catch (failure) {
    await close()
    throw failure
  }
}
