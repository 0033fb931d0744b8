import { z } from 'zod'

// zod compiles schemas with `new Function`, which a page's CSP forbids: each try would be reported as a violation. Where main
// starts, compiling takes longer than all that is parsed until the first picture. It must be told before the first schema
// is made, so this stays the first import of an entry.
z.config({ jitless: true })
