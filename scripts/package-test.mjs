// npm run package:test: sets the machine up, then installs the package on a bare Debian and walks through a visit in it.
// Needs root. The first time mmdebstrap fetches that Debian: minutes.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { root, setup } from './setup.mjs'

await setup(['mmdebstrap'])
const vitest = path.join(root, 'node_modules/.bin/vitest')
const { status } = spawnSync(vitest, ['run', '--project', 'package'], { cwd: root, stdio: 'inherit' })
process.exit(status ?? 1)
