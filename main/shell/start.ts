import { join } from 'node:path'
import { app } from 'electron'
import { exitForRestart } from './app.ts'

// The first file of a package: the totem, or, for /usr/bin/totem, the technician's command line. The fuse `runAsNode`
// is off, so the program itself has to be that too.
const at = process.argv.indexOf('--totem')
if (at < 0) require(join(__dirname, 'index.cjs'))
else void commandLine(process.argv.slice(at + 1))

async function commandLine(args: string[]): Promise<void> {
  process.on('uncaughtException', failed)
  process.on('unhandledRejection', failed)
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => app.exit(signal === 'SIGINT' ? 130 : 143))
  // Nothing is drawn, and the machine may have no display.
  app.disableHardwareAcceleration()
  app.enableSandbox()
  const { run } = require(join(__dirname, '..', 'native', 'totem.cjs')) as {
    run(args: readonly string[]): Promise<number>
  }
  app.exit(await run(args))
}

/** Without a handler Electron shows a dialog. */
function failed(reason: unknown): void {
  process.stderr.write(`${reason instanceof Error ? reason.stack : String(reason)}\n`)
  exitForRestart()
}
