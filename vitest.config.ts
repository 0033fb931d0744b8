import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
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
