import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ipcMethodNames } from '../../contract/bridge.ts'
import { type Office, openOffice } from '../support/totem/office.ts'

let office: Office
const refused = () => office.journal().filter(({ event }) => event === 'ipc.refused')

beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office?.close())

test('the renderer is sandboxed, without Node, and knows the named methods only', async () => {
  const [windows] = await Promise.all([
    office.app().evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map(({ webContents }) => ({
        pid: webContents.getOSProcessId(),
        url: webContents.getURL(),
      })),
    ),
  ])
  expect(windows.map(({ url }) => url)).toEqual(['app://totem/index.html'])
  const {
    require: node,
    process: proc,
    bridge,
  } = await office.page().evaluate(() => ({
    require: typeof (globalThis as { require?: unknown }).require,
    process: typeof (globalThis as { process?: unknown }).process,
    bridge: Object.keys((globalThis as unknown as { totem: object }).totem),
  }))
  expect([node, proc]).toEqual(['undefined', 'undefined'])
  expect(bridge.sort()).toEqual([...ipcMethodNames, 'onView'].sort())
  // Seccomp mode 2 (filter) is Chromium's sandbox at work.
  expect(readFileSync(`/proc/${windows[0]?.pid}/status`, 'utf8')).toMatch(/^Seccomp:\s+2$/m)
})

test('main runs as the build has compiled it, and compiles nothing anew', async () => {
  const compiled = () => performance.getEntriesByName('compiled').map((mark) => (mark as PerformanceMark).detail)
  expect(await office.app().evaluate(compiled)).toEqual([{ cached: true }])
})

test('a call outside the contract is refused and journalled', async () => {
  const before = refused().length
  const answers = await office.page().evaluate(async () => {
    const { totem } = globalThis as unknown as { totem: Record<string, (argument: unknown) => Promise<unknown>> }
    const settle = (call: Promise<unknown> | undefined) =>
      call?.then(
        () => 'taken',
        () => 'refused',
      )
    return [
      await settle(totem.answer?.({ type: 'chooseLanguage', language: 'klingon' })),
      await settle(totem.enterPin?.('12345678')),
      await settle(totem.answer?.({ type: 'choosePerson', index: '0' })),
      await settle(totem.answer?.({ type: 'start', language: 'it', at: 'now' })),
      await settle(totem.answer?.({ type: 'card.removed' })),
    ]
  })
  expect(answers).toEqual(Array(5).fill('refused'))
  expect(
    refused()
      .slice(before)
      .map(({ fields }) => fields),
  ).toEqual([
    { reason: 'arguments', method: 'chooseLanguage' },
    { reason: 'arguments', method: 'enterPin' },
    { reason: 'arguments', method: 'choosePerson' },
    { reason: 'arguments', method: 'start' },
    { reason: 'method', method: 'unnamed' },
  ])
  await office.sees('attract')
})

test('another window, origin or frame is refused and journalled', async () => {
  const before = refused().length
  const answers = await office.app().evaluate(async ({ BrowserWindow, app }) => {
    const preload = `${app.getAppPath()}/dist/main/preload.cjs`
    const [citizen] = BrowserWindow.getAllWindows()
    const ask = `totem.answer({ type: 'start', language: 'it' }).then(() => 'taken', () => 'refused')`
    const results: string[] = []
    for (const [url, session] of [
      ['data:text/html,<p>stranger', undefined],
      ['app://totem/index.html', citizen?.webContents.session],
    ] as const) {
      const stranger = new BrowserWindow({
        show: false,
        webPreferences: { preload, sandbox: true, ...(session && { session }) },
      })
      await stranger.loadURL(url)
      results.push(await stranger.webContents.executeJavaScript(ask))
      stranger.destroy()
    }
    return results
  })
  expect(answers).toEqual(['refused', 'refused'])
  expect(
    refused()
      .slice(before)
      .map(({ fields }) => fields.reason),
  ).toEqual(expect.arrayContaining(['origin', 'frame']))
  await office.sees('attract')
})

// This test stands before the escapes, since playwright keeps waiting for a navigation that the totem has forbidden.
test('each visit ends its renderer: the next citizen gets a new process', async () => {
  const pids = () =>
    office
      .app()
      .evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().map(({ webContents }) => webContents.getOSProcessId()),
      )
  const before = await pids()
  await office.presses('attract.start')
  await office.sees('card')
  await office.touches('Esci')
  await office.sees('attract')
  await expect.poll(async () => (await pids()).some((pid) => before.includes(pid))).toBe(false)
})

