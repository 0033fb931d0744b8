import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Protocol } from 'electron'
import { ORIGIN, SCHEME } from './origin.ts'

/**
 * SECURITY: Electron's security checklist, item 7. Every file carries this header; nothing inline, nothing from
 * elsewhere.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "media-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // No modal dialog of the desktop over the totem: print(), alert(), confirm() and prompt() do nothing.
  'sandbox allow-scripts allow-same-origin',
].join('; ')

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
  mp3: 'audio/mpeg',
}

/** Privileges of the scheme; they must be registered before the app is ready. */
export const schemePrivileges = { scheme: SCHEME, privileges: { standard: true, secure: true } }

/**
 * Maps URLs to the files that were there at start. A request for anything else finds nothing: there is no path
 * arithmetic to trick (Electron's security checklist, item 18: no file:// pages).
 */
function filesUnder(dir: string): Map<string, string> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    files.map((entry) => {
      const file = join(entry.parentPath, entry.name)
      return [`${ORIGIN}${relative(dir, file).split(sep).join('/')}`, file]
    }),
  )
}

const NOTHING = Buffer.alloc(0)

/** What the page asks for with its script has been asked for by then. */
const ASKED_MS = 5

/** net::ERR_FAILED */
const FAILED = -2

/**
 * Serves the renderer's files under app://totem/. Resolves when the page has what its first picture needs.
 *
 * Electron would rather have `protocol.handle`. That one brings fetch and web streams into main, and each file then takes
 * many of main's turns: a start took 0.1 s longer. Electron lets any origin read these answers; the page's policy lets it
 * ask no other, and nothing in the files is secret.
 */
export function serveRenderer(protocol: Protocol, dir: string): Promise<void> {
  const files = filesUnder(dir)
  let scriptAsked = () => {}
  const asked = new Promise<void>((resolve) => {
    scriptAsked = resolve
  })
  const isServed = protocol.registerBufferProtocol(SCHEME, ({ url, method }, answer) => {
    const file = files.get(url.split(/[?#]/, 1)[0] ?? '')
    if (!file || method !== 'GET') return answer({ statusCode: 404, data: NOTHING })
    if (file.endsWith('.js')) setTimeout(scriptAsked, ASKED_MS)
    const data = contentOf(file)
    // A throw would end the totem in the middle of a visit.
    if (!data) return answer({ error: FAILED, data: NOTHING })
    answer({
      data,
      headers: {
        'content-type': TYPES[file.slice(file.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'x-content-type-options': 'nosniff',
      },
    })
  })
  if (!isServed) throw new Error('app:// is not served')
  return asked
}

function contentOf(file: string): Buffer | null {
  try {
    return readFileSync(file)
  } catch {
    return null
  }
}
