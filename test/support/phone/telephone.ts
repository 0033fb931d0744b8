import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron as electron, type Page } from 'playwright-core'
import { electronDist } from '../../../scripts/build.ts'
import { startDisplay } from '../../../simulator/bench/display.ts'

// A window as large as a telephone, which takes the bench's certificate, and puts what is saved into a file.
const SHELL = `const { app, BrowserWindow, session } = require('electron')
app.disableHardwareAcceleration()
app.commandLine.appendSwitch('ignore-certificate-errors')
app.whenReady().then(() => {
  session.defaultSession.on('will-download', (_, item) => {
    item.setSavePath(process.env.SAVED)
    item.once('done', (_, state) => require('fs').writeFileSync(process.env.SAVED + '.name', state + ' ' + item.getFilename()))
  })
  new BrowserWindow({ width: 412, height: 860, useContentSize: true }).loadURL('about:blank')
})`

/** A person's own telephone: Electron's Chromium without anything of the totem's. */
export interface Telephone {
  page: Page
  /** Every address that it has asked for, and everything that it sent there. */
  sent: { url: string; headers: Record<string, string>; body: string | null }[]
  /** What the browser complained about. */
  complaints: string[]
  /** The file that the person has saved, once it is there. */
  saved(): { name: string; bytes: Buffer } | null
  close(): Promise<void>
}

export async function openTelephone(): Promise<Telephone> {
  const folder = mkdtempSync(join(tmpdir(), 'totem-telephone-'))
  const file = join(folder, 'saved')
  writeFileSync(join(folder, 'main.cjs'), SHELL)
  const display = await startDisplay({ width: 440, height: 900 })
  const app = await electron.launch({
    executablePath: join(electronDist(), 'electron'),
    args: [join(folder, 'main.cjs')],
    env: {
      ...{ PATH: '/usr/bin:/bin', HOME: folder, LANG: 'it_IT.UTF-8', SAVED: file },
      ...{ DISPLAY: display.name, DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
      // Electron warns about the empty page that the window begins with, now and then late enough to be heard.
      ELECTRON_DISABLE_SECURITY_WARNINGS: 'true',
    },
    // The page is the project's own, and root may run this test, for whom Chromium has no sandbox.
    chromiumSandbox: false,
  })
  const page = await app.firstWindow()
  const sent: Telephone['sent'] = []
  const complaints: string[] = []
  page.on('request', (request) =>
    sent.push({ url: request.url(), headers: request.headers(), body: request.postData() }),
  )
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  return {
    page,
    sent,
    complaints,
    saved() {
      try {
        const [, name = ''] = /^completed (.+)$/.exec(readFileSync(`${file}.name`, 'utf8')) ?? []
        return { name, bytes: readFileSync(file) }
      } catch {
        return null
      }
    },
    async close() {
      await app.close().catch(() => {})
      await display.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
