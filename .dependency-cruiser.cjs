/** The house's walls (DESIGN.md, "The house"): who may import whom. Tests of `test/` may import anything. */
const ROOMS = ['main', 'native', 'renderer', 'gateway', 'simulator']

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'contract-imports-zod-only',
      comment: 'What crosses a wall must be readable everywhere: Electron, a sandboxed page, a server.',
      severity: 'error',
      from: { path: '^contract/', pathNot: '[.]test[.]' },
      to: { pathNot: ['^contract/', '^node_modules/zod/'] },
    },
    {
      name: 'trust-imports-contract-only',
      comment: 'The same rules judge a card at the totem and at the gateway.',
      severity: 'error',
      from: { path: '^trust/', pathNot: '[.]test[.]' },
      to: { path: `^(${ROOMS.join('|')}|scripts|test)/` },
    },
    {
      name: 'catalogue-imports-contract-only',
      comment: 'The same law judges a request at the totem and at the gateway; it is data and pure rules.',
      severity: 'error',
      from: { path: '^catalogue/', pathNot: '[.]test[.]' },
      to: { pathNot: '^(catalogue|contract)/' },
    },
    ...ROOMS.map((room) => ({
      name: `${room}-keeps-to-itself`,
      comment: 'Rooms meet in contract/ alone; main and gateway may also use trust/ and catalogue/.',
      severity: 'error',
      from: { path: `^${room}/` },
      to: {
        path: [
          `^(${ROOMS.filter((other) => other !== room).join('|')}|scripts|test)/`,
          ...(room === 'main' || room === 'gateway' ? [] : ['^(trust|catalogue)/']),
        ],
      },
    })),
    {
      name: 'electron-in-the-shell-only',
      severity: 'error',
      from: {
        path: '^(contract|catalogue|trust|main|native|renderer|gateway|simulator)/',
        pathNot: '^main/shell/',
      },
      to: { path: '^(electron|node_modules/electron/)' },
    },
    {
      name: 'hardware-in-native-only',
      comment: 'A crash of these may take down the device process and nothing else.',
      severity: 'error',
      from: { pathNot: '^(native|test)/' },
      to: { path: '^node_modules/(pcsc-mini|node-hid)/' },
    },
    {
      name: 'sqlite-in-queue-and-journal-only',
      comment: 'But a test may be the tool that holds the file.',
      severity: 'error',
      from: { pathNot: '^(main/(queue|journal)|test)/|[.]test[.]ts$' },
      to: { path: '^node_modules/better-sqlite3/' },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { pathNot: '^test/|[.]test[.]tsx?$' },
      to: { path: '^test/|[.]test[.]tsx?$' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nobody imports is dead, unless a program starts with it.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '[.]d[.]ts$',
          '[.]config[.]ts$',
          '[.]cjs$',
          '[.]test[.]tsx?$',
          '^scripts/electron-runtime/',
          '^simulator/dock/',
        ],
      },
      to: {},
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '[.](css|png|svg|mp3)$' },
    },
  ],
  options: {
    // Its own parser for TypeScript is TypeScript itself before 7, whose compiler had an interface.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|out|release|[.]bench)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
}
