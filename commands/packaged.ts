/** From the sources the names are not set (scripts/build.ts). */
export const PACKAGED = typeof __PACKAGED__ !== 'undefined' && __PACKAGED__

/** A package's own kind decides it, and nothing that is said to it (invariant 9). Null: from the sources, what is said. */
export const TRUSTS_TESTS: boolean | null = PACKAGED ? __TEST_TRUST__ : null

/** How the technician calls this command line. */
export const CALLED = PACKAGED ? 'totem' : 'npx totem'
