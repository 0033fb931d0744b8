import { z } from 'zod'

// As the totem's page: zod compiles schemas with `new Function`, which the CSP forbids. The first import of the entry.
z.config({ jitless: true })
