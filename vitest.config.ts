import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Tests start hundreds of processes from the sources; each reads some hundred files, whose types are cut out and which are
// compiled once for all.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/node', import.meta.url))

/** What takes a minute and more starts first: no worker is left with one of them when the others are done. */
const LONGEST =
  /(gallery|axe|enrolment|adversarial\/(printer|reader|keys|paper-faults|gateway|totem-floods|wire)|journeys|conformance\/(ipp|gateway-start|readiness|installation)|e2e\/(visit|recovery|family|keys|cie))\.test\.tsx?$/

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONGEST.test(moduleId)
    const usual = await super.sort(files)
    return [...usual.filter(isLong), ...usual.filter((file) => !isLong(file))]
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
