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
  const { readFileSync } = await import('node:fs')
  expect(readFileSync(`/proc/${windows[0]?.pid}/status`, 'utf8')).toMatch(/^Seccomp:\s+2$/m)
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
      await settle(totem.answer?.({ type: 'start', at: 'now' })),
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
    const ask = `totem.answer({ type: 'start' }).then(() => 'taken', () => 'refused')`
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
  await office.touches('Inizia')
  await office.sees('language')
  await office.touches('Termina')
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
  expect(office.app().windows()).toHaveLength(1)
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
