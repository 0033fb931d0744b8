import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Stage } from '../../scripts/stage.ts'
import { endChild } from '../../simulator/bench/children.ts'

// From the start of Electron to a picture that can be touched, of the totem and of an app that is nothing but a window.

/** Loaded into Electron before the app: tells when the first button is painted in a window that is shown. */
const HOOK = `const { app } = require('electron')
const painted = \`new Promise((go) => {
  const look = () => {
    if (!document.querySelector('main button')) return setTimeout(look, 1)
    requestAnimationFrame(() => {
      const after = new MessageChannel()
      after.port1.onmessage = () => go(performance.timeOrigin + performance.now())
      after.port2.postMessage(0)
    })
  }
  look()
})\`
app.once('browser-window-created', (_event, window) => {
  const shown = new Promise((go) => window.once('show', go))
  window.webContents.once('dom-ready', async () => {
    await shown
    console.log('interactive', await window.webContents.executeJavaScript(painted))
  })
})
`
const EMPTY_MAIN = `const { app, BrowserWindow } = require('electron')
app.enableSandbox()
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1080, height: 1920, show: false })
  window.loadFile('index.html').then(() => window.show())
})
`
const EMPTY_PAGE = '<!doctype html><html><body><main><h1>Totem</h1><button>Inizia</button></main></body></html>'

export interface Starts {
  /** ms from the start of the process to the first interactive picture. */
  totem(): Promise<number>
  empty(): Promise<number>
}

/** `launcher`: starts Electron for a provisioned totem (simulator/bench/launch.ts). */
export function startsOf(staged: Stage, launcher: string): Starts {
  const empty = join(staged.folder, 'empty')
  mkdirSync(empty)
  chmodSync(empty, 0o755)
  const hook = join(empty, 'hook.cjs')
  writeFileSync(hook, HOOK)
  writeFileSync(join(empty, 'package.json'), JSON.stringify({ name: 'empty', main: 'main.cjs' }))
  writeFileSync(join(empty, 'main.cjs'), EMPTY_MAIN)
  writeFileSync(join(empty, 'index.html'), EMPTY_PAGE)

  async function start(app: string): Promise<number> {
    const begun = performance.timeOrigin + performance.now()
    const child = spawn(launcher, ['-r', hook, app], { stdio: ['ignore', 'pipe', 'pipe'] })
    let complaints = ''
    child.stderr.on('data', (said) => {
      complaints += said
    })
    try {
      for await (const line of createInterface(child.stdout)) {
        const [, at] = /^interactive (.*)$/.exec(line) ?? []
        if (at) return Number(at) - begun
      }
      throw new Error(`${app} ended before it showed a picture:\n${complaints}`)
    } finally {
      await endChild(child)
    }
  }
  return { totem: () => start(staged.app), empty: () => start(empty) }
}
