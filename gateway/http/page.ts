import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { CONFIG, Unusable, unreadable } from '../settings/unusable.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}
/** Vite names each of these by its content, so that a browser may keep it. */
const FOR_GOOD = 'public, max-age=31536000, immutable'

/** A built page in memory: some ten files. No path of a request ever reaches the disk. */
export interface BuiltPage {
  index: Buffer
  files: ReadonlyMap<string, Buffer>
}

export async function readPage(setting: string, folder: string): Promise<BuiltPage> {
  const files = new Map<string, Buffer>()
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch((reason) => {
    throw unreadable(setting, folder, reason, 'folder')
  })
  for (const entry of names.filter((each) => each.isFile() && extname(each.name) in TYPES)) {
    const path = join(entry.parentPath, entry.name)
    files.set(path.slice(folder.length).replace(/^\//, ''), await readFile(path))
  }
  const index = files.get('index.html')
  if (!index)
    throw new Unusable(
      CONFIG,
      `${setting}: ${folder} holds no built page: node scripts/build.ts makes dist/console and dist/polis`,
    )
  return { index, files }
}

/** Every other path is a view of the page's, and gets it. */
export function servePage(server: FastifyInstance, { index, files }: BuiltPage): void {
  server.get('/assets/*', async (request, reply) => {
    const name = `assets/${(request.params as { '*': string })['*']}`
    const file = files.get(name)
    if (!file) return reply.code(404).type('text/plain').send('')
    return reply
      .header('cache-control', FOR_GOOD)
      .type(TYPES[extname(name)] ?? 'text/plain')
      .send(file)
  })
  server.get('/*', async (_request, reply) => reply.type(TYPES['.html'] ?? '').send(index))
}
