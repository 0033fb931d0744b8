#!/usr/bin/env node
// npx totem …: the technician's command line. Starts on the system's Node, then goes on with the product's own.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const commands = path.dirname(fileURLToPath(import.meta.url))
const node = path.join(commands, '../node_modules/node/bin/node')
if (!existsSync(node)) {
  // Its progress goes to standard error: standard output belongs to the command's answer.
  const set = spawnSync(process.execPath, [path.join(commands, '../scripts/setup.mjs')], { stdio: ['ignore', 2, 2] })
  if (set.status !== 0) process.exit(set.status ?? 1)
}
const child = spawn(node, [path.join(commands, 'index.ts'), ...process.argv.slice(2)], { stdio: 'inherit' })
// Ctrl+C reaches the child by itself; its exit code becomes ours.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
// SIGKILL: the child ended itself, because the reader is wedged (card.ts).
const ENDED_BY = { SIGINT: 130, SIGKILL: 30 }
child.on('exit', (code, signal) => process.exit(code ?? ENDED_BY[signal] ?? 1))
