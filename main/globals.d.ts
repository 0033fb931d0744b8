/** Set by scripts/build.ts. False in a packaged build, where the bench's doors are cut out (invariant 9). */
declare const __DEVELOPMENT__: boolean
