import { mkdir, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { JWK } from 'jose'
import type { Logger } from 'pino'
import { z } from 'zod'
import { writeWhole } from '../../basics/files.ts'
import { jsonOf } from '../../basics/json.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { type KeyListRefusal, openVerificationKeys } from './keys.ts'

/** The page as it is sent: plain and gzipped. `csp` is the page's own policy. */
export interface ServedPage {
  html: Buffer
  gzipped: Buffer
  csp: string
  sequence: number
}

export type PageRefusal = { kind: 'page-unreadable' | 'page-malformed' } | KeyListRefusal

const parts = z.object({ list: z.string() })

/**
 * Opens a page that build.ts has made. `page-malformed`: it is no such page. `keys-older`: its list of totems' keys is
 * older than `seen`, so that a withdrawn key would count again.
 */
export async function openPage(
  html: Buffer,
  { signer, seen }: { signer: JWK; seen: number },
): Promise<Result<ServedPage, PageRefusal>> {
  const text = html.toString()
  const csp = /<meta http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(text)?.[1]
  const embedded = /<script type="application\/json" id="keys">(.*?)<\/script>/s.exec(text)?.[1]
  const keys = parts.safeParse(jsonOf(embedded ?? ''))
  if (csp === undefined || !keys.success) return err({ kind: 'page-malformed' })
  const opened = await openVerificationKeys(keys.data.list, signer, seen)
  if (!opened.ok) return opened
  return ok({ html, gzipped: await promisify(gzip)(html), csp, sequence: opened.value.sequence })
}

/**
 * Serves the page in `file` and takes it up as it changes. A refused page goes to the log, and the page before stays.
 * `memory` is a file in which the gateway remembers the highest list that it served, over restarts. A refused first
 * page is an error, because there is nothing to serve.
 */
export async function keepPage({
  file,
  signer,
  memory,
  log,
}: {
  file: string
  signer: JWK
  memory: string
  log: Logger
}): Promise<Result<() => Promise<ServedPage>, PageRefusal>> {
  let read = ''
  const load = async (): Promise<Result<ServedPage, PageRefusal>> => {
    const html = await readFile(file).catch(() => null)
    if (!html) return err({ kind: 'page-unreadable' })
    const seen = await remembered(memory)
    const opened = await openPage(html, { signer, seen })
    if (opened.ok && opened.value.sequence > seen) await remember(memory, opened.value.sequence)
    return opened
  }
  const edition = async () => {
    const about = await stat(file).catch(() => null)
    return about ? `${about.mtimeMs} ${about.size} ${about.ino}` : read
  }
  read = await edition()
  const first = await load()
  if (!first.ok) return first

  let page = first.value
  let loading: Promise<void> | null = null
  const renew = async (now: string) => {
    const next = await load()
    read = now
    if (next.ok) page = next.value
    else log.warn({ kind: 'verification-page-refused', reason: next.error.kind })
  }
  return ok(async () => {
    const now = await edition()
    // One load at a time, however many visitors ask.
    if (now !== read) {
      loading ??= renew(now).finally(() => {
        loading = null
      })
      await loading
    }
    return page
  })
}

const counted = z.coerce.number().int().min(0)

/** Without a readable file no list was served yet. */
async function remembered(memory: string): Promise<number> {
  const told = counted.safeParse(await readFile(memory, 'utf8').catch(() => ''))
  return told.success ? told.data : 0
}

async function remember(memory: string, sequence: number): Promise<void> {
  await mkdir(dirname(memory), { recursive: true })
  await writeWhole(memory, `${sequence}\n`)
}
