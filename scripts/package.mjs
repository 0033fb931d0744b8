// npm run package: sets the machine up, then makes the Debian package of the totem's program into release/.
//   --test-trust  the build for a bench: production, but a bench's cards and issuers are good
//   --release N   its number among the releases that totems fetch
//   --etc DIR     what your machines have in /etc: release key and kind, the door where they enrol
//   --out DIR     instead of release/
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { node, root, setup } from './setup.mjs'

await setup()
const { status } = spawnSync(node, [path.join(root, 'scripts/package.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
process.exit(status ?? 1)
