import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { _electron, type ElectronApplication } from 'playwright-core'
import type { Bench } from './office.ts'
import { asBenchUser, benchUser, giveToBenchUser } from './user.ts'

/** Folders made by scripts/stage.ts: the app, which is Electron's first argument, and Electron's executable. */
export interface Stage {
  app: string
  electron: string
}

/** Environment that names an X or Wayland display. */
export type DisplayEnv = Record<string, string>

/** The display of the person who started this program; null: there is none that Electron could use. */
export function ownDisplay(): DisplayEnv | null {
  const { DISPLAY, XAUTHORITY, WAYLAND_DISPLAY, XDG_RUNTIME_DIR } = process.env
  if (DISPLAY) return { DISPLAY, ...(XAUTHORITY && { XAUTHORITY }) }
  // A Wayland socket admits its owner only, and root hands Electron over to another user.
  if (WAYLAND_DISPLAY && XDG_RUNTIME_DIR && !benchUser())
    return { WAYLAND_DISPLAY, XDG_RUNTIME_DIR, ELECTRON_OZONE_PLATFORM_HINT: 'wayland' }
  return null
}

/**
 * Writes the script that starts Electron for this bench's totem: as an ordinary user, with the sandbox on, and with the
 * environment named here and no other. The app's folder is its first argument.
 */
export function writeLauncher(bench: Bench, stage: Stage, display: DisplayEnv): string {
  const home = join(bench.totem.folder, 'home')
  const env: Record<string, string> = {
    ...display,
    PATH: '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: home,
    TOTEM_CONFIG: bench.totem.configFile,
    // A totem has no session bus. Without this Chromium looks for one and complains.
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
  }
  if (display.XAUTHORITY) {
    env.XAUTHORITY = join(home, '.Xauthority')
    copyFileSync(display.XAUTHORITY, env.XAUTHORITY)
    giveToBenchUser(env.XAUTHORITY)
  }
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const [command, args] = asBenchUser('env', ['-i', ...assignments, stage.electron])
  const file = join(bench.folder, 'electron')
  writeFileSync(file, `#!/bin/sh\ncd /\nexec ${[command, ...args].map(quoted).join(' ')} "$@"\n`, { mode: 0o755 })
  return file
}

/**
 * Starts the totem for a person at its screen. Its console output is shown here, without the lines that mean nothing on
 * a bench.
 */
export function startTotem(launcher: string, stage: Stage): ChildProcess {
  const child = spawn(launcher, [stage.app], { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => {
      if (!isNoise(line)) console.error(`  totem: ${line}`)
    })
  return child
}

/** Starts the totem under playwright's control, for tests and the unattended visit. */
export async function driveTotem(launcher: string, stage: Stage): Promise<ElectronApplication> {
  // SECURITY: chromiumSandbox: without it playwright would switch the sandbox off.
  return _electron.launch({ executablePath: launcher, args: [stage.app], chromiumSandbox: true })
}

/** Chromium's complaints about parts that a bench lacks: a session bus, a graphics card, UPower. */
const NOISE = /bus[.]cc|dbus|gpu|GLES|vaapi|vulkan|viz_main_impl|upower|libva|^$/i
const isNoise = (line: string): boolean => /^\[\d+:.*(ERROR|WARNING|INFO):/.test(line) && NOISE.test(line)

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`
