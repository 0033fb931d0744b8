import { existsSync, readFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { join } from 'node:path'
import { Script } from 'node:vm'

/**
 * Runs `folder/name.cjs` as the build has compiled it. To compile it takes a third of the time until it runs, so the build
 * has V8 do it once and puts the result beside it (scripts/code-cache.ts). V8 takes it only for the same text and the same
 * V8, and compiles anew otherwise. No `import()` of a package stays in such a bundle: a script of node:vm has nobody to load it.
 */
export function runCompiled(folder: string, name: string): void {
  const bundle = join(folder, `${name}.cjs`)
  const cache = join(folder, `${name}.cache`)
  // The bundle is ASCII (scripts/build.ts `inAscii`), and latin1 is read without decoding.
  const script = new Script(Module.wrap(readFileSync(bundle, 'latin1')), {
    filename: bundle,
    // SECURITY: the cache is code. It lies in the package, where root alone writes, and never where the totem does.
    cachedData: existsSync(cache) ? readFileSync(cache) : undefined,
  })
  performance.mark('compiled', { detail: { cached: script.cachedDataRejected === false } })
  const itself = { exports: {} }
  script.runInThisContext()(itself.exports, createRequire(bundle), itself, bundle, folder)
}
