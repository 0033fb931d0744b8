// npm run bench: sets the machine up, then measures each figure of the README's table beside a reference of the same
// run. Prints a table and leaves it as out/bench.json; names of benchmarks after `--` choose among them.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { node, root, setup } from './setup.mjs'

await setup()
const { status } = spawnSync(node, [path.join(root, 'test/bench/index.ts'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(status ?? 1)
