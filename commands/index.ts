import { run } from './run.ts'

// npx totem …, on Node 24, from the sources: with the bench's own part.
process.exitCode = await run(process.argv.slice(2), {
  simulator: async () => (await import('./simulator.ts')).simulator,
})
