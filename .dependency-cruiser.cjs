/** Who may import whom. Tests in `test/` may import any room. */
const ROOMS = ['main', 'native', 'renderer', 'gateway', 'console', 'simulator']
/** What stands outside the product's rooms: nothing in them may lean on it. */
const OUTSIDE = ['commands', 'scripts', 'test']
const among = (names) => `^(${names.join('|')})/`
const TEST = '[.]test[.]tsx?$'

/** The ground that a room may stand on, besides contract/. A sandboxed page gets nothing else. */
const GROUND = {
  main: ['basics', 'trust', 'catalogue'],
  gateway: ['basics', 'trust', 'catalogue'],
  native: ['basics'],
  simulator: ['basics'],
  renderer: [],
  console: [],
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'basics-imports-nothing',
      comment: 'It lies below everything: Node and itself.',
      severity: 'error',
      from: { path: '^basics/', pathNot: TEST },
      to: { pathNot: '^basics/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'contract-imports-zod-only',
      comment: 'What crosses a wall must be readable everywhere: Electron, a sandboxed page, a server.',
      severity: 'error',
      from: { path: '^contract/', pathNot: TEST },
      to: { pathNot: ['^contract/', '^node_modules/zod/'] },
    },
    {
      name: 'catalogue-imports-contract-only',
      comment: 'The law as data: totem and gateway apply the same rules.',
      severity: 'error',
      from: { path: '^catalogue/', pathNot: TEST },
      to: { pathNot: ['^catalogue/', '^contract/'] },
    },
    {
      name: 'trust-imports-contract-and-basics-only',
      comment: 'The same rules judge a card at the totem and at the gateway.',
      severity: 'error',
      from: { path: '^trust/', pathNot: TEST },
      to: { path: among([...ROOMS, ...OUTSIDE, 'catalogue']) },
    },
    ...ROOMS.map((room) => ({
      name: `${room}-keeps-to-itself`,
      comment: 'Rooms meet in contract/ alone.',
      severity: 'error',
      from: { path: `^${room}/` },
      to: {
        path: among([
          ...ROOMS.filter((other) => other !== room),
          ...OUTSIDE,
          ...['basics', 'trust', 'catalogue'].filter((ground) => !GROUND[room].includes(ground)),
        ]),
        // A room's own tests may use the shared helpers; its product may not (no-tests-in-the-product).
        pathNot: '^test/support/',
      },
    })),
    {
      name: 'commands-use-the-totem-and-verification-alone',
      comment: 'The technician works with the totem’s own parts; a paper is judged as the gateway’s page judges it.',
      severity: 'error',
      from: { path: '^commands/' },
      to: { path: among(['renderer', 'gateway', 'console', 'scripts']), pathNot: '^gateway/verify/' },
    },
    {
      name: 'electron-in-the-shell-only',
      severity: 'error',
      from: {
        path: among(['basics', 'contract', 'catalogue', 'trust', ...ROOMS, 'commands']),
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
      comment: 'A test, though, may be the tool that holds the file.',
      severity: 'error',
      from: { pathNot: '^(main/(queue|journal)|test)/|[.]test[.]ts$' },
      to: { path: '^node_modules/better-sqlite3/' },
    },
    ...['main', 'renderer'].map((room) => ({
      name: `no-journey-imports-another-in-${room}`,
      comment:
        'A journey comes and goes whole. What two of them need lies beside or below them; the index lists them all.',
      severity: 'error',
      from: { path: `^${room}/journeys/([^/]+)/`, pathNot: TEST },
      to: { path: `^${room}/journeys/[^/]+/`, pathNot: `^${room}/journeys/$1/` },
    })),
    {
      name: 'no-journey-imports-another-in-contract',
      comment: 'There a journey is a file. The index joins them; lists.ts holds what two of them need.',
      severity: 'error',
      from: { path: '^contract/journeys/([^/.]+)[.]', pathNot: '/index[.]ts$' },
      to: { path: '^contract/journeys/', pathNot: '^contract/journeys/($1|lists)[.]' },
    },
    {
      name: 'doors-belong-to-start',
      comment: 'A room of the gateway does not know by which door a caller came in.',
      severity: 'error',
      from: { path: '^gateway/', pathNot: ['^gateway/start[.]ts$', '^gateway/channels/'] },
      to: { path: '^gateway/channels/' },
    },
    {
      name: 'no-door-leads-to-another',
      severity: 'error',
      from: { path: '^gateway/channels/([^/]+)/', pathNot: TEST },
      to: { path: '^gateway/channels/', pathNot: '^gateway/channels/$1/' },
    },
    {
      name: 'anpr-is-asked-through-the-register',
      comment: 'No look at the registry without its line in the access log (gateway/access/register.ts).',
      severity: 'error',
      from: { path: '^gateway/', pathNot: ['^gateway/(start|consult|anpr/open)[.]ts$', TEST] },
      to: { path: '^gateway/anpr/(client|open)[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'gateway-rooms-lie-below-start',
      comment: 'start.ts hands a room what it needs. The store lies lowest and knows no room.',
      severity: 'error',
      from: { path: '^gateway/[^/]+/', pathNot: TEST },
      to: { path: '^gateway/[^/]+[.]ts$' },
    },
    {
      name: 'gateway-store-knows-no-room',
      severity: 'error',
      from: { path: '^gateway/store/', pathNot: TEST },
      to: { path: '^gateway/', pathNot: '^gateway/store/' },
    },
    {
      name: 'a-door-knows-no-other',
      severity: 'error',
      from: { path: '^gateway/channels/([^/]+)/' },
      to: { path: '^gateway/channels/', pathNot: '^gateway/channels/$1/' },
    },
    {
      name: 'no-suite-imports-another',
      comment: 'What two suites of tests share lies in test/support.',
      severity: 'error',
      from: { path: '^test/([^/]+)/' },
      to: { path: '^test/[^/]+/', pathNot: ['^test/($1|support)/', '[.]json$'] },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { pathNot: '^test/|[.]test[.]tsx?$' },
      to: { path: '^test/|[.]test[.]tsx?$' },
    },
    {
      name: 'no-cycles',
      comment: 'Types too: what two files need of each other lies in a third, below both.',
      severity: 'error',
      from: {},
      to: { circular: true },
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
