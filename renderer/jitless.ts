import { z } from 'zod'

// zod compiles schemas with `new Function`, which the page's CSP forbids: said before the first schema is made, it
// does not even try (each try would be reported as a violation). Must stay the first import of an entry.
z.config({ jitless: true })