const escapes: [how: string, script: string][] = [
  ['location', `location.href = 'https://example.com/'`],
  ['location to a file', `location.href = 'file:///etc/passwd'`],
  [
    'a form',
    `{ const f = document.createElement('form'); f.action = 'https://example.com/'; document.body.append(f); f.submit() }`,
  ],
  ['a link', `{ const a = document.createElement('a'); a.href = 'app://other/'; document.body.append(a); a.click() }`],
  ['a window', `window.open('https://example.com/')`],
  ['history', 'history.back()'],
]
test.each(escapes)('%s leads nowhere', async (_how, script) => {
  await office
    .app()
    .evaluate(
      ({ BrowserWindow }, code) => BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(`${code};0`),
      script,
    )
  await expect.poll(() => office.page().url()).toBe('app://totem/index.html')
  // Electron is asked, not playwright, which may list a window of the last visit for a while after its end.
  await expect.poll(() => office.app().evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(1)
  await office.sees('attract')
})

test('the content security policy blocks inline script, eval and the network', async () => {
  const result = await office.page().evaluate(async () => {
    const violations: string[] = []
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
      violations.push(effectiveDirective),
    )
    const inline = document.createElement('script')
    inline.textContent = 'globalThis.inlineRan = true'
    document.head.append(inline)
    const fetched = await fetch('https://example.com/').then(
      () => 'fetched',
      () => 'blocked',
    )
    const image = document.createElement('img')
    await new Promise((resolve) => {
      image.onerror = image.onload = resolve
      image.src = 'https://example.com/x.png'
    })
    return { ran: 'inlineRan' in globalThis, fetched, violations }
  })
  expect(result.ran).toBe(false)
  expect(result.fetched).toBe('blocked')
  expect(result.violations).toEqual(expect.arrayContaining(['script-src-elem', 'connect-src', 'img-src']))
})

/** Runs in the page's own world, as after a touch: pickers need one. */
const inPage = (code: string) =>
  office
    .app()
    .evaluate(
      ({ BrowserWindow }, script) =>
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(`${script};0`, true).then(String, String),
      code,
    )
const OURS = ['"Totem Polis"']
/** Windows that Chromium always has and that show nothing. */
const UNSEEN = ['"electron"', '"Chromium clipboard"']
/** Titles of the windows on the display, as the window system has them. */
async function windows(): Promise<string[]> {
  const display = await office.app().evaluate(() => process.env.DISPLAY ?? '')
  const tree = execFileSync('xwininfo', ['-root', '-tree', '-display', display], { encoding: 'utf8' })
  const titles = tree
    .split('\n')
    .flatMap((line) => line.match(/^\s+0x[0-9a-f]+ (.*?): \(.*\)\s+\d{2,}x\d{2,}/)?.[1] ?? [])
  return titles.filter((title) => !UNSEEN.includes(title))
}

test('WebRTC sends nothing out of the machine, over UDP or TCP', async () => {
  const udp = createSocket('udp4').bind(0, '127.0.0.1')
  await once(udp, 'listening')
  const tcp = createServer().listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  const arrived: string[] = []
  udp.on('message', () => arrived.push('udp'))
  tcp.on('connection', (socket) => {
    arrived.push('tcp')
    socket.destroy()
  })
  const [u, t] = [udp.address().port, (tcp.address() as AddressInfo).port]
  const login = `username: 'u', credential: 'c'`
  const gathered = await office.page().evaluate(`(async () => {
    const peer = new RTCPeerConnection({ iceServers: [
      { urls: 'stun:127.0.0.1:${u}' },
      { urls: 'turn:127.0.0.1:${u}', ${login} },
      { urls: ['turn:127.0.0.1:${t}?transport=tcp', 'turns:127.0.0.1:${t}?transport=tcp'], ${login} },
    ] })
    peer.createDataChannel('out')
    await peer.setLocalDescription(await peer.createOffer())
    if (peer.iceGatheringState !== 'complete')
      await new Promise((done) => peer.addEventListener('icegatheringstatechange', () => peer.iceGatheringState === 'complete' && done()))
    return peer.iceGatheringState
  })()`)
  udp.close()
  tcp.close()
  expect(gathered).toBe('complete')
  expect(arrived).toEqual([])
})

// Where such a dialog opens, the page waits for it, and so does this test.
test.each(['print()', `document.execCommand('print')`, `alert('x')`, `confirm('x')`, `prompt('x')`])(
  '%s opens nothing over the totem',
  async (script) => {
    await inPage(script)
    await expect.poll(windows).toEqual(OURS)
  },
)

test('the page has no picker of files, folders or colours on the screen', async () => {
  const pickers = ['showOpenFilePicker', 'showDirectoryPicker', 'showSaveFilePicker', 'EyeDropper']
  expect(await office.page().evaluate((names) => names.filter((name) => name in globalThis), pickers)).toEqual([])
})

test.each(['', 'input.multiple = true;', 'input.webkitdirectory = true;'])(
  'a renderer that asks for a file is ended, and the log says so (%s)',
  async (more) => {
    const died = () => office.journal().filter(({ event }) => event === 'renderer.died').length
    const before = died()
    await inPage(`{ const input = document.createElement('input'); input.type = 'file'; ${more} input.click() }`)
    await expect.poll(died).toBe(before + 1)
    await expect.poll(windows).toEqual(OURS)
    await office.sees('attract')
  },
)

test('no program that the totem starts holds a descriptor of Chromium: the other end of a channel must be able to die', () => {
  const children = readFileSync(`/proc/${office.pid()}/task/${office.pid()}/children`, 'utf8').trim().split(' ')
  const programs = children.filter((pid) => !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type='))
  expect(programs.map((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim())).toContain('cat')
  // The three of its stdio, and the device that it reads.
  for (const pid of programs) expect(readdirSync(`/proc/${pid}/fd`).length).toBeLessThanOrEqual(4)
})
