import type { App, Input, Session, WebContents } from 'electron'
import { ORIGIN } from './origin.ts'

/** Chromium switches of a kiosk, each with its reason; they must be set before the app is ready. */
const SWITCHES: [name: string, value?: string][] = [
  // Two fingers must not zoom the page and strand the person (larger text is in the accessibility menu).
  ['disable-pinch'],
  // A swipe from the side goes "back" in Chromium's history; both are needed, the switch and the feature.
  ['overscroll-history-navigation', '0'],
  ['disable-features', 'OverscrollHistoryNavigation,MediaRouter,OptimizationHints,AutofillServerCommunication'],
  // A totem talks to its gateway only.
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-domain-reliability'],
]

/**
 * SECURITY: Chromium opens these doors to a debugger, which sees PINs, when its command line asks for them; no fuse of
 * Electron's covers them. The bench drives the totem through them.
 */
const DEBUGGERS = ['remote-debugging-port', 'remote-debugging-pipe', 'remote-debugging-address', 'remote-allow-origins']

export function setSwitches(app: Pick<App, 'commandLine'>): void {
  if (!(__DEVELOPMENT__ || __TEST_TRUST__)) for (const name of DEBUGGERS) app.commandLine.removeSwitch(name)
  for (const [name, value] of SWITCHES) app.commandLine.appendSwitch(name, value)
}

/** Denies every permission and every request that is not for the renderer's own files. */
export function lockSession(session: Session): void {
  // SECURITY: Electron's security checklist, item 5: both handlers, the request and the check.
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  // SECURITY: Electron's security checklist, item 1: nothing but the renderer's own files is loaded.
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isOurs(url) }))
  session.on('will-download', (event) => event.preventDefault())
  // SECURITY: WebRTC heeds neither a content security policy nor `onBeforeRequest`. A proxy that is not there stops its
  // TCP, and `lockContents` its UDP. The page itself comes by app://, for which there is no proxy.
  void session.setProxy({ mode: 'fixed_servers', proxyRules: 'socks5://127.0.0.1:1', proxyBypassRules: '<-loopback>' })
}

/** Denies navigation, windows, webviews, zoom and every keyboard shortcut. */
export function lockContents(contents: WebContents): void {
  // SECURITY: Electron's security checklist, items 11 to 14: no webview, no navigation, no new window.
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('before-input-event', (event, input) => {
    if (isShortcut(input)) event.preventDefault()
  })
  contents.on('dom-ready', () => void contents.setVisualZoomLevelLimits(1, 1))
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
  refuseFileChoosers(contents)
}

/** Both are needed: without the first the second does nothing. */
const INTERCEPT = [
  ['Page.enable', {}],
  ['Page.setInterceptFileChooserDialog', { enabled: true }],
] as const

/**
 * An `<input type="file">` opens the desktop's file browser over the totem, and no policy or switch of Chromium forbids
 * it. The debugger's protocol takes the file chooser over. The totem's own page has none, so a renderer that asks for
 * one is in other hands, and ends.
 */
function refuseFileChoosers(contents: WebContents): void {
  const { debugger: protocol } = contents
  contents.once('dom-ready', () => {
    protocol.attach()
    protocol.on('message', (_event, method) => {
      if (method === 'Page.fileChooserOpened') contents.forcefullyCrashRenderer()
    })
    for (const [command, parameters] of INTERCEPT) void protocol.sendCommand(command, parameters)
  })
}

const isOurs = (url: string): boolean =>
  url.startsWith(ORIGIN) || url.startsWith('data:image/') || (__DEVELOPMENT__ && url.startsWith('devtools://'))

/**
 * True for any key that could reach a menu, a zoom, a reload or the window manager; plain typing, Tab and Enter stay, and
 * so do F13 to F24, which call nothing there and are the keys of tactile pads.
 */
export const isShortcut = ({ control, meta, alt, key }: Pick<Input, 'control' | 'meta' | 'alt' | 'key'>): boolean =>
  !(__DEVELOPMENT__ && key === 'F12') && (control || meta || alt || /^F(?:\d|1[0-2])$/.test(key))
