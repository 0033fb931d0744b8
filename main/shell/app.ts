import { join } from 'node:path'
import { app, Menu, protocol } from 'electron'
import { lockContents, setSwitches } from './lockdown.ts'
import { schemePrivileges } from './protocol.ts'

/** sysexits.h EX_SOFTWARE: the supervisor (systemd on a totem) starts the totem anew. */
const EXIT_RESTART = 70

/** Leaves at once, to be started anew. */
export function exitForRestart(): never {
  app.exit(EXIT_RESTART)
  // app.exit returns, and Electron ends the process a moment later; nothing more may be done meanwhile.
  process.exit(EXIT_RESTART)
}

export const versions = () => ({
  version: app.getVersion(),
  electron: process.versions.electron ?? 'none',
  node: process.versions.node,
})

export const whenReady = (): Promise<void> => app.whenReady()

/** Ends the totem as if it was asked to; systemd starts it anew. */
export const quit = (): void => app.quit()

/** Has `stop` called once when the totem is asked to end (window closed, SIGTERM, Ctrl+C). */
export function onQuit(stop: () => void): void {
  app.once('will-quit', stop)
}

/** Locks the application down, then calls `start` once Electron is ready. A second totem on the same data leaves. */
export function runApp(prepare: () => { dataDir: string; start(): Promise<void> }): void {
  // This comes first: without a handler Electron shows a dialog, which nobody at a totem could close.
  process.on('uncaughtException', leave)
  process.on('unhandledRejection', leave)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => app.quit())

  const { dataDir, start } = prepare()
  app.setPath('userData', join(dataDir, 'chromium'))
  // SECURITY: Electron's security checklist, item 4: every renderer in Chromium's sandbox, whatever a window asks for.
  app.enableSandbox()
  setSwitches(app)
  protocol.registerSchemesAsPrivileged([schemePrivileges])
  app.on('web-contents-created', (_event, contents) => lockContents(contents))
  app.on('window-all-closed', () => app.quit())
  Menu.setApplicationMenu(null)

  // Two programs on one queue and one reader would fight.
  if (app.requestSingleInstanceLock()) void app.whenReady().then(start)
  else app.exit(0)
}

function leave(error: unknown): void {
  // Only name and place are written: a message may quote what a citizen typed.
  const { name, stack = '' } = error instanceof Error ? error : new Error('not an error')
  const places = stack.split('\n').filter((line) => line.startsWith('    at '))
  process.stderr.write(`${[name, ...places].join('\n')}\n`)
  exitForRestart()
}
