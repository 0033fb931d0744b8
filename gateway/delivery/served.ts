import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { languages } from '../../contract/language.ts'
import { handoverPage } from './page.ts'
import { pageWords } from './page-words.ts'

const text = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')
const hashSource = (content: string) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`

/**
 * The page that a telephone opens: one file with everything in it, the same for every document.
 * SECURITY: the policy allows this very script and style, calls to this gateway, and nothing else.
 */
export function servedPage(): { html: string; csp: string } {
  // Node strips the types when it loads the function, so that its text is what a browser reads.
  const script = `(${handoverPage.toString()})()`
  const style = text('page.css')
  const words = JSON.stringify(pageWords).replaceAll('<', '\\u003c')
  const buttons = Object.entries(languages).map(
    ([code, { name }]) =>
      `<button type="button" class="language" lang="${code}" data-language="${code}">${name}</button>`,
  )
  const parts: Record<string, string> = {
    '<!--languages-->': buttons.join('\n        '),
    '<!--style-->': `<style>${style}</style>`,
    '<!--words-->': `<script type="application/json" id="words">${words}</script>`,
    '<!--script-->': `<script>${script}</script>`,
  }
  const says: Record<string, string> = pageWords.it
  const html = text('page.html').replace(/\{(\w+)\}|<!--\w+-->/g, (whole, word) => parts[whole] ?? says[word] ?? '')
  const csp = [
    "default-src 'none'",
    `script-src ${hashSource(script)}`,
    `style-src ${hashSource(style)}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return { html, csp: csp.join('; ') }
}
