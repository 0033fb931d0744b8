// npm start: sets the machine up, builds, and runs the totem on virtual hardware with an embedded gateway.
//   --unattended   a whole visit by itself under a virtual display; the default where there is no display
//   --journey NAME  which visit; `bulk`: a list that an office sends, without totem and display (--list FILE: its own CSV)
//   --certificate CODE  what that visit asks for, by ANPR's table 13; default 8, residence
//   --out DIR      where that visit leaves certificate, receipt, screenshots and sync log; default out/
import { spawn } from 'node:child_process'
import path from 'node:path'
import { node, root, setup } from './setup.mjs'

await setup()
const child = spawn(node, [path.join(root, 'scripts/start.ts'), ...process.argv.slice(2)], { stdio: 'inherit' })
// Ctrl+C reaches the child by itself; its exit code becomes ours.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
