import type { KnipConfig } from 'knip'

/** Dead code fails CI. The files listed here start by themselves or are named where knip cannot look. */
const config: KnipConfig = {
  entry: [
    'scripts/{setup,start,test,bench,package,package-test,image,guest}.mjs',
    'scripts/{start,build,package,image,guest,comuni}.ts',
    'commands/{totem.mjs,index.ts}',
    'test/bench/index.ts',
    'test/soak/reader-cycles.ts',
    // Put into a bundle or into Electron's resources by the build.
    'scripts/electron-runtime/{sqlite-for-electron-33.ts,default_app/main.js}',
    'main/{load,index,shell/preload,shell/start}.ts',
    'commands/run.ts',
    'native/load.ts',
    'native/index.ts',
    'native/printer/image/worker.ts',
    'renderer/{main,gallery}.tsx',
    'renderer/vite.config.ts',
    'console/{main,polis/main}.tsx',
    'console/{,polis/}vite.config.ts',
    'gateway/{index,operators,orders,technicians,consult,console}.ts',
    'gateway/verify/{build,page}.ts',
    'simulator/{anpr/index,pki/make,bench/user}.ts',
    'simulator/dock/dock.js',
  ],
  project: ['**/*.{ts,tsx,mjs,cjs,js}'],
  // The shape of something exported is part of its face even if nobody names it yet.
  ignoreExportsUsedInFile: { interface: true, type: true },
  ignoreDependencies: [
    // Called by name in scripts/test.mjs and in the packaging.
    '@biomejs/biome',
    // dependency-cruiser's parser.
    '@swc/core',
    // Font files, named in style sheets and read from disk.
    '@fontsource/.*',
    // electron-builder's own packages: the schema of its file, and the tools that set fuses and pack an asar
    // (electron-runtime/provide.mjs).
    'app-builder-lib',
    '@electron/(asar|fuses)',
    // To be removed at the next change of the lock file: js-yaml 5 brings its own types.
    '@types/js-yaml',
  ],
  // Debian's (scripts/setup.mjs).
  ignoreBinaries: [
    'dpkg',
    'dpkg-deb',
    'dpkg-query',
    'espeak-ng',
    'mcopy',
    'mke2fs',
    'mkfifo',
    'mmd',
    'mmdebstrap',
    'mount',
    'nsenter',
    'objcopy',
    'objdump',
    'openssl',
    'pdftoppm',
    'pdftotext',
    'rauc',
    'setpriv',
    'sfdisk',
    'strace',
    'systemd-analyze',
    'unshare',
    'useradd',
    'veritysetup',
    'xwininfo',
    'zbarimg',
    /^mkfs\./,
    /^tpm2_/,
  ],
}
export default config
