import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as Axe from 'axe-core'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

/** Debian's; scripts/setup.mjs installs it. */
const CHROMIUM = '/usr/bin/chromium'
const SIZE = { width: 1280, height: 800 }
/** It calls nobody: what it would ask of its maker by itself is switched off. */
const QUIET = [
  ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
]
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

export interface ConsoleWindow {
  page: Page
  /** What the page has complained of, a breach of its CSP among it. */
  complaints: string[]
  /** Rules of WCAG (A and AA) that the page breaks now, with the elements. */
  findings(): Promise<string[]>
  close(): Promise<void>
}

/** An operator's browser, with a profile of its own that goes with it. */
export async function openWindow(
  url: string,
  size = SIZE,
  /** What it shows where a listener asks for a certificate: PEM. */
  shown: { origin: string; cert: Buffer; key: Buffer }[] = [],
): Promise<ConsoleWindow> {
  const profile = mkdtempSync(join(tmpdir(), 'totem-console-window-'))
  let browser: BrowserContext | undefined
  const close = async () => {
    await browser?.close()
    rmSync(profile, { recursive: true })
  }
  try {
    browser = await chromium.launchPersistentContext(profile, {
      ...{ executablePath: CHROMIUM, args: QUIET, viewport: size, locale: 'it-IT' },
      // Chromium's sandbox refuses root.
      chromiumSandbox: process.getuid?.() !== 0,
      // The bench's own authority vouches for gateway and issuer.
      ignoreHTTPSErrors: true,
      clientCertificates: shown,
    })
    const page = browser.pages()[0] ?? (await browser.newPage())
    const complaints: string[] = []
    page.on('console', (message) => {
      const isOwn = message.location().url.startsWith(new URL(url).origin)
      if (message.type() === 'error' && isOwn && !/status of 401/.test(message.text())) complaints.push(message.text())
    })
    page.on('pageerror', (failure) => complaints.push(failure.message))
    await page.goto(url)
    const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    return {
      page,
      complaints,
      async findings() {
        // Evaluated, and not put into the page as a script: the page's CSP takes none.
        await page.evaluate(source)
        const { violations } = await page.evaluate(
          (runOnly) => (window as unknown as { axe: typeof Axe }).axe.run(document, { runOnly }),
          WCAG,
        )
        return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
      },
      close,
    }
  } catch (failure) {
    await close()
    throw failure
  }
}
