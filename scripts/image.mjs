// npm run image: sets the machine up, then makes a totem's whole system as the image of a disk. Needs root; the first time
// mmdebstrap fetches a Debian: minutes.
//   --deb FILE           this package, instead of one that is made now
//   --test-trust         the package of a bench (npm run package)
//   --number N           the image's number: of two systems on a disk the higher one is started
//   --beside DIR         a second system, made before with --out DIR, beside it on the disk
//   --provisioning DIR   folder whose etc/ becomes /etc/totem-polis: enrolment.json, or a whole provisioning
//   --etc DIR            what each machine has in /etc (scripts/etc.ts): whose releases it takes, who signs its systems
//   --signer FILE --key FILE   also makes the bundle by which totems in service take this system, signed by this certificate's
//                        key (PEM, or a PKCS#11 URI), and its entry in the list of releases
//   --out DIR            instead of release/image/
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { IMAGE_PACKAGES } from './image-packages.mjs'
import { node, root, setup } from './setup.mjs'

await setup(IMAGE_PACKAGES)
const { status } = spawnSync(node, [path.join(root, 'scripts/image.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
process.exit(status ?? 1)
