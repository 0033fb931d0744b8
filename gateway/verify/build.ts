// Makes the verification page: one HTML file that works from a server, a disk or a stick. Runs on Node 24.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type BuildOptions, build } from 'esbuild'
import type { JWK } from 'jose'
import { writeWhole } from '../../basics/files.ts'
import { languages } from '../../contract/language.ts'
import { openVerificationKeys } from './keys.ts'
import { pageWords } from './page-words.ts'
import { openPage } from './served.ts'

const here = import.meta.dirname

async function bundled(entry: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    ...options,
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  return outputFiles?.[0]?.text ?? ''
}

const hashSource = (content: string) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`

/**
 * The whole page as text, with everything in it: script, WASM, fonts, the signed key list and its signer's public JWK.
 * Throws when `signer` did not sign the list, or when the list is older than `seen`.
 * SECURITY: the CSP allows this very script and style and nothing else; WASM may compile, strings may not run.
 */
export async function buildVerificationPage({
  list,
  signer,
  seen = 0,
}: {
  list: string
  signer: JWK
  seen?: number
}): Promise<string> {
  const opened = await openVerificationKeys(list, signer, seen)
  if (!opened.ok) throw new Error(opened.error.kind)
  // A module may await at its top level. An HTML file from a disk needs classic code, which awaits in a function.
  const [script, style, html] = await Promise.all([
    bundled('page.ts', { format: 'esm', target: 'es2022', loader: { '.wasm': 'binary' } }),
    bundled('page.css', { loader: { '.woff2': 'dataurl' } }),
    readFile(join(here, 'page.html'), 'utf8'),
  ])
  const code = `(async()=>{${script.replaceAll('</script', '<\\/script')}})()`
  const csp = [
    "default-src 'none'",
    `script-src ${hashSource(code)} 'wasm-unsafe-eval'`,
    `style-src ${hashSource(style)}`,
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ]
  const keys = JSON.stringify({ list: list.trim(), signer }).replaceAll('<', '\\u003c')
  const parts: Record<string, string | undefined> = {
    '{csp}': csp.join('; '),
    '<!--languages-->': Object.entries(languages)
      .map(
        ([code, { name }]) =>
          `<button type="button" class="language" lang="${code}" data-language="${code}">${name}</button>`,
      )
      .join('\n        '),
    '<!--style-->': `<style>${style}</style>`,
    '<!--keys-->': `<script type="application/json" id="keys">${keys}</script>`,
    '<!--script-->': `<script>${code}</script>`,
  }
  const says: Record<string, unknown> = pageWords.it
  return html.replace(/\{(\w+)\}|<!--\w+-->/g, (whole, word: string) => parts[whole] ?? String(says[word]))
}

/** sysexits(3): a wrong command. */
const USAGE = 64
const HELP = 'node gateway/verify/build.ts --keys FILE --keys-signer FILE --out FILE.html'

if (import.meta.main) {
  const option = { type: 'string' } as const
  const { values } = parseArgs({ options: { keys: option, 'keys-signer': option, out: option } })
  const { keys, 'keys-signer': signer, out } = values
  if (!keys || !signer || !out) {
    console.error(HELP)
    process.exit(USAGE)
  }
  const [list, jwk] = await Promise.all([readFile(keys, 'utf8'), readFile(signer, 'utf8')])
  const before = await readFile(out).catch(() => null)
  const replaced = before && (await openPage(before, { signer: JSON.parse(jwk), seen: 0 }))
  const seen = replaced?.ok ? replaced.value.sequence : 0
  const page = await buildVerificationPage({ list, signer: JSON.parse(jwk), seen })
  // In its place at once, also when two builds run: a gateway that serves the page never meets half of it.
  await writeWhole(out, page, { mode: 0o644, aside: `${out}.${process.pid}.new` })
}
