import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Tests start hundreds of processes from the sources; each reads some hundred files, whose types are cut out and which are
// compiled once for all.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/node', import.meta.url))

/**
 * What takes half a minute and more, the longest first: the workers end together, and none is left with one of these when
 * the others are done.
 */
const LONGEST = [
  ...['gallery', 'printer', 'paper-faults', 'gateway', 'reader', 'enrolment', 'axe', 'gateway-start', 'totem-floods'],
  ...['documents', 'alarms', 'ipp', 'wire', 'installation', 'sync', 'fleet', 'command-line', 'card-pulled', 'journeys'],
  ...['readiness', 'ledger-paper', 'kill', 'certificate-table', 'door-connections', 'power-cut', 'keys', 'payments'],
  ...['console', 'letters', 'lists', 'hostile-totem', 'postgres'],
].map((name) => new RegExp(`(test/(adversarial|conformance|golden|soak)|renderer/journeys)/${name}\\.test\\.tsx?$`))
const LONGEST_TO_END = [
  ...['visit', 'recovery', 'service', 'console', 'journeys', 'keys', 'declaration', 'family', 'cie', 'phone', 'pagopa'],
  ...['office-printer', 'contrassegno'],
].map((name) => new RegExp(`test/e2e/${name}\\.test\\.ts$`))

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const named = [...LONGEST, ...LONGEST_TO_END].flatMap((name) => files.filter(({ moduleId }) => name.test(moduleId)))
    const usual = await super.sort(files)
    return [...named, ...usual.filter((file) => !named.includes(file))]
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // Most of these wait for readers, printers, people and back-offs: two at a time, also on two cores, where the default
    // is one; npm test says its own number.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{basics,contract,catalogue,trust,main,native,renderer,gateway,console,commands,simulator,scripts}/**/*.test.{ts,tsx}',
            'test/{conformance,adversarial,golden,bench,soak}/**/*.test.ts',
          ],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/setup.ts'],
          expect: { poll: { timeout: 45_000, interval: 200 } },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      // npm run package:test
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
