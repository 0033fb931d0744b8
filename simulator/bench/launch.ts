import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Bench } from './bench.ts'
import { asBenchUser, giveToBenchUser } from './user.ts'

/** What scripts/stage.mjs laid out. */
export interface Stage {
  /** The app's folder: Electron's first argument. */
  app: string
  /** Electron's executable. */
  electron: string
}

/**
 * A script that is Electron for this bench's totem: as an ordinary user with the sandbox on, on `display`, with nothing
 * of our environment but what is named here. Start it with `stage.app` as first argument, also from playwright
 * (`_electron.launch({ executablePath, args: [stage.app], chromiumSandbox: true })`; without that last option playwright
 * would switch the sandbox off).
 */
export function writeLauncher(bench: Bench, stage: Stage, display: string): string {
  const home = join(bench.totem.folder, 'home')
  const env: Record<string, string> = {
    PATH: '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: home,
    DISPLAY: display,
    TOTEM_CONFIG: bench.totem.configFile,
    // No session bus on a totem; without this Chromium looks for one and complains.
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
  }
  const { XAUTHORITY, DISPLAY } = process.env
  if (XAUTHORITY && DISPLAY === display) {
    const cookie = join(home, '.Xauthority')
    copyFileSync(XAUTHORITY, cookie)
    giveToBenchUser(cookie)
    env.XAUTHORITY = cookie
  }
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const [command, args] = asBenchUser('env', ['-i', ...assignments, stage.electron])
  const file = join(bench.folder, 'electron')
  writeFileSync(file, `#!/bin/sh\ncd /\nexec ${[command, ...args].map(quoted).join(' ')} "$@"\n`)
  chmodSync(file, 0o755)
  return file
}

/** Starts the totem without playwright; its console comes to ours without the lines that mean nothing on a bench. */
export function startTotem(launcher: string, stage: Stage): ChildProcess {
  const child = spawn(launcher, [stage.app], { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => {
      if (!isNoise(line)) console.error(`  totem: ${line}`)
    })
  return child
}

/** Chromium looking for what a bench has not: a session bus, a graphics card, a UPower. */
const NOISE = /dbus|gpu|GLES|vaapi|vulkan|viz_main_impl|upower|libva|^$/i
const isNoise = (line: string): boolean => /^\[\d+:.*(ERROR|WARNING|INFO):/.test(line) && NOISE.test(line)

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`
