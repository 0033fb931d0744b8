import { z } from 'zod'

// zod compiles schemas with `new Function`, which the page's CSP forbids. When it is told before the first schema is
// made, it does not try; each try would be reported as a violation. This must stay the first import of an entry.
z.config({ jitless: true })
