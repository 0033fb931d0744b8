// Stands in for the default_app.asar of an official Electron download:
// `electron APP_DIR_OR_FILE [args]` starts that app, `electron --version` prints the version.
const { app } = require('electron')
const fs = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')

const args = process.argv.slice(1)
if (args.includes('--version') || args.includes('-v')) {
  console.log(`v${process.versions.electron}`)
  process.exit(0)
}

// As in the official default app: `-r FILE` is loaded before the app (playwright's loader comes that way). The loader
// edits process.argv, so the app is looked for after it has run.
for (let at = 0; at < args.length; at++) {
  if (args[at] === '-r' || args[at] === '--require') require(path.resolve(args[at + 1]))
}

const target = args.find((arg, at) => !arg.startsWith('-') && !['-r', '--require'].includes(args[at - 1]))
if (!target) {
  console.error('usage: electron APP_DIR_OR_FILE [args]')
  process.exit(2)
}

const resolved = path.resolve(target)
let entry = resolved
let commonJs = resolved.endsWith('.cjs')
if (fs.statSync(resolved).isDirectory()) {
  const manifest = JSON.parse(fs.readFileSync(path.join(resolved, 'package.json'), 'utf8'))
  if (manifest.version) app.setVersion(manifest.version)
  app.setName(manifest.productName ?? manifest.name ?? 'electron')
  app.setAppPath(resolved)
  entry = path.join(resolved, manifest.main ?? 'index.js')
  commonJs = entry.endsWith('.cjs') || (entry.endsWith('.js') && manifest.type !== 'module')
}

// import() ends after Electron's `ready`, too late for app.enableSandbox() and privileged schemes; require() is in time.
if (commonJs) require(entry)
else
  import(pathToFileURL(entry).href).catch((error) => {
    console.error(error)
    process.exit(1)
  })
