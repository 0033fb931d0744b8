import { parseArgs } from 'node:util'
import { startAnpr } from './server.ts'

export type { AnprAccess } from './access.ts'
export { type Anpr, startAnpr } from './server.ts'

// node simulator/anpr/index.ts --port N --pki DIR [--reuse-pdf]: prints its address in one JSON line, and ends on
// SIGTERM.
if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      pki: { type: 'string', default: '.bench/pki' },
      'reuse-pdf': { type: 'boolean', default: false },
    },
  })
  const anpr = await startAnpr({
    port: 0,
    controlPort: Number(values.port),
    pki: values.pki,
    reusePdf: values['reuse-pdf'],
  })
  process.stdout.write(`${JSON.stringify({ listening: anpr.url, access: anpr.access })}\n`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void anpr.stop())
}
