// npm run guest: sets the machine up, then shows the package on a machine of its own: a real kernel, systemd, USB and panel
// in QEMU. Needs root, but no KVM. Some ten minutes to build, as many to run; it ends with 0 only when it saw all of it.
//   build       the package of a bench, and two systems with it, of which the second is broken
//   visits      boots the first: its units, a visit with a CNS and one with a CIE to acknowledged paper
//   technician  a stick with a release, the log onto it, and a page that hangs
//   systems     boots a broken system, which gives its place back to the good one; then a good one with one byte changed
//   stay        boots the first and leaves it to you: its panel by VNC, cards and paper by the dock in a browser
//   --out DIR    for pictures, paper and what was seen; default out/guest
// Without a word: all but the last.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { IMAGE_PACKAGES } from './image-packages.mjs'
import { node, root, setup } from './setup.mjs'

await setup([...IMAGE_PACKAGES, 'qemu-system-x86', 'ovmf'])
const { status } = spawnSync(node, [path.join(root, 'scripts/guest.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
process.exit(status ?? 1)
