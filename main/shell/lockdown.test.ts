import { beforeAll, expect, test, vi } from 'vitest'
import { isShortcut, lockContents, lockSession, setSwitches } from './lockdown.ts'
import { createRecovery } from './recovery.ts'

beforeAll(() => {
  vi.stubGlobal('__DEVELOPMENT__', false)
  vi.stubGlobal('__TEST_TRUST__', false)
})

const key = (name: string, held: Partial<Parameters<typeof isShortcut>[0]> = {}) => ({
  control: false,
  meta: false,
  alt: false,
  key: name,
  ...held,
})
test.each([
  ['Ctrl+M minimises', key('m', { control: true }), true],
  ['Ctrl+R reloads', key('r', { control: true }), true],
  ['Alt+F4 closes', key('F4', { alt: true }), true],
  ['F11 leaves full screen', key('F11'), true],
  ['F12 opens the tools', key('F12'), true],
  ['the PIN on a keypad', key('7'), false],
  ['Tab moves on', key('Tab'), false],
  ['F13 of a tactile pad', key('F13'), false],
  ['Enter confirms', key('Enter'), false],
])('%s', (_name, input, blocked) => expect(isShortcut(input)).toBe(blocked))

test('a packaged totem opens no door to a debugger, whatever its command line asks for', () => {
  const asked = new Set(['remote-debugging-port', 'remote-debugging-pipe', 'ozone-platform'])
  const commandLine = { appendSwitch: vi.fn(), removeSwitch: (name: string) => void asked.delete(name) }
  setSwitches({ commandLine } as never)
  expect([...asked]).toEqual(['ozone-platform'])
})

test('every permission and every request that is not for our own files is denied', () => {
  const handlers: Record<string, (...values: never[]) => unknown> = {}
  const proxies = {}
  const keep = (name: string) => (handler: (...values: never[]) => unknown) => {
    handlers[name] = handler
  }
  lockSession({
    setPermissionRequestHandler: keep('request'),
    setPermissionCheckHandler: keep('check'),
    setDevicePermissionHandler: keep('device'),
    webRequest: { onBeforeRequest: keep('web') },
    on: vi.fn(),
    setProxy: async (proxy: object) => void Object.assign(proxies, proxy),
  } as never)
  expect(proxies).toEqual({
    mode: 'fixed_servers',
    proxyRules: 'socks5://127.0.0.1:1',
    proxyBypassRules: '<-loopback>',
  })
  const answer = vi.fn()
  for (const permission of ['media', 'geolocation', 'notifications', 'hid', 'serial', 'clipboard-read']) {
    handlers.request?.({} as never, permission as never, answer as never)
    expect(handlers.check?.({} as never, permission as never)).toBe(false)
  }
  expect(answer.mock.calls.flat()).toEqual([false, false, false, false, false, false])
  const cancelled = (url: string) => {
    let cancel: boolean | undefined
    handlers.web?.(
      { url } as never,
      ((result: { cancel: boolean }) => {
        cancel = result.cancel
      }) as never,
    )
    return cancel
  }
  expect(cancelled('app://totem/index.html')).toBe(false)
  for (const url of [
    'https://example.com/',
    'http://127.0.0.1/',
    'file:///etc/passwd',
    'ws://x/',
    'app://totem.x/',
    'devtools://x',
  ]) {
    expect(cancelled(url), url).toBe(true)
  }
})

test('a page can neither navigate nor open a window', () => {
  const listeners: Record<string, (event: { preventDefault(): void }) => void> = {}
  let open: unknown
  lockContents({
    on: (name: string, listener: (event: { preventDefault(): void }) => void) => {
      listeners[name] = listener
    },
    setWindowOpenHandler: (handler: () => unknown) => {
      open = handler()
    },
    once: vi.fn(),
    setWebRTCIPHandlingPolicy: vi.fn(),
  } as never)
  for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
    const preventDefault = vi.fn()
    listeners[name]?.({ preventDefault })
    expect(preventDefault, name).toHaveBeenCalledOnce()
  }
  expect(open).toEqual({ action: 'deny' })
})

test('renderer-crash-twice-in-a-row keeps the visit; a third ends it, six leave the rest to the supervisor', () => {
  let now = 0
  const died = createRecovery(() => now)
  const next = (ms: number) => {
    now += ms
    return died().recovery
  }
  expect([next(0), next(1), next(1), next(1), next(1), next(1)]).toEqual([
    'renew',
    'renew',
    'end-visit',
    'end-visit',
    'end-visit',
    'leave',
  ])
  expect(next(61_000)).toBe('renew')
})
